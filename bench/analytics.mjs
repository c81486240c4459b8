// How long the figures of two years take: counting them anew, and asking for them.
import { run } from '../scripts/child-processes.mjs';
import { apiClient } from '../scripts/http-json.mjs';
import { step } from '../scripts/progress.mjs';
import { insideProject } from '../scripts/project-folder.mjs';
import { storeTwoYears } from './analytics-seed.mjs';
import { startService } from './processes.mjs';
import { timeThem, timedGetter } from './queries.mjs';
import { ADMIN } from './stage.mjs';

const DAY_MS = 86_400_000;

export const ENDPOINTS = [
  'overview',
  'timeseries',
  'response-times',
  'engagement',
  'sentiment',
  'templates',
  'campaigns',
  'agents',
  'errors',
  'costs',
];

export const RANGES = {
  month: { title: '30 days', days: 30, targetMs: 25, granularities: ['day', 'week', 'hour'] },
  // As of an account in use: nothing that is remembered of the latest day is good for longer than `CHANGE_MS`.
  live: {
    title: '30 days, the latest changing',
    days: 30,
    targetMs: 25,
    granularities: ['day', 'week', 'hour'],
    isChanging: true,
  },
  years: { title: 'two years', days: 727, targetMs: 100, granularities: ['month', 'week', 'day'] },
};

const CHANGE_MS = 250;

const dayBefore = (days) => new Date(Date.now() - days * DAY_MS).toISOString().slice(0, 10);

/** The same question in the ways in which people ask it: of everything, of a platform, of some channels, in their time zone. */
function addressesOf(endpoint, { days, granularities, isChanging = false }, { accountId, channels }) {
  const narrowed = [
    '',
    '&platform=whatsapp',
    `&channelId=${channels.slice(0, 10).join(',')}`,
    '&timeZone=Asia%2FKolkata',
    '&platform=messenger,instagram,facebook',
  ];
  return granularities.flatMap((granularity, place) => {
    const shift = isChanging ? 0 : place;
    return narrowed.map(
      (more) =>
        `/api/meta/analytics/${endpoint}?accountId=${accountId}&startDate=${dayBefore(days + shift)}` +
        `&endDate=${dayBefore(shift + 1)}&granularity=${granularity}${more}`,
    );
  });
}

/** Until it is told to stop, the sums of the latest day with messages have changed every now and then, as by counting a message. */
function keepChanging(database, accountId) {
  let last = Promise.resolve();
  const place = `account_id = $1 AND grain = 'quarter' AND dimension = 'account' AND platform = 'whatsapp'
                 AND asset_id = '00000000-0000-0000-0000-000000000000'`;
  const change = () =>
    database.query(
      `UPDATE message_metrics SET received = received
        WHERE ${place} AND bucket_at = (SELECT max(bucket_at) FROM message_metrics WHERE ${place})`,
      [accountId],
    );
  const beat = setInterval(() => (last = last.then(change)), CHANGE_MS);
  return async () => {
    clearInterval(beat);
    await last;
  };
}

async function count(stage, database) {
  const startedMs = Date.now();
  await run(
    process.execPath,
    [insideProject('dist', 'src', 'analytics', 'counting', 'rebuild-metrics.command.js')],
    {
      what: 'Counting',
      env: {
        PATH: process.env.PATH ?? '',
        ...stage.secrets,
        DATABASE_URL: database.url,
        REDIS_URL: stage.redisUrl,
      },
    },
  );
  const seconds = (Date.now() - startedMs) / 1000;
  await database.query('VACUUM (ANALYZE)');
  const [sizes] = await database.query(
    `SELECT (SELECT count(*)::int FROM message_metric_facts) AS facts,
            (SELECT count(*)::int FROM message_metrics) AS rollups,
            (SELECT count(*)::int FROM conversation_cases) AS cases,
            pg_total_relation_size('message_metric_facts')::float8 / 1048576 AS "factMegabytes",
            pg_total_relation_size('message_metrics')::float8 / 1048576 AS "rollupMegabytes"`,
  );
  return { ...sizes, seconds };
}

const isAnswered = (data) => typeof data === 'object' && data !== null && Object.keys(data).length > 0;

async function ask(stage, database, accountId, detail) {
  const channels = await database.query(
    `SELECT id FROM assets WHERE account_id = $1 AND kind <> 'waba' ORDER BY md5(id::text)`,
    [accountId],
  );
  const service = await startService(stage, { database, roles: 'api' });
  const { accessToken } = await apiClient(service.url).post('/api/auth/login', {
    email: ADMIN.email,
    password: ADMIN.password,
  });
  const { get, close } = timedGetter(service.port, accessToken);
  const measured = {};
  try {
    for (const endpoint of ENDPOINTS)
      for (const [key, range] of Object.entries(RANGES)) {
        const what = `${endpoint}, ${range.title}`;
        detail(what);
        const addresses = addressesOf(endpoint, range, { accountId, channels: channels.map(({ id }) => id) });
        // Each once before: what is measured is no cold start.
        await timeThem(get, addresses, addresses.length, isAnswered);
        const stopChanging = range.isChanging ? keepChanging(database, accountId) : undefined;
        const result = await timeThem(get, addresses, stage.options.requests / 2, isAnswered);
        await stopChanging?.();
        measured[endpoint] = { ...measured[endpoint], [key]: result };
        stage.check(`${what}: everything was answered`, result.wrong === 0, `${result.wrong} were not`);
      }
  } finally {
    close();
    await service.stop();
  }
  return measured;
}

export async function measureAnalytics(stage) {
  const { storedMessages } = stage.options;
  const database = await stage.freshDatabase();
  const [{ id: userId }] = await database.query('SELECT id FROM users WHERE email = $1', [ADMIN.email]);
  const accountId = await step(
    `Storing two years of ${storedMessages.toLocaleString('en')} messages`,
    (detail) => storeTwoYears(database, userId, storedMessages, detail),
  );
  const counting = await step('Counting them', () => count(stage, database));
  stage.check(
    'analytics: all messages are counted',
    counting.facts >= storedMessages * 0.95,
    `${counting.facts} facts`,
  );
  await stage.databases.settle();
  const requests = await step('Asking for figures', (detail) => ask(stage, database, accountId, detail));
  stage.results.analytics = { counting, requests };
  await stage.databases.drop(database);
}

import { SEED } from '../../sandbox/world-seed';
import { newId } from '../../src/database/ids';
import { type Messenger, aMessenger } from '../factories/messaging.factory';
import { type ToldFact, deliverFacts } from '../factories/metric-webhooks.factory';
import { type TestApp, startTestApp } from '../test-app';

interface Point {
  timestamp: string;
  value: number;
}
interface Metrics {
  metrics: { received: Point[]; sent: Point[]; delivered: Point[] };
  totals: { received: number; sent: number; delivered: number };
  range: { from: string; until: string };
}

const COUNTS = ['received', 'sent', 'delivered'] as const;

/** Two days before and after a change of clocks, where there is one. */
const CHANGES = [
  ['Europe/Berlin', '2026-03-27', '2026-03-31'],
  ['Europe/Berlin', '2026-10-23', '2026-10-27'],
  ['America/New_York', '2026-03-06', '2026-03-10'],
  ['America/New_York', '2025-10-31', '2025-11-04'],
  ['Asia/Kolkata', '2026-03-27', '2026-03-31'],
  ['Africa/Cairo', '2026-04-22', '2026-04-26'],
  ['Africa/Cairo', '2025-10-29', '2025-11-02'],
  ['Australia/Lord_Howe', '2026-04-03', '2026-04-07'],
  ['Australia/Lord_Howe', '2025-10-03', '2025-10-07'],
  ['Asia/Kathmandu', '2026-04-03', '2026-04-07'],
  ['UTC', '2026-03-27', '2026-03-31'],
] as const;

let app: TestApp;
let messenger: Messenger;
beforeAll(async () => {
  app = await startTestApp({ sandbox: true });
  messenger = await aMessenger(app, app.api.as(await app.api.registerAdmin()));
  const channel = { wabaId: SEED.wabaId, phoneNumberId: SEED.phoneNumberId };
  await deliverFacts(app, channel, CHANGES.flatMap(trafficAround));
});
afterAll(async () => {
  await app.close();
});

/** Spread unevenly over these days and those beside them, some in the first and last second of an hour. */
function trafficAround([, first]: (typeof CHANGES)[number]): ToldFact[] {
  const from = Date.parse(`${first}T00:00:00Z`) - 86_400_000;
  return Array.from({ length: 90 }, (_, index): ToldFact[] => {
    const hour = from + ((index * 37) % 168) * 3_600_000;
    const within = [0, 899, 900, 1_799, 1_800, 3_599, 1_000 + index][index % 7] ?? 0;
    const at = new Date(hour + within * 1_000);
    const wamid = `wamid.${newId()}`;
    if (index % 3 === 0) return [{ kind: 'received', wamid, at }];
    const delivered = {
      kind: 'status',
      wamid,
      status: 'delivered',
      at: new Date(at.getTime() + index * 90_000),
    } as const;
    return index % 3 === 1 ? [{ kind: 'echo', wamid, at }] : [{ kind: 'echo', wamid, at }, delivered];
  }).flat();
}

async function ask(
  timeZone: string,
  startDate: string,
  endDate: string,
  granularity: string,
): Promise<Metrics> {
  const query = new URLSearchParams({ timeZone, startDate, endDate, granularity, metrics: COUNTS.join(',') });
  const answer = await messenger.client.get<Metrics>(`/api/meta/whatsapp/metrics?${query.toString()}`);
  expect([answer.status, answer.text.slice(0, 200)]).toEqual([200, expect.anything()]);
  return answer.body.data;
}

/** When each message was received, sent and delivered, from the messages themselves. */
const HAPPENED = `
  (SELECT 'received' AS name, m."timestamp" AS at FROM messages m WHERE m.account_id = $1 AND m.direction = 'inbound'
   UNION ALL SELECT 'sent', m."timestamp" FROM messages m WHERE m.account_id = $1 AND m.direction = 'outbound'
   UNION ALL SELECT s.status, s.at FROM message_statuses s WHERE s.account_id = $1 AND s.status = 'delivered')`;

describe.each(CHANGES)('in %s from %s to %s', (timeZone, first, last) => {
  it('days are those of the calendar, as PostgreSQL counts them', async () => {
    const { metrics, totals, range } = await ask(timeZone, first, last, 'day');
    const rows: { name: string; day: string; count: number }[] = await app.db.query(
      `SELECT name, to_char(at AT TIME ZONE $2, 'YYYY-MM-DD') AS day, count(*)::int AS count FROM ${HAPPENED} AS happened
        WHERE (at AT TIME ZONE $2)::date BETWEEN $3 AND $4 GROUP BY 1, 2`,
      [messenger.accountId, timeZone, first, last],
    );
    const dayOf = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' });
    const answered = COUNTS.flatMap((name) =>
      metrics[name]
        .filter(({ value }) => value > 0)
        .map(({ timestamp, value }) => ({ name, day: dayOf.format(new Date(timestamp)), count: value })),
    );
    const sorted = (list: typeof rows): string[] =>
      list.map(({ name, day, count }) => `${name} ${day} ${count}`).sort();
    expect(sorted(answered)).toEqual(sorted(rows));
    for (const name of COUNTS) {
      expect(metrics[name]).toHaveLength(5);
      expect(totals[name]).toBe(metrics[name].reduce((sum, { value }) => sum + value, 0));
      expect(totals[name]).toBeGreaterThan(0);
    }
    const [edges]: { from: Date; until: Date }[] = await app.db.query(
      `SELECT $2::timestamp AT TIME ZONE $1 AS from, ($3::timestamp + interval '1 day') AT TIME ZONE $1 AS until`,
      [timeZone, first, last],
    );
    expect(range).toMatchObject({ from: edges?.from.toISOString(), until: edges?.until.toISOString() });
  });

  it('hours follow one another without gap, and hold what happened from one to the next', async () => {
    const [byHour, byDay] = [
      await ask(timeZone, first, last, 'hour'),
      await ask(timeZone, first, last, 'day'),
    ];
    expect(byHour.totals).toEqual(byDay.totals);
    expect(byHour.range).toMatchObject({ from: byDay.range.from, until: byDay.range.until });
    const starts = byHour.metrics.received.map(({ timestamp }) => new Date(timestamp));
    const ends = [...starts.slice(1), new Date(byHour.range.until)];
    const rows: Record<(typeof COUNTS)[number], number>[] = await app.db.query(
      `SELECT count(*) FILTER (WHERE name = 'received')::int AS received, count(*) FILTER (WHERE name = 'sent')::int AS sent,
              count(*) FILTER (WHERE name = 'delivered')::int AS delivered
         FROM unnest($2::timestamptz[], $3::timestamptz[]) WITH ORDINALITY AS hour (start, "end", place)
         LEFT JOIN ${HAPPENED} AS happened ON at >= start AND at < "end" GROUP BY place ORDER BY place`,
      [messenger.accountId, starts, ends],
    );
    for (const name of COUNTS)
      expect([name, byHour.metrics[name].map(({ value }) => value)]).toEqual([
        name,
        rows.map((row) => row[name]),
      ]);
    for (const [index, start] of starts.entries()) {
      const minutes = ((ends[index] ?? start).getTime() - start.getTime()) / 60_000;
      expect(minutes).toBeGreaterThan(0);
      expect(minutes).toBeLessThanOrEqual(60);
    }
  });
});

// How long the pages of a large inbox take, and its search.
import { run } from '../scripts/child-processes.mjs';
import { apiClient } from '../scripts/http-json.mjs';
import { step } from '../scripts/progress.mjs';
import { insideProject } from '../scripts/project-folder.mjs';
import { somethingToFind, storeInbox } from './inbox-seed.mjs';
import { startService } from './processes.mjs';
import { timeThem, timedGetter } from './queries.mjs';
import { ADMIN } from './stage.mjs';

const LIST = '/api/meta/conversations';
const PAGES_DEEP = 20;

export const INBOX_REQUESTS = {
  list: { title: 'inbox list, pages 1 to 20', targetMs: 25 },
  filtered: { title: 'inbox list with one or two filters', targetMs: 25 },
  thread: { title: 'thread, a page', targetMs: 25 },
  common: { title: 'search for a word that is everywhere', targetMs: 100 },
  usual: { title: 'search for a word in 0.1 to 1 % of the messages', targetMs: 100 },
  rare: { title: 'search for a rare word', targetMs: 100 },
  absent: { title: 'search for a word that nobody wrote', targetMs: 100 },
  several: { title: 'search for two words', targetMs: 100 },
  typed: { title: 'search for the beginning of a word', targetMs: 100 },
  phrase: { title: 'search for a phrase of two words', targetMs: 100 },
  people: { title: 'search for people by name or end of number', targetMs: 100 },
  listed: { title: 'inbox list with a search', targetMs: null },
};

const search = (q, more = '') => `${LIST}/search?q=${encodeURIComponent(q)}${more}`;
const each = (values, address) => values.map((value, index) => address(value, index));

/** As what is asked for is known only once it is stored. */
async function addressesToAsk(get, database) {
  const { common, usual, rare, numbers, names, pairs } = await somethingToFind(database);
  const list = [LIST];
  const thread = [];
  for (let page = 0; page < PAGES_DEEP; page += 1) {
    const { conversations, pagination } = (await get(list.at(-1))).data;
    for (const { id } of conversations) thread.push(`${LIST}/${id}/messages`);
    if (pagination.before === null) break;
    list.push(`${LIST}?before=${encodeURIComponent(pagination.before)}`);
  }
  const [{ id: label }] = await database.query(
    'SELECT label_id AS id FROM conversation_labels ORDER BY label_id LIMIT 1',
  );
  const [{ id: channel, account_id: account }] = await database.query(
    `SELECT id, account_id FROM assets WHERE starts_with(meta_id, '2065403522429') ORDER BY meta_id LIMIT 1`,
  );
  const filters = [
    'status=active', 'status=closed', 'assigneeId=me', 'assigneeId=none&status=active', `label=${label}`, 'unread=true',
    'priority=high', 'sentiment=negative', `channelId=${channel}`, `accountId=${account}&status=active`, 'platform=whatsapp',
  ]; // prettier-ignore
  return {
    list,
    filtered: filters.map((filter) => `${LIST}?${filter}`),
    thread,
    common: each(common, (word) => search(`${word} `)),
    usual: each(usual, (word, index) => search(`${word} `, index % 3 === 0 ? `&accountId=${account}` : '')),
    rare: each(rare, (word) => search(`${word} `)),
    absent: each(rare, (word) => search(`${word}xq `)),
    several: each(usual, (word, index) => search(`${word} ${usual[(index * 7) % usual.length]}`)),
    typed: each([...usual, ...rare], (word) => search(word.slice(0, 3 + (word.length % 3)))),
    phrase: each(pairs, (pair) => search(`"${pair}"`)),
    people: each(names, (name, index) => search(index % 2 === 0 ? name : numbers[index], '&kind=contact')),
    listed: each(usual, (word) => `${LIST}?q=${encodeURIComponent(word)}`),
  };
}

const IS_RIGHT = {
  list: ({ conversations }) => conversations.length === 25,
  filtered: ({ conversations }) => conversations.length > 0,
  thread: ({ messages }) => messages.length > 0,
  absent: ({ hits }) => hits.length === 0,
  people: ({ hits }) => hits.length > 0,
  listed: ({ conversations }) => conversations.length > 0,
};
/** Typed beginnings and word pairs may be of somebody else's account only in part: what matters is that they are answered. */
const isAnswered = ({ hits }) => Array.isArray(hits);

async function index(stage, database) {
  const startedMs = Date.now();
  await run(
    process.execPath,
    [insideProject('dist', 'src', 'conversations', 'search', 'reindex-search.command.js')],
    {
      what: 'Indexing',
      env: {
        PATH: process.env.PATH ?? '',
        ...stage.secrets,
        DATABASE_URL: database.url,
        REDIS_URL: stage.redisUrl,
      },
    },
  );
  const seconds = (Date.now() - startedMs) / 1000;
  await database.query('VACUUM (ANALYZE) search_documents');
  const [sizes] = await database.query(
    `SELECT count(*)::int AS documents, pg_table_size('search_documents')::float8 / 1048576 AS "tableMegabytes",
            pg_relation_size('search_documents_words')::float8 / 1048576 AS "wordsMegabytes",
            (pg_indexes_size('search_documents') - pg_relation_size('search_documents_words'))::float8 / 1048576 AS "otherMegabytes"
       FROM search_documents`,
  );
  return { ...sizes, seconds };
}

/** Asks for everything in turn, with the service and the databases to itself. */
export async function readInbox(stage, service, database, detail) {
  const { requests } = stage.options;
  const { accessToken } = await apiClient(service.url).post('/api/auth/login', {
    email: ADMIN.email,
    password: ADMIN.password,
  });
  const { get, close } = timedGetter(service.port, accessToken);
  const measured = (stage.results.inbox.requests = {});
  try {
    const addresses = await addressesToAsk(get, database);
    for (const [key, { title }] of Object.entries(INBOX_REQUESTS)) {
      detail(title);
      // Some of them once before: what is measured is no cold start.
      await timeThem(get, addresses[key], Math.ceil(requests / 5), isAnswered);
      measured[key] = await timeThem(get, addresses[key], requests, IS_RIGHT[key] ?? isAnswered);
      const { wrong } = measured[key];
      stage.check(`${title}: every answer was as expected`, wrong === 0, `${wrong} were not`);
    }
  } finally {
    close();
  }
}

export async function measureInbox(stage) {
  const { storedMessages } = stage.options;
  const inbox = (stage.results.inbox = { requests: {} });
  const database = await stage.freshDatabase();
  const [{ id: userId }] = await database.query('SELECT id FROM users WHERE email = $1', [ADMIN.email]);
  await step(`Storing an inbox of ${storedMessages.toLocaleString('en')} messages`, (detail) =>
    storeInbox(database, userId, storedMessages, detail),
  );
  inbox.indexing = await step('Indexing it', () => index(stage, database));
  stage.check(
    'inbox: everything is in the index',
    inbox.indexing.documents >= storedMessages,
    `${inbox.indexing.documents} documents`,
  );
  await stage.databases.settle();
  await step('Reading the inbox', async (detail) => {
    const service = await startService(stage, { database, roles: 'api' });
    try {
      await readInbox(stage, service, database, detail);
    } finally {
      await service.stop();
    }
  });
  await stage.databases.drop(database);
}

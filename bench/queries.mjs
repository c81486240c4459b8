// How long the inbox's pages take with many messages stored.
import http from 'node:http';
import { performance } from 'node:perf_hooks';
import { apiClient } from '../scripts/http-json.mjs';
import { Problem } from '../scripts/problem.mjs';
import { step } from '../scripts/progress.mjs';
import { startService } from './processes.mjs';
import { ADMIN } from './stage.mjs';
import { percentilesOf } from './statistics.mjs';

const AT_ONCE = 2;
const PAGES_DEEP = 40;
const LIST = '/api/meta/conversations';

export const QUERIES = {
  inbox: 'inbox list, a page of 25',
  thread: 'thread, a page of 25',
};

/** Gets a path over kept connections and answers the parsed data and how long it took, from request to last byte. */
export function timedGetter(port, token) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const get = (path) =>
    new Promise((resolve, reject) => {
      const startedMs = performance.now();
      const options = { port, host: '127.0.0.1', path, agent, headers: { authorization: `Bearer ${token}` } };
      http
        .get(options, (response) => {
          const chunks = [];
          response.on('data', (chunk) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            const tookMs = performance.now() - startedMs;
            const text = Buffer.concat(chunks).toString();
            if (response.statusCode === 200) resolve({ tookMs, data: JSON.parse(text).data });
            else reject(new Problem(`GET ${path} answered ${response.statusCode}: ${text.slice(0, 300)}`));
          });
        })
        .on('error', reject);
    });
  return { get, close: () => agent.destroy() };
}

/** The addresses of inbox pages, the first and ever deeper ones, and of pages of the conversations on them. */
async function addressesToAsk(get) {
  const inbox = [LIST, `${LIST}?status=active`];
  const thread = [];
  let path = LIST;
  for (let page = 0; page < PAGES_DEEP && path !== undefined; page += 1) {
    const { conversations, pagination } = (await get(path)).data;
    path = pagination.before === null ? undefined : `${LIST}?before=${encodeURIComponent(pagination.before)}`;
    if (path !== undefined) inbox.push(path);
    for (const { id } of conversations.slice(0, 10)) thread.push(`${LIST}/${id}/messages`);
  }
  // A second page of every third thread, too: longer conversations are scrolled back in.
  for (const first of thread.filter((_, index) => index % 3 === 0)) {
    const { before } = (await get(first)).data.pagination;
    if (before === null) continue;
    const second = `${first}?before=${encodeURIComponent(before)}`;
    // Where the first page had all there is, there is an empty one behind it.
    if ((await get(second)).data.messages.length > 0) thread.push(second);
  }
  return { inbox, thread };
}

export async function timeThem(get, addresses, count, isRight) {
  const durations = [];
  let wrong = 0;
  let next = 0;
  const ask = async () => {
    while (next < count) {
      const path = addresses[next % addresses.length];
      next += 1;
      const { tookMs, data } = await get(path);
      durations.push(tookMs);
      if (!isRight(data)) wrong += 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, ask));
  return { ...percentilesOf(durations), requests: count, wrong };
}

const HAS_ROWS = {
  inbox: ({ conversations }) =>
    conversations.length === 25 && conversations.every(({ contact }) => contact !== null),
  thread: ({ messages }) => messages.length > 0,
};

export async function measureQueries(stage) {
  const database = await stage.fullDatabase();
  const queries = (stage.results.queries = {});
  await step('Reading pages', async (detail) => {
    const service = await startService(stage, { database, roles: 'api' });
    const { accessToken } = await apiClient(service.url).post('/api/auth/login', {
      email: ADMIN.email,
      password: ADMIN.password,
    });
    const { get, close } = timedGetter(service.port, accessToken);
    try {
      const addresses = await addressesToAsk(get); // which warms the service up as well
      for (const key of Object.keys(QUERIES)) {
        detail(QUERIES[key]);
        queries[key] = await timeThem(get, addresses[key], stage.options.requests, HAS_ROWS[key]);
        stage.check(
          `${QUERIES[key]}: every page had rows`,
          queries[key].wrong === 0,
          `${queries[key].wrong} had not`,
        );
      }
    } finally {
      close();
      await service.stop();
    }
  });
}

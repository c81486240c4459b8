import { SEED } from '../../sandbox/world-seed';
import type { FaultRule } from '../../sandbox/graph/faults';
import type { ApiClient } from '../api-client';
import { eventually } from '../eventually';
import { POSTS, POST_SCOPES } from '../factories/facebook-posts.factory';
import { REDIRECT_URI } from '../factories/meta-login';
import { type Stage, onStage } from './stage';
import { query } from './tables';

jest.setTimeout(600_000);

const FEED = `^/${SEED.pageId}/feed$`;
const META_TIMEOUT_MS = 2_000;
const ORDERS = 90;
const AT_ONCE = 15;
const KILLS = 4;

/** What goes wrong between Meta and us, besides. */
const TROUBLES: readonly FaultRule[] = [
  { drop: 'after' }, // published, and the answer is lost
  { delayAfterMs: 2 * META_TIMEOUT_MS }, // published, and the answer comes too late
  { drop: 'before' },
  { status: 502 },
  { code: 1 }, // "something went wrong", which says nothing
  { code: 100 }, // refused for good
];

interface Ordered {
  publicationId: string;
  message: string;
}

interface Outcome {
  id: string;
  state: string;
  post_id: string | null;
  code: string | null;
}

/** One rule for each call to come, so that each takes a while and every fourth goes wrong. */
function arrangeAnswers(stage: Stage): void {
  const random = stage.random.branch('answers');
  for (let call = 0; call < 3 * ORDERS; call += 1) {
    const trouble = random.chance(1 / 4) ? random.pick(TROUBLES) : { delayAfterMs: random.between(100, 600) };
    stage.control.failNext({ method: 'POST', path: FEED, ...trouble });
  }
}

/** A user whose Page is connected, with all that posting needs. */
async function connectPage(stage: Stage): Promise<ApiClient> {
  const api = stage.services[0]?.api;
  if (api === undefined) throw new Error('Start a process first.');
  const client = api.as(await api.registerAdmin());
  const { code } = stage.control.issueCode({ redirectUri: REDIRECT_URI, scopes: POST_SCOPES });
  const account = await client.post('/api/meta/auth/connect', { code, redirectUri: REDIRECT_URI });
  if (account.status !== 200) throw new Error(`Connecting answered ${account.text}`);
  const page = await client.post(`/api/meta/facebook/pages/${SEED.pageId}/connect`);
  if (page.status !== 200) throw new Error(`Connecting the Page answered ${page.text}`);
  return client;
}

/** Orders are taken by a process that lives; of those that are refused at once nothing may be at Meta either. */
async function orderPosts(client: ApiClient): Promise<{ ordered: Ordered[]; refused: string[] }> {
  const ordered: Ordered[] = [];
  const refused: string[] = [];
  let next = 0;
  const order = async (): Promise<void> => {
    for (let index = next++; index < ORDERS; index = next++) {
      const message = `Post ${index} of this run`;
      const isLater = index % 5 === 0;
      const answer = await client.post<{ publicationId: string }>(POSTS, {
        pageId: SEED.pageId,
        message,
        ...(isLater && { scheduledPublishTime: new Date(Date.now() + 86_400_000).toISOString() }),
      });
      if (answer.status === 201) ordered.push({ publicationId: answer.body.data.publicationId, message });
      else if (answer.status === 422) refused.push(message);
      else throw new Error(`A post was answered with ${answer.status}: ${answer.text}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, order));
  return { ordered, refused };
}

async function countIn(stage: Stage, ...states: string[]): Promise<number> {
  const sql = 'SELECT count(*)::int AS count FROM facebook_publications WHERE state = ANY ($1)';
  const [row] = await query<{ count: number }>(stage.databaseUrl, sql, [states]);
  return row?.count ?? 0;
}

/** What is still open after the workers have lived on for long: time is moved on under them. */
async function letTimePass(stage: Stage): Promise<void> {
  await eventually(
    async () => {
      await query(
        stage.databaseUrl,
        `UPDATE facebook_publications
            SET started_at = started_at - interval '3 minutes', due_at = now(), claim_id = NULL
          WHERE state IN ('publishing', 'unknown', 'preparing')`,
      );
      return countIn(stage, 'preparing', 'publishing', 'unknown');
    },
    (open) => open === 0,
    { timeoutMs: 120_000, intervalMs: 2_000 },
  );
}

function problemsOf(stage: Stage, ordered: readonly Ordered[], outcomes: readonly Outcome[]): string[] {
  const byId = new Map(outcomes.map((outcome) => [outcome.id, outcome]));
  return ordered.flatMap(({ publicationId, message }) => {
    const posts = stage.control.publishedPosts({ message });
    const outcome = byId.get(publicationId);
    if (outcome === undefined) return [`${message}: it was taken and is nowhere`];
    const stands = outcome.state === 'published' || outcome.state === 'scheduled';
    if (posts.length > 1) return [`${message}: ${posts.length} times at Meta`];
    if (stands && posts[0]?.id !== outcome.post_id)
      return [`${message}: ${outcome.state} as ${outcome.post_id}, at Meta ${posts[0]?.id ?? 'nothing'}`];
    if (!stands && posts.length > 0) return [`${message}: ${outcome.state} (${outcome.code}), but at Meta`];
    return stands || outcome.state === 'failed' ? [] : [`${message}: left in ${outcome.state}`];
  });
}

describe('publishing on Pages', () => {
  it('while workers are killed and answers are lost: every post stands once, or nowhere and is known not to', () =>
    onStage('kill -9 of a publishing worker', async (stage) => {
      await stage.start('the API', { APP_ROLES: 'api,scheduler' });
      const patience = { META_TIMEOUT_MS: String(META_TIMEOUT_MS) };
      const worker = await stage.start('the worker', { APP_ROLES: 'worker', ...patience });
      const client = await connectPage(stage);
      // The stand-in's own budgets are not what this is about.
      stage.control.configure({ pages: { duplicateWindowMs: 0 } });
      arrangeAnswers(stage);

      const ordering = orderPosts(client);
      let orphans = 0;
      for (let round = 1; round <= KILLS; round += 1) {
        await eventually(
          async () =>
            stage.control.publishedPosts().length >= round * 8 && (await countIn(stage, 'publishing')) >= 2,
          (isAmongCalls) => isAmongCalls,
          { timeoutMs: 60_000, intervalMs: 5 },
        );
        await worker.kill();
        orphans += await countIn(stage, 'publishing');
        await worker.start();
      }
      const { ordered, refused } = await ordering;
      // Calls whose answers came too late are over by then; whoever has not finished is dead.
      expect(await worker.terminate()).toMatchObject({ exitCode: 0 });
      await worker.start();
      await letTimePass(stage);

      const outcomes = await query<Outcome>(
        stage.databaseUrl,
        `SELECT id, state, post_id, error ->> 'code' AS code FROM facebook_publications`,
      );
      const problems = [
        ...problemsOf(stage, ordered, outcomes),
        ...refused
          .filter((message) => stage.control.publishedPosts({ message }).length > 0)
          .map((message) => `${message}: refused, but at Meta`),
      ];
      if (problems.length > 0)
        throw new Error(`What was ordered is not what became of it:\n${problems.join('\n')}`);
      expect(orphans).toBeGreaterThan(KILLS);
      const counts = new Map<string, number>();
      for (const { state } of outcomes) counts.set(state, (counts.get(state) ?? 0) + 1);
      stage.say(
        `${ORDERS} ordered, ${stage.control.publishedPosts().length} at Meta, each once; ${orphans} left half-way; ` +
          [...counts].map(([state, count]) => `${count} ${state}`).join(', '),
      );
    }));
});

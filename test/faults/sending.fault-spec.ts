import type { FaultRule } from '../../sandbox/graph/faults';
import { eventually } from '../eventually';
import { openWindows } from './open-windows';
import { orderMessages } from './orders';
import type { SeededRandom } from './seeded-random';
import { compareSends } from './send-comparison';
import { type Stage, onStage, seconds } from './stage';
import { drained, query } from './tables';

jest.setTimeout(600_000);

const CALLS = '/messages$';
const META_TIMEOUT_MS = 2_000;
const ORDERS = 500;

/** What goes wrong between Meta and us, besides. */
const TROUBLES: readonly FaultRule[] = [
  { drop: 'after' }, // accepted, and the answer is lost
  { delayAfterMs: 3 * META_TIMEOUT_MS }, // accepted, and the answer comes too late
  { drop: 'before' },
  { status: 502 },
  { code: 131_000 }, // Meta says to try again
  { code: 131_026 }, // Meta says never
];

/** One rule for each call to come, so that each takes a while and every sixth goes wrong. */
function arrangeAnswers(stage: Stage, random: SeededRandom): void {
  for (let call = 0; call < 2 * ORDERS; call += 1) {
    const trouble = random.chance(1 / 6) ? random.pick(TROUBLES) : { delayAfterMs: random.between(50, 400) };
    stage.control.failNext({ path: CALLS, ...trouble });
  }
}

async function countIn(stage: Stage, state: string): Promise<number> {
  const sql = 'SELECT count(*)::int AS count FROM message_sends WHERE state = $1';
  const [row] = await query<{ count: number }>(stage.databaseUrl, sql, [state]);
  return row?.count ?? 0;
}

/** How many calls are under way that began after this moment. */
async function startedSince(stage: Stage, moment: Date | undefined): Promise<number> {
  const sql = `SELECT count(*)::int AS count FROM message_sends WHERE state = 'sending' AND started_at > $1`;
  const [row] = await query<{ count: number }>(stage.databaseUrl, sql, [moment]);
  return row?.count ?? 0;
}

describe('sending under load', () => {
  it('while workers are killed and answers are lost: every order is accounted for, and none goes out twice', () =>
    onStage('kill -9 of a sending worker', async (stage) => {
      const random = stage.random.branch('sends');
      await stage.start('the API', { APP_ROLES: 'api,scheduler' });
      const patience = { META_TIMEOUT_MS: String(META_TIMEOUT_MS) };
      const worker = await stage.start('the worker', { APP_ROLES: 'worker', ...patience });
      stage.control.configure({
        limits: { pairBurst: ORDERS },
        delivery: { retryDelaysMs: [1_000] },
      });
      await stage.connect();
      const customers = await openWindows(stage, 40);
      arrangeAnswers(stage, random);

      const { client } = stage;
      const ordering = orderMessages({ client, random, customers, count: ORDERS, perSecond: 50 });
      for (let round = 1; round <= 4; round += 1) {
        const [start] = await query<{ at: Date }>(stage.databaseUrl, 'SELECT clock_timestamp() AS at');
        await eventually(
          async () =>
            stage.control.sentMessages().length >= round * 60 && (await startedSince(stage, start?.at)) >= 3,
          (isAmongCalls) => isAmongCalls,
          { timeoutMs: 60_000, intervalMs: 5 },
        );
        await worker.kill();
        await worker.start();
      }
      const ordered = await ordering;
      const orderedAt = Date.now();
      await eventually(
        () => countIn(stage, 'queued'),
        (count) => count === 0,
        { timeoutMs: 120_000, intervalMs: 200 },
      );

      const emptiedAt = Date.now();
      // Whoever has not finished now is dead: their rows are given up two minutes after the call, which have now passed.
      expect(await worker.terminate()).toMatchObject({ exitCode: 0 });
      const orphans = await countIn(stage, 'sending');
      await query(
        stage.databaseUrl,
        `UPDATE message_sends SET started_at = started_at - interval '1 hour' WHERE state = 'sending'`,
      );
      await worker.start();
      await eventually(
        () => countIn(stage, 'sending'),
        (count) => count === 0,
        { timeoutMs: 30_000 },
      );
      expect(await stage.control.waitUntilIdle({ timeoutMs: 30_000 })).toBe(true);
      const undone = await drained(stage.databaseUrl);
      const received = stage.control.sentMessages();
      const problems = [...undone, ...(await compareSends(stage.databaseUrl, ordered, received))];
      if (problems.length > 0)
        throw new Error(`What was ordered is not what became of it:\n${problems.join('\n')}`);
      const states = await query<{ state: string; count: number }>(
        stage.databaseUrl,
        'SELECT state, count(*)::int AS count FROM message_sends GROUP BY state ORDER BY state',
      );
      stage.say(
        `${ordered.length} ordered, ${received.length} at Meta, each once; ${orphans} left half-way; ` +
          `${states.map(({ state, count }) => `${count} ${state}`).join(', ')} ` +
          `(the last was begun ${seconds(emptiedAt - orderedAt)} after it was ordered, settled ${seconds(Date.now() - emptiedAt)} later)`,
      );
    }));
});

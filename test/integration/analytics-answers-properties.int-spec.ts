import * as fc from 'fast-check';
import type { DataSource } from 'typeorm';
import { CaseCounting } from '../../src/analytics/counting/case-counting.service';
import { MetricsRebuild } from '../../src/analytics/counting/metrics-rebuild.service';
import { newId } from '../../src/database/ids';
import { type Tenant, aTenant, anArrivedMessage, anArrivedStatus } from '../factories/conversations.factory';
import { type CountingProcess, aCountingProcess, aTakenMessage } from '../factories/message-metrics.factory';
import { type MessageStores, messageStores } from '../factories/message-stores';
import { recountedAnswers, storedAnswers } from '../factories/recounted-answers';
import { openMigratedDatabase } from '../migrated-database';

/** The heavier run is `METRICS_PROPERTY_RUNS=300`; what fails prints its seed, for `METRICS_PROPERTY_SEED`. */
const RUNS = Number(process.env.METRICS_PROPERTY_RUNS ?? '15');
const SEED = process.env.METRICS_PROPERTY_SEED;
const TIME_LIMIT_MS = 120_000 + RUNS * 4_000;

let db: DataSource;
let close: () => Promise<void>;
let stores: MessageStores;
let counter: CountingProcess;
beforeAll(async () => {
  ({ db, close } = await openMigratedDatabase());
  stores = messageStores(db);
  counter = aCountingProcess(db);
});
afterAll(async () => {
  await close();
});

/** Around the hour that comes twice in Berlin, on steps of 10 minutes and in whole seconds, as Meta's are. */
const instants = fc
  .integer({ min: 0, max: 60 })
  .map((step) => new Date(Date.UTC(2026, 9, 24, 20) + step * 600_000));
const steps = fc.oneof(
  fc.record({ kind: fc.constant('customer' as const), person: fc.nat(1), at: instants }),
  fc.record({ kind: fc.constant('tap' as const), person: fc.nat(1), at: instants, about: fc.nat(9) }),
  fc.record({ kind: fc.constant('reaction' as const), person: fc.nat(1), at: instants }),
  fc.record({ kind: fc.constant('echo' as const), person: fc.nat(1), at: instants }),
  fc.record({
    kind: fc.constantFrom('answer' as const, 'template' as const, 'campaign' as const),
    person: fc.nat(1),
    at: instants,
  }),
  fc.record({
    kind: fc.constant('status' as const),
    about: fc.nat(9),
    status: fc.constantFrom('sent' as const, 'delivered' as const, 'failed' as const),
    at: instants,
  }),
  fc.record({ kind: fc.constantFrom('close' as const, 'reopen' as const), person: fc.nat(1), at: instants }),
  fc.record({ kind: fc.constant('merge' as const) }),
  fc.record({ kind: fc.constant('count' as const) }),
);
const traces = fc.array(steps, { minLength: 3, maxLength: 24 });
type Step = typeof steps extends fc.Arbitrary<infer T> ? T : never;

const NUMBERS = ['16505550001', '16505550002'];
const numberOf = (person: number): string => NUMBERS[person] ?? '';

async function play(trace: readonly Step[]): Promise<number> {
  const tenant = await aTenant(db);
  const { accountId } = tenant;
  const run = newId();
  const ours: string[] = [];
  for (const [index, step] of trace.entries()) await take(tenant, step, `wamid.${run}.${index}`, ours);
  await counter.settle();
  const stored = await storedAnswers(db, accountId);
  expect(stored).toEqual(await recountedAnswers(db, accountId));
  const rebuild = new MetricsRebuild(db, new CaseCounting());
  for (const { corrected } of await rebuild.run({ accountId })) expect(corrected).toBe(0);
  expect(await rebuild.rebuildCases({ accountId })).toBe(0);
  expect(await storedAnswers(db, accountId)).toEqual(stored);
  return Object.keys(stored.answers).length + Object.keys(stored.replies).length + stored.cases.length;
}

async function take(tenant: Tenant, step: Step, externalId: string, ours: string[]): Promise<void> {
  switch (step.kind) {
    case 'customer':
    case 'tap':
    case 'reaction':
    case 'echo':
      return arrive(tenant, step, externalId, ours);
    case 'answer':
    case 'template':
    case 'campaign': {
      const changes = {
        ...(step.kind === 'answer'
          ? {}
          : { type: 'template', content: { name: 'a', language: { code: 'de' } } }),
        ...(step.kind === 'campaign' ? { campaignId: newId() } : {}),
      };
      const messageId = await aTakenMessage(db, tenant, externalId, {
        person: personOf(step.person),
        ...changes,
      });
      // Ordered at that time: nothing has counted it yet.
      await db.query('UPDATE messages SET "timestamp" = $3 WHERE account_id = $1 AND id = $2', [
        tenant.accountId,
        messageId,
        step.at,
      ]);
      ours.push(externalId);
      return;
    }
    case 'status': {
      const about = ours[step.about % Math.max(1, ours.length)];
      if (about === undefined) return;
      await db.transaction((tx) =>
        stores.store.applyStatuses(tx, [anArrivedStatus(tenant, about, step.status, { at: step.at })]),
      );
      return;
    }
    case 'close':
    case 'reopen':
      await db.query(
        `INSERT INTO conversation_activities (account_id, id, conversation_id, kind, at)
         SELECT account_id, $3, id, $4, $5 FROM conversations
          WHERE account_id = $1 AND contact_id = (SELECT contact_id FROM contact_identities
                                                   WHERE account_id = $1 AND kind = 'wa_id' AND value = $2)`,
        [
          tenant.accountId,
          numberOf(step.person),
          newId(),
          step.kind === 'close' ? 'closed' : 'reopened',
          step.at,
        ],
      );
      return;
    case 'merge':
      return merge(tenant);
    case 'count':
      await counter.settle();
  }
}

async function arrive(
  tenant: Tenant,
  step: Extract<Step, { kind: 'customer' | 'tap' | 'reaction' | 'echo' }>,
  externalId: string,
  ours: string[],
): Promise<void> {
  const byApp = { direction: 'outbound', senderType: 'app', senderId: null, status: 'sent' } as const;
  const message = anArrivedMessage(tenant, {
    externalId,
    at: step.at,
    person: personOf(step.person),
    ...(step.kind === 'echo' ? byApp : { senderId: numberOf(step.person) }),
    ...(step.kind === 'reaction' ? { type: 'reaction' } : {}),
    ...(step.kind === 'tap'
      ? {
          type: 'button',
          context: { message_id: ours[step.about % Math.max(1, ours.length)] ?? 'wamid.none' },
        }
      : {}),
  });
  await db.transaction((tx) => stores.store.storeArrived(tx, [message]));
}

/** As when two contacts turn out to be one person: one conversation goes on in the other. */
async function merge({ accountId }: Tenant): Promise<void> {
  const rows: { id: string }[] = await db.query(
    'SELECT id FROM conversations WHERE account_id = $1 ORDER BY id',
    [accountId],
  );
  const [into, from] = rows.map(({ id }) => id);
  if (into === undefined || from === undefined) return;
  await db.transaction(async (tx) => {
    const moved = [accountId, from, into];
    for (const table of ['messages', 'conversation_activities'])
      await tx.query(
        `UPDATE ${table} SET conversation_id = $3 WHERE account_id = $1 AND conversation_id = $2`,
        moved,
      );
    await tx.query(
      `INSERT INTO conversation_activities (account_id, id, conversation_id, kind, payload)
       VALUES ($1, $2, $3, 'merged', $4)`,
      [accountId, newId(), into, { conversationId: from }],
    );
    await tx.query('DELETE FROM conversations WHERE account_id = $1 AND id = $2', [accountId, from]);
  });
}

function personOf(person: number): {
  identities: { kind: 'wa_id' | 'phone'; value: string }[];
  name: null;
  profile: Record<string, unknown>;
} {
  const value = numberOf(person);
  return {
    identities: [
      { kind: 'wa_id', value },
      { kind: 'phone', value },
    ],
    name: null,
    profile: {},
  };
}

describe('answers, replies and cases, whatever happens in whatever order and whenever it is counted', () => {
  it(
    'are those that a walk through the stored messages finds, and those of a rebuild',
    async () => {
      let counted = 0;
      await fc.assert(
        fc.asyncProperty(traces, async (trace) => {
          counted += await play(trace);
        }),
        {
          numRuns: RUNS,
          ...(SEED === undefined ? {} : { seed: Number(SEED) }),
          interruptAfterTimeLimit: TIME_LIMIT_MS,
        },
      );
      expect(counted).toBeGreaterThan(RUNS);
    },
    TIME_LIMIT_MS + 30_000,
  );
});

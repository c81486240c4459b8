import * as fc from 'fast-check';
import type { DataSource } from 'typeorm';
import { CaseCounting } from '../../src/analytics/counting/case-counting.service';
import { MetricsRebuild } from '../../src/analytics/counting/metrics-rebuild.service';
import type { ArrivedMessage, ArrivedStatus } from '../../src/conversations/conversation-types';
import { type AssetId, newId } from '../../src/database/ids';
import { type Tenant, aTenant, anArrivedMessage, anArrivedStatus } from '../factories/conversations.factory';
import {
  type CountingProcess,
  type FigureMap,
  aCountingProcess,
  aTakenMessage,
  addedUp,
  ofDimension,
  recountedFigures,
  rowsThatDoNotAddUp,
  storedFigures,
} from '../factories/message-metrics.factory';
import { type MessageStores, messageStores } from '../factories/message-stores';
import { openMigratedDatabase } from '../migrated-database';

/** The heavier run is `METRICS_PROPERTY_RUNS=300`; what fails prints its seed, for `METRICS_PROPERTY_SEED`. */
const RUNS = Number(process.env.METRICS_PROPERTY_RUNS ?? '10');
const SEED = process.env.METRICS_PROPERTY_SEED;
const TIME_LIMIT_MS = 120_000 + RUNS * 4_000;

let db: DataSource;
let close: () => Promise<void>;
let stores: MessageStores;
let counters: CountingProcess[];
beforeAll(async () => {
  ({ db, close } = await openMigratedDatabase());
  stores = messageStores(db);
  counters = [aCountingProcess(db), aCountingProcess(db)];
});
afterAll(async () => {
  await close();
});

const KINDS = ['received', 'ours', 'template', 'echo', 'reaction', 'history', 'history and live'] as const;
/** Around the night in which clocks are changed in Berlin, with the quarters of an hour often the same. */
const instants = fc
  .integer({ min: 0, max: 40 })
  .map((step) => new Date(Date.UTC(2026, 2, 28, 20) + step * 437_000));

const traces = fc.record({
  messages: fc.array(fc.record({ kind: fc.constantFrom(...KINDS), number: fc.nat(1), at: instants }), {
    minLength: 1,
    maxLength: 8,
  }),
  statuses: fc.array(
    fc.record({
      target: fc.nat(7),
      status: fc.constantFrom<ArrivedStatus['status'][]>('sent', 'delivered', 'read', 'played', 'failed'),
      at: instants,
      participant: fc.constantFrom('', '', 'a', 'b'),
      code: fc.constantFrom(131026, 131049, null),
      category: fc.constantFrom('marketing', 'utility', null),
    }),
    { maxLength: 20 },
  ),
});
type Trace = typeof traces extends fc.Arbitrary<infer T> ? T : never;

/** In which order what happened is told, in which batches, what twice, and when it is counted. */
const plans = fc.record({
  order: fc.array(fc.double({ noNaN: true, min: 0, max: 1 }), { minLength: 36, maxLength: 36 }),
  repeat: fc.array(fc.boolean(), { minLength: 36, maxLength: 36 }),
  batch: fc.integer({ min: 1, max: 6 }),
  count: fc.array(fc.constantFrom('relay', 'drain', 'both at once', 'not'), { minLength: 1, maxLength: 8 }),
});
type Plan = typeof plans extends fc.Arbitrary<infer T> ? T : never;

interface Step {
  message?: ArrivedMessage;
  status?: ArrivedStatus;
  take?: () => Promise<unknown>;
}

/** The same in every run, as figures are told apart by it. */
const AGENT = newId();
const CONTENT = { name: 'order_confirmation', language: { code: 'de' } };

/** What happens, in no order yet. */
function stepsOf(trace: Trace, tenants: Tenant[]): Step[] {
  const run = newId();
  const wamidOf = (index: number): string => `wamid.${run}.${index}`;
  const steps: Step[] = [];
  for (const [index, { kind, number, at }] of trace.messages.entries()) {
    const tenant = tenants[number];
    if (tenant === undefined) throw new Error('No such number.');
    const message = anArrivedMessage(tenant, { externalId: wamidOf(index), at });
    const byApp = { direction: 'outbound', senderType: 'app', senderId: null, status: 'sent' } as const;
    const past = { live: false, metadata: { imported: true } };
    if (kind === 'ours' || kind === 'template') {
      const content = kind === 'template' ? { type: 'template', content: CONTENT } : {};
      const order = { senderId: AGENT, ...content };
      steps.push({ take: () => aTakenMessage(db, tenant, wamidOf(index), order) });
    } else if (kind === 'received') steps.push({ message });
    else if (kind === 'reaction') steps.push({ message: { ...message, type: 'reaction' } });
    else if (kind === 'echo') steps.push({ message: { ...message, ...byApp } });
    else steps.push({ message: { ...message, ...byApp, ...past } });
    if (kind === 'history and live') steps.push({ message: { ...message, ...byApp } });
  }
  for (const { target, status, at, participant, code, category } of trace.statuses) {
    const index = target % trace.messages.length;
    const tenant = tenants[trace.messages[index]?.number ?? 0];
    if (tenant === undefined) throw new Error('No such number.');
    steps.push({
      status: anArrivedStatus(tenant, wamidOf(index), status, {
        at,
        participant,
        error:
          status === 'failed' && code !== null ? { code, title: null, message: null, details: null } : null,
        details: category === null ? {} : { pricing: { category } },
      }),
    });
  }
  return steps;
}

async function tell(batch: readonly Step[]): Promise<void> {
  for (const { take } of batch) await take?.();
  await db.transaction(async (tx) => {
    await stores.store.storeArrived(
      tx,
      batch.flatMap(({ message }) => message ?? []),
    );
    await stores.store.applyStatuses(
      tx,
      batch.flatMap(({ status }) => status ?? []),
    );
  });
}

async function count(how: string | undefined): Promise<void> {
  const [one, other] = counters;
  if (how === 'relay') await one?.relay();
  if (how === 'drain') await one?.counting.drain();
  if (how === 'both at once') await Promise.all([one?.settle(), other?.counting.drain()]);
}

/** Tells a trace by a plan, of an account of its own with two numbers, and gives its figures. */
async function play(trace: Trace, plan: Plan): Promise<FigureMap> {
  const tenant = await aTenant(db);
  const assetId = newId<AssetId>();
  await db.query(`INSERT INTO assets (account_id, id, kind, meta_id) VALUES ($1, $2, 'phone_number', $3)`, [
    tenant.accountId,
    assetId,
    assetId,
  ]);
  const steps = stepsOf(trace, [tenant, { ...tenant, assetId }]);
  const told = [...steps.entries()]
    // What we send is ordered once.
    .flatMap(([index, step]) =>
      step.take === undefined && plan.repeat[index] === true
        ? [
            { index, step },
            { index: index + 17, step },
          ]
        : [{ index, step }],
    )
    .sort((a, b) => (plan.order[a.index % 36] ?? 0) - (plan.order[b.index % 36] ?? 0))
    .map(({ step }) => step);
  for (let from = 0, round = 0; from < told.length; from += plan.batch, round += 1) {
    await tell(told.slice(from, from + plan.batch));
    await count(plan.count[round % plan.count.length]);
  }
  for (const counter of counters) await counter.settle();

  const names = new Map([
    [tenant.assetId, 'number-0'],
    [assetId, 'number-1'],
  ]);
  const figures = await storedFigures(db, tenant.accountId, names);
  expect(ofDimension(figures, 'channel')).toEqual(await recountedFigures(db, tenant.accountId, names));
  expect(addedUp(figures, 'account')).toEqual(addedUp(figures, 'channel'));
  expect(await rowsThatDoNotAddUp(db, tenant.accountId)).toEqual([]);
  const rebuilt = await new MetricsRebuild(db, new CaseCounting()).run({ accountId: tenant.accountId });
  expect(rebuilt.reduce((sum, { corrected }) => sum + corrected, 0)).toBe(0);
  expect(await storedFigures(db, tenant.accountId, names)).toEqual(figures);
  return figures;
}

describe('whatever order messages and statuses are told in', () => {
  it(
    'twice, in other batches, counted at any time by one or two: the figures are the same, and those of a rebuild',
    async () => {
      let counted = 0;
      await fc.assert(
        fc.asyncProperty(traces, plans, plans, async (trace, first, second) => {
          const one = await play(trace, first);
          counted += Object.keys(one).length;
          expect(await play(trace, second)).toEqual(one);
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

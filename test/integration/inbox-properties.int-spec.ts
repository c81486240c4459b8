import { setImmediate } from 'node:timers/promises';
import { SchedulerRegistry } from '@nestjs/schedule';
import * as fc from 'fast-check';
import { WaitingSweeper } from '../../src/conversations/messages/waiting.sweeper';
import { SendLedger } from '../../src/conversations/sends/send-ledger.service';
import { SendSettlement } from '../../src/conversations/sends/send-settlement.service';
import type { AccountId, AssetId } from '../../src/database/ids';
import { newId } from '../../src/database/ids';
import { DELIVERY_LANES } from '../../src/webhooks/delivery-lane';
import type { WebhookEventKind } from '../../src/webhooks/webhook-events';
import { WebhookHandlerRegistry } from '../../src/webhooks/webhook-handler.registry';
import { WebhookInboxService } from '../../src/webhooks/webhook-inbox.service';
import { WebhookInboxWorker } from '../../src/webhooks/webhook-inbox.worker';
import { WebhookProcessor } from '../../src/webhooks/webhook-processor';
import { WebhookWaker } from '../../src/webhooks/webhook-waker';
import { type Tenant, aSendOrder, aTenant } from '../factories/conversations.factory';
import { type Addresses, type Plan, deliveriesOf, plans } from '../factories/inbox-deliveries';
import { type Trace, LATE_NUMBER, TENANT_OF, orderWamid, traces, waIdOf } from '../factories/inbox-events';
import { expectedStates } from '../factories/inbox-model';
import { type Tenancy, storedState } from '../factories/inbox-state';
import type { TenantState } from '../factories/inbox-view';
import { signatureOf } from '../signed-webhook';
import { createTestDatabase } from '../test-database';
import { accepted, beginSend, settleSend } from '../factories/message-stores';
import { type TestApp, startTestApp } from '../test-app';

/**
 * How many traces, and about how many events of each kind in one: the heavier run is `INBOX_PROPERTY_RUNS=500
 * INBOX_PROPERTY_EVENTS=25`. What fails prints its seed, for `INBOX_PROPERTY_SEED`.
 */
const RUNS = Number(process.env.INBOX_PROPERTY_RUNS ?? '20');
const MOST_EVENTS = Number(process.env.INBOX_PROPERTY_EVENTS ?? '10');
const SEED = process.env.INBOX_PROPERTY_SEED;
/** Enough to shrink what fails. */
const TIME_LIMIT_MS = 300_000 + RUNS * 5_000;

const KINDS: WebhookEventKind[] = [
  'whatsapp.message.received',
  'whatsapp.message.edited',
  'whatsapp.message.revoked',
  'whatsapp.message.system',
  'whatsapp.message.echoed',
  'whatsapp.message.status',
  'whatsapp.history',
  'whatsapp.user.preference',
];

let app: TestApp;
let dropDatabase: () => Promise<void>;
/** Whether the next handlers fail. */
let failures: boolean[] = [];

beforeAll(async () => {
  const database = await createTestDatabase();
  dropDatabase = database.drop;
  // Nothing is killed here, so nothing has to be on disk: it takes half the time.
  const url = `${database.url}?options=${encodeURIComponent('-c synchronous_commit=off')}`;
  app = await startTestApp({ env: { APP_ROLES: 'worker' }, database: { ...database, url } });
  // Nothing happens by itself: the plans say when.
  const schedule = app.app.get(SchedulerRegistry);
  for (const name of schedule.getIntervals()) schedule.deleteInterval(name);
  jest.spyOn(app.app.get(WebhookWaker), 'wake').mockImplementation();
  for (const kind of KINDS)
    app.app.get(WebhookHandlerRegistry).register({
      kind,
      handle: () =>
        failures.shift() === true ? Promise.reject(new Error('a random failure')) : Promise.resolve(),
    });
});
afterAll(async () => {
  await app.close();
  await dropDatabase();
});

/** A run's own tenants, so that runs share the application and nothing else. */
async function aStage(): Promise<{
  tenants: Tenant[];
  addresses: Omit<Addresses, 'orderIds'>;
  assetIds: AssetId[];
}> {
  const tenants = [await aTenant(app.db), await aTenant(app.db)];
  const assetIds = TENANT_OF.map(() => newId<AssetId>());
  const phoneNumberIds = TENANT_OF.map(
    (_, number) => `${Date.now()}${number}${Math.floor(Math.random() * 1e6)}`,
  );
  const wabaIds = TENANT_OF.map(
    (tenant, number) => `${phoneNumberIds[0]}7${number === LATE_NUMBER ? 9 : tenant}`,
  );
  const stage = { tenants, addresses: { phoneNumberIds, wabaIds }, assetIds };
  for (const number of TENANT_OF.keys()) if (number !== LATE_NUMBER) await connect(stage, number);
  return stage;
}
type Stage = Awaited<ReturnType<typeof aStage>>;

async function connect({ tenants, addresses, assetIds }: Stage, number: number): Promise<void> {
  await app.db.query(
    `INSERT INTO assets (account_id, id, kind, meta_id) VALUES ($1, $2, 'phone_number', $3)`,
    [tenants[TENANT_OF[number] ?? 0]?.accountId, assetIds[number], addresses.phoneNumberIds[number]],
  );
}

async function drain(drainers: number): Promise<void> {
  const processor = app.app.get(WebhookProcessor);
  await Promise.all(
    Array.from({ length: drainers }, () => Promise.all(DELIVERY_LANES.map((lane) => processor.drain(lane)))),
  );
}

/** Delivers a trace by a plan, to tenants of its own, and reads what it came to. */
async function play(trace: Trace, plan: Plan): Promise<TenantState[]> {
  for (const table of ['webhook_deliveries', 'webhook_digests', 'webhook_quarantine'])
    await app.db.query(`DELETE FROM ${table}`);
  failures = [...plan.failures];
  const stage = await aStage();
  const ledger = app.app.get(SendLedger);
  const settlement = app.app.get(SendSettlement);
  const orderIds: string[] = [];
  const answers = new Map<number, (() => Promise<void>)[]>();
  for (const [index, order] of trace.orders.entries()) {
    const tenant = {
      ...stage.tenants[TENANT_OF[order.number] ?? 0]!,
      assetId: stage.assetIds[order.number]!,
    };
    const waId = waIdOf(order.customer, 0);
    const before = Date.now();
    const { messageId } = await app.db.transaction((tx) =>
      ledger.order(
        tx,
        aSendOrder(tenant, {
          person: {
            identities: [
              { kind: 'wa_id', value: waId },
              { kind: 'phone', value: waId },
            ],
            name: null,
            profile: {},
          },
          text: order.words,
          content: { body: order.words },
        }),
      ),
    );
    orderIds.push(messageId);
    // Their times are their order.
    while (Date.now() <= before) await setImmediate();
    const send = await beginSend(app.db, tenant.accountId, messageId);
    if (!order.isAnswered || send === null) continue;
    const at = plan.answersAt[index % plan.answersAt.length] ?? 0;
    answers.set(at, [
      ...(answers.get(at) ?? []),
      () => settleSend(app.db, settlement, accepted(send, orderWamid(index))),
    ]);
  }

  const deliveries = deliveriesOf(trace, plan, { ...stage.addresses, orderIds });
  const inbox = app.app.get(WebhookInboxService);
  for (const [index, { body }] of deliveries.entries()) {
    if (plan.connectAt === index) await connect(stage, LATE_NUMBER);
    await Promise.all([
      inbox.receive(Buffer.from(body), signatureOf(body)),
      ...(answers.get(index) ?? []).map((answer) => answer()),
    ]);
    answers.delete(index);
    if (plan.replaysAt.includes(index)) await replayAll();
    if (index % plan.every === 0) await drain(plan.drainers);
  }
  for (const late of answers.values()) for (const answer of late) await answer();
  if (plan.connectAt !== null && plan.connectAt >= deliveries.length) await connect(stage, LATE_NUMBER);
  await settle();
  await expectAccounts(deliveries, plan);
  return Promise.all(
    stage.tenants.map((tenant, index) =>
      storedState(app.db, tenancyOf(stage, tenant.accountId, index, trace, orderIds)),
    ),
  );
}

function tenancyOf(
  { assetIds }: Stage,
  accountId: AccountId,
  tenant: number,
  trace: Trace,
  orderIds: readonly string[],
): Tenancy {
  return {
    accountId,
    numbers: new Map(assetIds.map((id, number) => [id, number])),
    orders: new Map(
      orderIds.flatMap((id, index) =>
        TENANT_OF[trace.orders[index]?.number ?? 0] === tenant ? [[id, index] as const] : [],
      ),
    ),
  };
}

async function replayAll(): Promise<void> {
  await app.db.query(
    `UPDATE webhook_deliveries SET state = 'pending', next_attempt_at = now() WHERE state <> 'pending'`,
  );
}

/** Works until nothing is left to do, without waiting for the pauses after failures. */
async function settle(): Promise<void> {
  // Statuses wait for answers no longer than that; a send is given up only much later.
  await app.db.query(
    `UPDATE message_sends SET started_at = now() - interval '20 seconds' WHERE state = 'sending'`,
  );
  for (let round = 0; ; round++) {
    await app.app.get(WebhookInboxWorker).sweep();
    await app.app.get(WaitingSweeper).sweep();
    const [row]: { pending: number }[] = await app.db.query(
      `WITH due AS (UPDATE webhook_deliveries SET next_attempt_at = now() WHERE state = 'pending' RETURNING 1)
       SELECT count(*)::int AS pending FROM due`,
    );
    if (row?.pending === 0) return;
    if (round > 50) throw new Error('Deliveries stay pending for ever.');
  }
}

async function expectAccounts(
  deliveries: readonly { numbers: number[]; odd: number }[],
  plan: Plan,
): Promise<void> {
  const rows: Record<string, unknown>[] = await app.db.query(
    `SELECT state, events_processed, events_ignored, events_quarantined, events_dead, error
       FROM webhook_deliveries ORDER BY id`,
  );
  expect(rows).toEqual(
    deliveries.map(({ numbers, odd }) => {
      const homeless =
        plan.connectAt === null ? numbers.filter((number) => number === LATE_NUMBER).length : 0;
      const processed = numbers.length - homeless;
      return {
        state: homeless > 0 ? 'quarantined' : processed > 0 ? 'processed' : 'ignored',
        events_processed: processed,
        events_ignored: odd,
        events_quarantined: homeless,
        events_dead: 0,
        error: null,
      };
    }),
  );
}

describe('whatever order the events of WhatsApp come in', () => {
  it(
    'twice, in other batches, with failures and replays between: they come to the same',
    async () => {
      const parameters = {
        numRuns: RUNS,
        ...(SEED === undefined ? {} : { seed: Number(SEED) }),
        interruptAfterTimeLimit: TIME_LIMIT_MS,
      };
      const isConnected = fc.boolean();
      await fc.assert(
        fc.asyncProperty(
          traces(MOST_EVENTS),
          isConnected.chain((is) => {
            const at = is ? fc.nat(12) : fc.constant(null);
            return fc.tuple(plans(at), plans(at));
          }),
          async (trace, [first, second]) => {
            const expected = expectedStates(trace, first.connectAt !== null);
            const one = await play(trace, first);
            expect(one).toEqual(expected);
            expect(await play(trace, second)).toEqual(one);
          },
        ),
        parameters,
      );
    },
    TIME_LIMIT_MS + 30_000,
  );
});

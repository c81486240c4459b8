import type { EntityManager } from 'typeorm';
import { JobQueue } from '../../src/queue/job-queue';
import { type RoutedEvent, WebhookHandlerRegistry } from '../../src/webhooks/webhook-handler.registry';
import { DELIVERY_LANES, queueOf } from '../../src/webhooks/delivery-lane';
import { WebhookProcessor } from '../../src/webhooks/webhook-processor';
import type { ApiClient } from '../api-client';
import { eventually } from '../eventually';
import { aTenant } from '../factories/conversations.factory';
import { ANA, A_CHANNEL, aMessagesChange, aTextMessage } from '../factories/whatsapp-webhooks.factory';
import { deliver } from '../signed-webhook';
import { type TestApp, startTestApp } from '../test-app';

type Template = RoutedEvent<'whatsapp.template.quality'>;

let app: TestApp;
let admin: ApiClient;
let gate: Promise<void> | null = null;
let open: () => void = () => undefined;

interface Row {
  id: string;
  lane: string;
  state: string;
}
const rows = (): Promise<Row[]> => app.db.query('SELECT id, lane, state FROM webhook_deliveries ORDER BY id');
const settled = (count: number): Promise<Row[]> =>
  eventually(rows, (all) => all.length === count && all.every(({ state }) => state !== 'pending'), {
    timeoutMs: 20_000,
  });

const message = (text: string): string =>
  JSON.stringify(aMessagesChange(A_CHANNEL, { contacts: [ANA], messages: [aTextMessage(text)] }));
const status = (wamid: string): string =>
  JSON.stringify(
    aMessagesChange(A_CHANNEL, {
      statuses: [{ id: wamid, status: 'sent', timestamp: '1773480000', recipient_id: '16505551234' }],
    }),
  );
const account = (id: string): string =>
  JSON.stringify({
    object: 'whatsapp_business_account',
    entry: [
      {
        id: A_CHANNEL.wabaId,
        time: 1773480000,
        changes: [
          {
            field: 'message_template_quality_update',
            value: {
              previous_quality_score: 'GREEN',
              new_quality_score: 'RED',
              message_template_id: id,
              message_template_name: 'order',
              message_template_language: 'en_US',
            },
          },
        ],
      },
    ],
  });

beforeAll(async () => {
  app = await startTestApp();
  app.app.get(WebhookHandlerRegistry).register({
    kind: 'whatsapp.template.quality',
    handle: async (_events: readonly Template[], tx: EntityManager) => {
      await tx.query('SELECT 1');
      await gate;
    },
  });
  admin = app.api.as(await app.api.registerAdmin());
  const { accountId } = await aTenant(app.db);
  await app.db.query(
    `INSERT INTO assets (account_id, id, kind, meta_id) VALUES ($1, gen_random_uuid(), 'waba', $2),
       ($1, gen_random_uuid(), 'phone_number', $3)`,
    [accountId, A_CHANNEL.wabaId, A_CHANNEL.phoneNumberId],
  );
});
afterAll(async () => {
  open();
  await app.close();
});
beforeEach(async () => {
  await app.db.query('TRUNCATE webhook_deliveries, webhook_digests, webhook_quarantine');
});

describe('lanes', () => {
  it('let messages and statuses pass while another lane stands still', async () => {
    gate = new Promise((resolve) => (open = resolve));
    await deliver(app.api, account('1'));
    await eventually(
      () =>
        app.db.query(
          `SELECT 1 FROM pg_stat_activity WHERE state = 'idle in transaction' AND datname = current_database()`,
        ),
      (held: unknown[]) => held.length > 0,
    );
    // Behind one that hangs, in the same lane: only these have to wait.
    await deliver(app.api, account('2'));
    await deliver(app.api, message('urgent'));
    await deliver(app.api, status('wamid.lane'));
    const all = await eventually(
      rows,
      (found) => found.filter(({ state }) => state === 'processed').length === 2,
    );
    expect(all.map(({ lane, state }) => `${lane} ${state}`)).toEqual([
      'account pending',
      'account pending',
      'message processed',
      'status processed',
    ]);
    open();
    gate = null;
    await settled(4);
  });

  it('have what is replayed in numbers wait behind whatever is live', async () => {
    for (let index = 0; index < 4; index++) await deliver(app.api, message(`old ${index}`));
    await settled(4);
    expect(
      (await admin.post('/api/meta/webhook/deliveries/replay', { state: 'processed' })).body.data,
    ).toEqual({
      replayed: 4,
    });
    expect((await settled(4)).map(({ lane }) => lane)).toEqual(Array(4).fill('bulk'));
    const [first] = await rows();
    expect((await admin.get(`/api/meta/webhook/deliveries/${first!.id}`)).body.data).toMatchObject({
      lane: 'bulk',
    });
  });

  it('are queues of their own, which one wake-up each reaches', async () => {
    const added = jest.spyOn(app.app.get(JobQueue), 'add');
    await deliver(app.api, message('a'));
    await deliver(app.api, status('wamid.a'));
    await settled(2);
    const queues = added.mock.calls.map(([queue]) => queue).filter((queue) => queue.startsWith('webhook-'));
    expect(queues.sort()).toEqual([queueOf('message'), queueOf('status')]);
    added.mockRestore();
  });

  it('are shown with what waits in each, and an alarm when something live waits too long', async () => {
    await app.db.query(
      `INSERT INTO webhook_deliveries (id, digest, body, lane, received_at, next_attempt_at)
       VALUES ($1, '\\x00', '{}', 'message', now() - interval '5 minutes', now() + interval '1 hour')`,
      ['01a1fda0-b480-70e7-8734-03d09f89187a'],
    );
    const { data } = (
      await admin.get<{ lanes: { lane: string; pending: number }[]; alarms: { code: string }[] }>(
        '/api/meta/webhook/stats',
      )
    ).body;
    expect(data.lanes.map(({ lane }) => lane)).toEqual([...DELIVERY_LANES]);
    expect(data.lanes[0]).toMatchObject({ lane: 'message', pending: 1, retrying: 0 });
    expect(data.alarms).toContainEqual({ code: 'LAG', message: expect.stringContaining('lane message') });
    await app.db.query(`DELETE FROM webhook_deliveries WHERE next_attempt_at > now() + interval '1 minute'`);
  });

  it('are left to others by a process that ends, between two batches', async () => {
    const processor = app.app.get(WebhookProcessor);
    processor.onModuleDestroy();
    await deliver(app.api, message('for another'));
    expect(await processor.drain('message')).toBe(0);
    expect(await rows()).toMatchObject([{ state: 'pending' }]);
  });
});

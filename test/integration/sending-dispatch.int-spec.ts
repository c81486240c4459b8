import { SEED } from '../../sandbox/world-seed';
import { GraphUsage } from '../../src/graph-client/graph-usage';
import { SendLedger } from '../../src/conversations/sends/send-ledger.service';
import type { SendLane, SendOrder } from '../../src/conversations/conversation-types';
import type { AccountId, AssetId, MessageId } from '../../src/database/ids';
import { SendingWaker } from '../../src/sending/sending-waker';
import type { ApiClient } from '../api-client';
import { eventually } from '../eventually';
import {
  type Messenger,
  aMessenger,
  aText,
  customerWrites,
  send,
  withStatus,
  messageWhen,
} from '../factories/messaging.factory';
import { sandboxOf } from '../factories/meta-login';
import { type TestApp, startTestApp } from '../test-app';

interface Sender extends Messenger {
  assetId: AssetId;
}

describe('what is sent side by side', () => {
  let app: TestApp;
  let admin: ApiClient;
  let me: Sender;
  let other: Sender;
  let people = 0;
  beforeAll(async () => {
    app = await startTestApp({ sandbox: true });
    admin = app.api.as(await app.api.registerAdmin());
    me = await withAsset(await aMessenger(app, admin));
    const tenant = sandboxOf(app).createTenant({ name: 'Other', displayPhoneNumber: '+1 555-078-9999' });
    other = await withAsset(await aMessenger(app, admin, { personId: tenant.personId }));
    await other.client.post('/api/meta/whatsapp/templates', {
      name: 'hello_world',
      language: 'en_US',
      category: 'UTILITY',
      components: [{ type: 'BODY', text: 'Hello World' }],
    });
    await eventually(
      async (): Promise<{ status: string }[]> =>
        app.db.query('SELECT status FROM whatsapp_templates WHERE account_id = $1', [other.accountId]),
      (rows) => rows.some(({ status }) => status === 'APPROVED'),
    );
    sandboxOf(app).configure({ statuses: { lose: ['sent', 'delivered', 'read', 'played'] } });
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    // Each test begins with a number that has not sent for a second.
    await new Promise((resolve) => setTimeout(resolve, 1_100));
  });
  afterEach(async () => {
    await allSettled();
    sandboxOf(app).clearFaults();
  });

  const withAsset = async (messenger: Messenger): Promise<Sender> => {
    const rows: { id: AssetId }[] = await app.db.query(
      'SELECT id FROM whatsapp_phone_numbers WHERE account_id = $1',
      [messenger.accountId],
    );
    return { ...messenger, assetId: rows[0]!.id };
  };
  const allSettled = () =>
    eventually(
      async (): Promise<unknown[]> =>
        app.db.query(`SELECT 1 FROM message_sends WHERE state IN ('queued', 'sending')`),
      (left) => left.length === 0,
      { timeoutMs: 60_000 },
    );
  /** Orders templates to people nobody knows, straight in the ledger. */
  const order = async (sender: Sender, count: number, lane: SendLane): Promise<MessageId[]> => {
    const template = { name: 'hello_world', language: { code: 'en_US' } };
    const orders = Array.from({ length: count }, (): SendOrder => {
      const digits = `1650556${String((people += 1)).padStart(4, '0')}`;
      return {
        accountId: sender.accountId as AccountId,
        assetId: sender.assetId,
        platform: 'whatsapp',
        person: { identities: [{ kind: 'wa_id', value: digits }], name: null, profile: {} },
        groupId: '',
        senderId: sender.accountId,
        type: 'template',
        text: 'Hello World',
        content: template,
        context: null,
        lane,
        sendAt: null,
        request: { recipient_type: 'individual', to: `+${digits}`, type: 'template', template },
      };
    });
    const placed = await app.db.transaction((tx) =>
      app.app.get(SendLedger, { strict: false }).orderAll(tx, orders),
    );
    app.app
      .get(SendingWaker, { strict: false })
      .wake({ platform: 'whatsapp', accountId: sender.accountId as AccountId, assetId: sender.assetId });
    return placed.map(({ messageId }) => messageId);
  };
  const receivedBy = ({ phoneNumberId }: Sender): (string | undefined)[] =>
    sandboxOf(app)
      .sentMessages({ phoneNumberId })
      .map(({ bizOpaqueCallbackData }) => bizOpaqueCallbackData ?? undefined);

  it('leaves as a whole, each once, and no faster than the number may send', async () => {
    const ids = await order(me, 250, 'campaign');
    await allSettled();
    const received = receivedBy(me);
    expect([...received].sort()).toEqual([...ids].sort());
    expect(sandboxOf(app).limitStats().numbers[me.phoneNumberId]?.busiestSecond).toBeLessThanOrEqual(80);
  });

  it('lets codes pass replies, and replies pass campaigns', async () => {
    const campaign = await order(me, 240, 'campaign');
    await eventually(
      () => Promise.resolve(receivedBy(me).filter((id) => campaign.includes(id as MessageId)).length),
      (count) => count > 20,
    );
    const [reply] = await order(me, 1, 'reply');
    const [code] = await order(me, 1, 'authentication');
    await allSettled();
    const received = receivedBy(me);
    const behind = received.length - Math.max(received.indexOf(reply), received.indexOf(code));
    expect(behind).toBeGreaterThan(60); // of the campaign, which was all there before them
  });

  it('gives each account its turn, however much another has to send', async () => {
    await order(me, 200, 'campaign');
    const ids = await order(other, 20, 'campaign');
    await eventually(
      () => Promise.resolve(receivedBy(other).length),
      (count) => count === ids.length,
    );
    const left: unknown[] = await app.db.query(
      `SELECT 1 FROM message_sends WHERE account_id = $1 AND state = 'queued'`,
      [me.accountId],
    );
    expect(left.length).toBeGreaterThan(20);
  });

  it('comes to one person in the order in which it was ordered', async () => {
    const from = '+16505550100';
    await customerWrites(app, { from });
    // Without turns the first, which takes longest, would come last.
    sandboxOf(app).failNext({ method: 'POST', path: /messages$/, delayMs: 300 });
    sandboxOf(app).failNext({ method: 'POST', path: /messages$/, delayMs: 150 });
    const ids: string[] = [];
    for (let n = 0; n < 5; n++) ids.push((await send(me.client, aText(`n${n}`, { to: from }))).body.data.id);
    await messageWhen(me.client, ids[4]!, withStatus('accepted'));
    const received = receivedBy(me).filter((id) => ids.includes(id ?? ''));
    expect(received).toEqual(ids);
  });

  it('slows down when Meta complains, and loses and doubles nothing', async () => {
    sandboxOf(app).failNext({
      method: 'POST',
      path: /messages$/,
      code: 130429,
      times: 15,
      headers: { 'retry-after': '1' },
    });
    const ids = await order(me, 100, 'campaign');
    await allSettled();
    const received = receivedBy(me).filter((id) => ids.includes(id as MessageId));
    expect([...received].sort()).toEqual([...ids].sort());
    const rows: { limited: number; attempts: number }[] = await app.db.query(
      'SELECT limited, attempts FROM message_sends WHERE message_id = ANY($1)',
      [ids],
    );
    expect(rows.reduce((sum, { limited }) => sum + limited, 0)).toBe(15);
    expect(rows.every(({ attempts }) => attempts === 1)).toBe(true);
  });

  it('is checked again at the last moment: a template that was rejected meanwhile goes out no more', async () => {
    const claimed = await order(me, 30, 'campaign');
    await app.db.query(`UPDATE whatsapp_templates SET status = 'REJECTED' WHERE account_id = $1`, [
      me.accountId,
    ]);
    try {
      const ids = await order(me, 5, 'reply');
      const campaign = await order(me, 5, 'campaign');
      await eventually(
        async (): Promise<unknown[]> =>
          app.db.query('SELECT 1 FROM message_sends WHERE message_id = ANY($1) AND limited > 0', [campaign]),
        (found) => found.length === 5,
      );
      const rows: { status: string; error: unknown }[] = await app.db.query(
        'SELECT status, error FROM messages WHERE id = ANY($1)',
        [ids],
      );
      expect(rows).toHaveLength(5);
      for (const row of rows)
        expect(row).toMatchObject({ status: 'failed', error: { code: 'TEMPLATE_INVALID' } });
      const all = [...ids, ...campaign];
      expect(receivedBy(me).filter((id) => all.includes(id as MessageId))).toEqual([]);
      // A campaign is paused because of it: its messages wait for that.
      const states: { state: string }[] = await app.db.query(
        'SELECT state FROM message_sends WHERE message_id = ANY($1)',
        [campaign],
      );
      expect(states.every(({ state }) => state === 'queued')).toBe(true);
      await app.db.query(`UPDATE message_sends SET state = 'failed' WHERE message_id = ANY($1)`, [campaign]);
      expect(claimed).toHaveLength(30);
    } finally {
      await app.db.query(`UPDATE whatsapp_templates SET status = 'APPROVED' WHERE account_id = $1`, [
        me.accountId,
      ]);
    }
  });

  it('keeps what is nearly used up of the account’s calls for answers: campaigns wait', async () => {
    const usage = app.app.get(GraphUsage, { strict: false });
    const tell = (percent: number): void => {
      const entry = { type: 'whatsapp', call_count: percent, total_cputime: 1, total_time: 1 };
      usage.record({ 'x-business-use-case-usage': JSON.stringify({ [SEED.wabaId]: [entry] }) }, null);
    };
    tell(96);
    const campaign = await order(me, 20, 'campaign');
    const reply = await order(me, 1, 'reply');
    await eventually(
      () => Promise.resolve(receivedBy(me)),
      (received) => received.includes(reply[0]),
    );
    expect(receivedBy(me).filter((id) => campaign.includes(id as MessageId))).toEqual([]);
    tell(10);
    await allSettled();
    expect(receivedBy(me).filter((id) => campaign.includes(id as MessageId))).toHaveLength(20);
  });

  it('has Meta’s templates read again when Meta says that one cannot be sent', async () => {
    await app.db.query(
      `UPDATE whatsapp_business_accounts SET templates_synced_at = now() - interval '40 minutes'`,
    );
    sandboxOf(app).clearCalls();
    sandboxOf(app).failNext({ method: 'POST', path: /messages$/, code: 132001 });
    await order(me, 1, 'reply');
    const reads = () => Promise.resolve(sandboxOf(app).calls({ method: 'GET', path: /message_templates/ }));
    await eventually(reads, (calls) => calls.length > 0);
  });
});

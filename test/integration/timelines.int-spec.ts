import { MessageStore } from '../../src/conversations/messages/message-store.service';
import type { ApiClient } from '../api-client';
import { CapturedLog } from '../captured-log';
import { ENDPOINTS } from '../endpoint-world';
import { eventually } from '../eventually';
import {
  CUSTOMER,
  type Messenger,
  aMessenger,
  aText,
  customerWrites,
  message,
  messageWhen,
  sent,
  withStatus,
} from '../factories/messaging.factory';
import { sandboxOf } from '../factories/meta-login';
import { A_CHANNEL, aMessagesChange, aTextMessage } from '../factories/whatsapp-webhooks.factory';
import { ALLOWED_ADDRESS } from '../hostile-server';
import { deliver } from '../signed-webhook';
import { type TestApp, startTestApp } from '../test-app';
import { WebhookReceiver } from '../webhook-receiver';

interface Entry {
  at: string;
  kind: string;
  title: string;
  ids: Record<string, string>;
  requestId: string | null;
  traceId: string | null;
}
interface Timeline {
  entries: Entry[];
  isCut: boolean;
}

const kindsOf = ({ entries }: Timeline) => entries.map(({ kind }) => kind);
const isSettled = (timeline: Timeline) => timeline.entries.at(-1)?.kind !== 'waiting';

describe('timelines', () => {
  let app: TestApp;
  let admin: ApiClient;
  let me: Messenger;
  let log: CapturedLog;
  const receiver = new WebhookReceiver();

  beforeAll(async () => {
    await receiver.start();
    app = await startTestApp({
      sandbox: true,
      env: {
        OUTBOUND_ALLOW_HTTP: 'true',
        OUTBOUND_ALLOWED_ADDRESSES: ALLOWED_ADDRESS,
        LOG_LEVEL: 'info',
      },
    });
    log = new CapturedLog();
    admin = app.api.as(await app.api.registerAdmin());
    me = await aMessenger(app, admin);
    const endpoint = await me.client.post(ENDPOINTS, { url: receiver.url('/told'), eventTypes: ['*'] });
    expect(endpoint.status).toBe(201);
  }, 120_000);
  afterAll(async () => {
    await app.close();
    log.stop();
    await receiver.close();
  });
  afterEach(() => {
    jest.restoreAllMocks();
    sandboxOf(app).clearFaults();
  });

  const ofMessage = async (id: string, client = me.client): Promise<Timeline> => {
    const { conversationId } = await message(me.client, id);
    const answer = await client.get<Timeline>(
      `/api/meta/conversations/${conversationId}/messages/${id}/timeline`,
    );
    expect({ status: answer.status, text: answer.text }).toMatchObject({ status: 200 });
    return answer.body.data;
  };
  const ofDelivery = async (id: string): Promise<Timeline> => {
    const answer = await admin.get<Timeline>(`/api/meta/webhook/deliveries/${id}/timeline`);
    expect({ status: answer.status, text: answer.text }).toMatchObject({ status: 200 });
    return answer.body.data;
  };
  const theEntry = ({ entries }: Timeline, kind: string): Entry => {
    const found = entries.find((entry) => entry.kind === kind);
    if (found === undefined) throw new Error(`no ${kind} among ${JSON.stringify(entries, null, 1)}`);
    return found;
  };
  const body = (text: string) =>
    JSON.stringify(
      aMessagesChange({ ...A_CHANNEL, phoneNumberId: me.phoneNumberId }, { messages: [aTextMessage(text)] }),
    );
  const deliveryOf = async (text: string): Promise<string> => {
    const rows = await eventually(
      async (): Promise<{ id: string }[]> =>
        app.db.query(`SELECT id FROM webhook_deliveries WHERE position(convert_to($1, 'UTF8') IN body) > 0`, [
          text,
        ]),
      (found) => found.length === 1,
    );
    return rows[0]?.id ?? '';
  };

  it('of a message that went out tells who ordered it, by which request, and everything up to who was told', async () => {
    await customerWrites(app);
    const requestId = 'order-of-ada-1';
    const id = await sent(me.client.with({ 'x-request-id': requestId }), aText('On its way'));
    await messageWhen(me.client, id, ({ statuses }) => statuses.length === 5);
    const timeline = await eventually(() => ofMessage(id), isSettled);

    const kinds = kindsOf(timeline);
    for (const kind of ['send.ordered', 'send.attempt', 'send.accepted', 'status.delivered', 'status.read'])
      expect(kinds.filter((each) => each === kind)).toEqual([kind]);
    expect(kinds).toContain('outbound.delivered');
    expect(theEntry(timeline, 'send.ordered')).toMatchObject({ requestId, ids: { messageId: id } });
    expect(theEntry(timeline, 'send.ordered').title).toMatch(/^Ordered by \S/);
    // Each status leads to the webhook that told it, whose own timeline leads back.
    const { deliveryId } = theEntry(timeline, 'status.read').ids;
    expect(theEntry(await ofDelivery(deliveryId ?? ''), 'message.status').ids.messageId).toBe(id);
    expect(timeline.entries.map(({ at }) => at)).toEqual(timeline.entries.map(({ at }) => at).sort());
    // And the log leads from the request to the message.
    const [line] = log.with('requestId', requestId).filter(({ msg }) => msg === 'request completed');
    expect(line?.messageIds).toEqual([id]);
  });

  it('of a message that Meta refuses tells why, in Meta’s words, and its log lines name message and request', async () => {
    await customerWrites(app);
    sandboxOf(app).failNext({ method: 'POST', path: /messages$/, code: 131_026 });
    const id = await sent(me.client.with({ 'x-request-id': 'refused-1' }), aText('Never'));
    await messageWhen(me.client, id, withStatus('failed'));
    const timeline = await eventually(() => ofMessage(id), isSettled);
    expect(theEntry(timeline, 'send.failed').title).toContain('131026');
    expect(
      kindsOf(timeline).filter((kind) => kind.endsWith('failed') && !kind.startsWith('outbound')),
    ).toEqual(['send.failed']);
    const told = log.with('messageId', id);
    expect(told.length).toBeGreaterThan(0);
    for (const line of told) expect(line.requestId).toBe('refused-1');
  });

  it('of a message that is tried again tells each attempt, and until when it is held', async () => {
    await customerWrites(app);
    sandboxOf(app).failNext({ method: 'POST', path: /messages$/, code: 131_000, status: 500, times: 1 });
    const id = await sent(me.client, aText('Second time lucky'));
    const waiting = await eventually(
      () => ofMessage(id),
      (timeline) => kindsOf(timeline).includes('send.retry'),
    );
    expect(theEntry(waiting, 'send.retry').title).toContain('131000');
    await messageWhen(me.client, id, withStatus('read'));
    const whole = await eventually(() => ofMessage(id), isSettled);
    expect(kindsOf(whole).filter((kind) => /^send\.(?:retry|accepted)$/.test(kind))).toEqual([
      'send.retry',
      'send.accepted',
    ]);
  });

  it('of a message for later says until when it is held', async () => {
    await customerWrites(app);
    const id = await sent(me.client, aText('Now'));
    await messageWhen(me.client, id, withStatus('read'));
    await app.db.query(
      `UPDATE message_sends SET state = 'queued', available_at = now() + interval '1 hour' WHERE message_id = $1`,
      [id],
    );
    const { entries } = await ofMessage(id);
    expect(entries.at(-1)).toMatchObject({ kind: 'waiting' });
    expect(entries.at(-1)?.title).toMatch(/^Held until \d{4}-\d\d-\d\d/);
    await app.db.query(`UPDATE message_sends SET state = 'accepted' WHERE message_id = $1`, [id]);
  });

  it('of a received message tells the webhook that brought it', async () => {
    const id = await customerWrites(app, { from: CUSTOMER, content: { body: 'Where is my parcel?' } });
    const timeline = await eventually(() => ofMessage(id), isSettled);
    expect(kindsOf(timeline).slice(0, 3)).toEqual([
      'delivery.received',
      expect.stringMatching(/^(?:message\.stored|delivery\.processed)$/),
      expect.any(String),
    ]);
    const { deliveryId } = theEntry(timeline, 'delivery.received').ids;
    expect(theEntry(await ofDelivery(deliveryId ?? ''), 'message.stored').ids.messageId).toBe(id);
    expect(JSON.stringify(timeline)).not.toContain('parcel');
  });

  it('of a delivery that dies tells every failed attempt, and after the replay what it made', async () => {
    const store = app.app.get(MessageStore, { strict: false });
    const storeArrived = store.storeArrived.bind(store);
    jest.spyOn(store, 'storeArrived').mockImplementation(async (tx, messages) => {
      if (messages.some(({ text }) => text === 'poison')) throw new Error('a poisoned event');
      await storeArrived(tx, messages);
    });
    await deliver(app.api, body('poison'));
    const id = await deliveryOf('poison');
    const failed = await eventually(
      () => ofDelivery(id),
      (timeline) => kindsOf(timeline).includes('delivery.failed'),
    );
    expect(theEntry(failed, 'delivery.failed').title).toMatch(/^Attempt 1 failed, again at .*poisoned event/);
    expect(failed.entries.at(-1)?.kind).toBe('waiting');
    expect(log.with('deliveryId', id).length).toBeGreaterThan(0);

    await app.db.query(
      `UPDATE webhook_deliveries SET attempts = 11, next_attempt_at = now() WHERE state = 'pending'`,
    );
    const dead = await eventually(
      () => ofDelivery(id),
      (timeline) => kindsOf(timeline).includes('delivery.dead'),
    );
    expect(dead.entries.at(-1)).toMatchObject({
      kind: 'waiting',
      title: 'Waiting for somebody to mend the cause and replay it.',
    });

    jest.restoreAllMocks();
    const replay = await admin
      .with({ 'x-request-id': 'replay-1' })
      .post(`/api/meta/webhook/deliveries/${id}/replay`);
    expect(replay.status).toBe(202);
    const whole = await eventually(() => ofDelivery(id), isSettled);
    expect(kindsOf(whole).filter((kind) => !/^(?:event|outbound)/.test(kind))).toEqual([
      'delivery.received',
      'delivery.failed',
      'delivery.dead',
      'delivery.replayed',
      'message.stored',
      'delivery.processed',
    ]);
    expect(theEntry(whole, 'delivery.replayed')).toMatchObject({ requestId: 'replay-1' });
    expect(theEntry(whole, 'delivery.replayed').title).toContain('Admin');
  });

  it('of a delivery for nobody say whom it waits for', async () => {
    const strange = aMessagesChange(
      { wabaId: '999', phoneNumberId: '998' },
      { messages: [aTextMessage('lost')] },
    );
    await deliver(app.api, JSON.stringify(strange));
    const id = await deliveryOf('lost');
    const timeline = await eventually(
      () => ofDelivery(id),
      (found) => kindsOf(found).includes('delivery.quarantined'),
    );
    expect(timeline.entries.at(-1)).toMatchObject({ kind: 'waiting' });
    expect(timeline.entries.at(-1)?.title).toMatch(/^Waiting for somebody to connect .*998/);
  });

  it('are of one’s own messages alone, and of deliveries for admins alone', async () => {
    const id = await customerWrites(app);
    const { conversationId } = await message(me.client, id);
    const path = `/api/meta/conversations/${conversationId}/messages/${id}/timeline`;
    const stranger = app.api.as(await admin.createUser('agent'));
    expect((await stranger.get(path)).status).toBe(404);
    const elsewhere = '0199f3a2-7c1e-7b52-9d6b-3f1f8f4f2a10';
    expect((await me.client.get(path.replace(id, elsewhere))).status).toBe(404);
    const [row]: { id: string }[] = await app.db.query('SELECT id FROM webhook_deliveries LIMIT 1');
    expect((await me.client.get(`/api/meta/webhook/deliveries/${row?.id}/timeline`)).status).toBe(403);
    expect((await admin.get(`/api/meta/webhook/deliveries/${elsewhere}/timeline`)).status).toBe(404);
    expect((await app.api.get(path)).status).toBe(401);
  });
});

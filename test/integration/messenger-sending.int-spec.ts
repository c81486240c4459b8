import { SEED } from '../../sandbox/world-seed';
import type { ApiClient } from '../api-client';
import { eventually } from '../eventually';
import {
  MESSENGER_MESSAGES as MESSAGES,
  aDirectText,
  directMessageWhen,
  personWrites,
  sendDirect,
  withDirectStatus,
} from '../factories/direct-sending.factory';
import {
  type PageOwner,
  aPageOwner,
  allProcessed,
  directMessagesOf,
} from '../factories/facebook-pages.factory';
import { sandboxOf } from '../factories/meta-login';
import { type TestApp, startTestApp } from '../test-app';

const NEVER = 3_600_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

describe('writing to people in Messenger', () => {
  let app: TestApp;
  let admin: ApiClient;
  let me: PageOwner;
  let count = 0;
  beforeAll(async () => {
    app = await startTestApp({ sandbox: true });
    admin = app.api.as(await app.api.registerAdmin());
    me = await aPageOwner(app, admin);
  });
  afterAll(() => app.close());
  beforeEach(() => {
    count += 1;
    sandboxOf(app).configure({
      statuses: { delaysMs: { sent: 40, delivered: 80, read: 120, played: 320 }, reorder: false, lose: [] },
    });
  });
  afterEach(async () => {
    // Nothing of this test may meet the faults of the next.
    await eventually(
      async (): Promise<unknown[]> =>
        app.db.query(
          `SELECT 1 FROM message_sends WHERE state = 'sending' OR (state = 'queued' AND available_at < now())`,
        ),
      (underWay) => underWay.length === 0,
    );
    sandboxOf(app).clearFaults();
  });

  const somebody = (): string => `Ana Lee ${count}`;
  const sentTo = (userId: string) => sandboxOf(app).sentDirectMessages({ to: userId });
  const callsTo = (userId: string) =>
    sandboxOf(app)
      .calls({ path: /\/messages$/ })
      .filter(({ body }) => JSON.stringify(body).includes(userId));
  /** What we know of the person's last message, moved into the past. */
  const wroteBefore = async (userId: string, ms: number): Promise<void> => {
    await app.db.query(
      `UPDATE conversations SET window_expires_at = now() + interval '1 day' - $2 * interval '1 millisecond'
        WHERE account_id = $3 AND contact_id IN (SELECT contact_id FROM contact_identities WHERE value = $1)`,
      [userId, ms, me.accountId],
    );
  };
  const send = (body: Record<string, unknown>, headers?: Record<string, string>) =>
    sendDirect(me.client, MESSAGES, body, headers);
  const read = (id: string) => (message: { id: string }) => message.id === id;

  it('an answer goes out as a response and is seen accepted, sent, delivered and read', async () => {
    const to = await personWrites(app, { from: somebody() });
    const answer = await send(aDirectText(to, 'Until six.'));
    expect(answer).toMatchObject({ status: 202, body: { data: { status: 'queued', warnings: [] } } });
    const { id } = answer.body.data;

    const found = await directMessageWhen(
      me.client,
      MESSAGES,
      id,
      ({ status, statuses }) => status === 'read' && statuses.length === 5,
    );
    expect(found.statuses.map(({ status }) => status)).toEqual([
      'queued',
      'accepted',
      'sent',
      'delivered',
      'read',
    ]);
    expect(found).toMatchObject({
      id,
      platform: 'messenger',
      mid: expect.stringMatching(/^m_/),
      status: 'read',
      error: null,
      direction: 'outbound',
      type: 'text',
      from: SEED.pageId,
      to,
      channelId: SEED.pageId,
      text: 'Until six.',
      content: { kind: 'direct', text: 'Until six.' },
    });
    expect(sentTo(to)).toMatchObject([
      {
        platform: 'messenger',
        ownerId: SEED.pageId,
        body: {
          recipient: { id: to },
          messaging_type: 'RESPONSE',
          message: { text: 'Until six.', metadata: id },
        },
      },
    ]);
    const call = callsTo(to).at(-1);
    expect(call?.path).toMatch(new RegExp(`/${SEED.pageId}/messages$`));
  });

  it('the echo of our own message makes no second one', async () => {
    const to = await personWrites(app, { from: somebody() });
    const { id } = (await send(aDirectText(to, 'Only once'))).body.data;
    await directMessageWhen(me.client, MESSAGES, id, withDirectStatus('read'));
    await sandboxOf(app).waitUntilIdle();
    await allProcessed(app);
    const stored = await directMessagesOf(app, me.assetId);
    expect(stored.filter(({ message_text }) => message_text === 'Only once')).toHaveLength(1);
  });

  it('a lost answer of Meta is not sent again; the echo settles it', async () => {
    const to = await personWrites(app, { from: somebody() });
    sandboxOf(app).configure({
      statuses: { delaysMs: { sent: 1_500, delivered: NEVER, read: NEVER, played: NEVER } },
    });
    sandboxOf(app).failNext({ path: '/messages$', drop: 'after' });
    const { id } = (await send(aDirectText(to, 'Did it go?'))).body.data;
    const lost = await directMessageWhen(me.client, MESSAGES, id, withDirectStatus('unknown', 'sent'));
    expect(['unknown', 'sent']).toContain(lost.status);
    const settled = await directMessageWhen(me.client, MESSAGES, id, withDirectStatus('sent'));
    expect(settled).toMatchObject({ mid: expect.stringMatching(/^m_/), error: null });
    expect(sentTo(to)).toHaveLength(1);
  });

  it('what the person has read before Meta’s answer was written down is seen read, also without an echo', async () => {
    const to = await personWrites(app, { from: somebody() });
    sandboxOf(app).configure({
      statuses: { delaysMs: { sent: 20, delivered: 40, read: 60, played: 0 }, lose: ['sent', 'delivered'] },
    });
    sandboxOf(app).failNext({ path: '/messages$', delayAfterMs: 1_200 });
    const { id } = (await send(aDirectText(to, 'Read at once'))).body.data;
    await eventually(
      async (): Promise<unknown[]> =>
        app.db.query('SELECT 1 FROM message_watermarks WHERE person = $1 AND status = $2', [to, 'read']),
      (told) => told.length > 0,
    );
    const found = await directMessageWhen(me.client, MESSAGES, id, withDirectStatus('read'));
    expect(found.statuses.map(({ status }) => status)).toEqual(['queued', 'accepted', 'read']);
  });

  it('a repeated request with its Idempotency-Key is answered, not sent, again', async () => {
    const to = await personWrites(app, { from: somebody() });
    const key = { 'idempotency-key': `direct-${count}` };
    const first = await send(aDirectText(to, 'Once'), key);
    await directMessageWhen(
      me.client,
      MESSAGES,
      first.body.data.id,
      withDirectStatus('read', 'accepted', 'sent'),
    );
    await wroteBefore(to, 2 * DAY_MS);
    const again = await send(aDirectText(to, 'Once'), key);
    expect(again).toMatchObject({ status: 202, body: { data: first.body.data } });
    expect(await send(aDirectText(to, 'Twice'), key)).toMatchObject({
      status: 409,
      body: { error: { code: 'IDEMPOTENCY_CONFLICT' } },
    });
    expect(sentTo(to)).toHaveLength(1);
  });

  it('a message that waits can be taken back, one that has left cannot', async () => {
    const to = await personWrites(app, { from: somebody() });
    const sendAt = new Date(Date.now() + DAY_MS / 2).toISOString();
    const { id } = (await send(aDirectText(to, 'Tomorrow', { sendAt }))).body.data;
    const listed = await me.client.get<{ messages: { id: string }[] }>(`${MESSAGES}?scheduled=true`);
    expect(listed.body.data.messages.some(read(id))).toBe(true);
    expect(await me.client.delete(`${MESSAGES}/${id}`)).toMatchObject({
      status: 200,
      body: { data: { id, status: 'failed' } },
    });
    expect((await me.client.delete(`${MESSAGES}/${id}`)).status).toBe(200);
    const now = await directMessageWhen(me.client, MESSAGES, id, withDirectStatus('failed'));
    expect(now).toMatchObject({ error: { code: 'CANCELLED' } });

    const left = (await send(aDirectText(to, 'Now'))).body.data;
    await directMessageWhen(me.client, MESSAGES, left.id, withDirectStatus('read'));
    expect(await me.client.delete(`${MESSAGES}/${left.id}`)).toMatchObject({
      status: 409,
      body: { error: { code: 'CONFLICT' } },
    });
    expect(sentTo(to)).toHaveLength(1);
  });

  it('is answered by conversation and by contact as well, and quotes a message', async () => {
    const to = await personWrites(app, { from: somebody() });
    const first = (await send(aDirectText(to, 'One'))).body.data;
    const { conversationId, contactId, mid } = await directMessageWhen(
      me.client,
      MESSAGES,
      first.id,
      withDirectStatus('read'),
    );
    const second = (await send({ conversationId, message: { text: 'Two' }, reply_to: { mid } })).body.data;
    const third = (await send({ contactId, message: { text: 'Three' } })).body.data;
    const quoting = await directMessageWhen(me.client, MESSAGES, second.id, withDirectStatus('read'));
    await directMessageWhen(me.client, MESSAGES, third.id, withDirectStatus('read'));
    expect(quoting.context).toEqual({ message_id: mid });
    expect(sentTo(to).map(({ body }) => body)).toMatchObject([
      { message: { text: 'One' } },
      { message: { text: 'Two' }, reply_to: { mid } },
      { message: { text: 'Three' } },
    ]);
    expect((await send({ conversationId, contactId, message: { text: 'x' } })).status).toBe(400);
  });

  it("is not open to somebody else's conversations and messages", async () => {
    const to = await personWrites(app, { from: somebody() });
    const { id } = (await send(aDirectText(to, 'Mine'))).body.data;
    const { conversationId } = await directMessageWhen(me.client, MESSAGES, id, withDirectStatus('read'));
    const stranger = app.api.as(await admin.createUser('agent'));
    expect((await stranger.get(`${MESSAGES}/${id}`)).status).toBe(404);
    expect((await stranger.delete(`${MESSAGES}/${id}`)).status).toBe(404);
    const answer = await sendDirect(stranger, MESSAGES, { conversationId, message: { text: 'x' } });
    expect(answer.status).toBe(404);
  });

  it('warns when another app has the conversation, and explains why Meta refuses', async () => {
    const name = somebody();
    const to = await personWrites(app, { from: name });
    sandboxOf(app).setThreadOwner({ from: name, appId: 'inbox' });
    await sandboxOf(app).waitUntilIdle();
    await allProcessed(app);
    const answer = await send(aDirectText(to, 'Still us?'));
    expect(answer.body.data).toMatchObject({ status: 'queued', warnings: [{ code: 'THREAD_NOT_OURS' }] });
    const failed = await directMessageWhen(
      me.client,
      MESSAGES,
      answer.body.data.id,
      withDirectStatus('failed'),
    );
    expect(failed.error).toMatchObject({ title: 'Another app has the conversation' });
  });
});

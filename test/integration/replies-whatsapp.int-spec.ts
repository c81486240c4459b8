import { ConversationsService } from '../../src/conversations/conversations.service';
import { ReplyChannels } from '../../src/conversations/replies/reply-channel';
import { SendLedger } from '../../src/conversations/sends/send-ledger.service';
import type { AccountId, UserId } from '../../src/database/ids';
import type { AuthenticatedUser } from '../../src/identity/authenticated-user';
import type { ApiClient } from '../api-client';
import { eventually } from '../eventually';
import {
  type Messenger,
  aMessenger,
  customerWrites,
  message,
  messageWhen,
  withStatus,
} from '../factories/messaging.factory';
import { sandboxOf } from '../factories/meta-login';
import {
  CONVERSATIONS,
  close,
  conversation,
  messagesIn,
  problemsOf,
  reply,
  textReply,
} from '../factories/replies.factory';
import { type TestApp, startTestApp } from '../test-app';

const LEFT = withStatus('accepted', 'sent', 'delivered', 'read');

jest.setTimeout(120_000);

describe('a reply in a conversation on WhatsApp', () => {
  let app: TestApp;
  let admin: ApiClient;
  let me: Messenger;
  let count = 0;
  let customer: string;
  let incoming: string;
  let conversationId: string;
  beforeAll(async () => {
    app = await startTestApp({ sandbox: true });
    admin = app.api.as(await app.api.registerAdmin());
    me = await aMessenger(app, admin);
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    count += 1;
    customer = `+1650555${String(count).padStart(4, '0')}`;
    incoming = await customerWrites(app, { from: customer });
    conversationId = (await message(me.client, incoming)).conversationId;
  });
  afterEach(async () => {
    await eventually(
      async (): Promise<unknown[]> =>
        app.db.query(
          `SELECT 1 FROM message_sends WHERE state IN ('queued', 'sending') AND available_at < now()`,
        ),
      (underWay) => underWay.length === 0,
    );
  });

  const atMeta = (): Record<string, unknown>[] =>
    sandboxOf(app)
      .sentMessages({ to: customer })
      .map(({ body }) => body);
  const outbound = async (): Promise<unknown[]> =>
    (await messagesIn(me.client, conversationId)).filter(({ direction }) => direction === 'outbound');
  const mine = async (): Promise<string> =>
    (await me.client.get<{ id: string }>('/api/auth/me')).body.data.id;

  it('goes to the person of the conversation, stands in it, and says who wrote it', async () => {
    const answer = await reply(me.client, conversationId, textReply('Until six.'));
    expect([answer.status, answer.body.data]).toMatchObject([
      202,
      { kind: 'message', status: 'queued', conversationId, messageId: answer.body.data.id, warnings: [] },
    ]);
    await messageWhen(me.client, answer.body.data.id, LEFT);
    expect(atMeta()).toMatchObject([{ to: customer, type: 'text', text: { body: 'Until six.' } }]);
    expect(await messagesIn(me.client, conversationId)).toMatchObject([
      { id: answer.body.data.id, direction: 'outbound', senderType: 'agent', senderId: await mine(), seq: 2 },
      { id: incoming, direction: 'inbound', seq: 1 },
    ]);
    expect((await conversation(me.client, conversationId)).agentId).toBeNull();
  });

  it('quotes the message that it answers, and becomes the conversation of who takes it on', async () => {
    const answer = await reply(
      me.client,
      conversationId,
      textReply('Yes', { replyTo: incoming, assign: true }),
    );
    await messageWhen(me.client, answer.body.data.id, LEFT);
    const { externalId } =
      (await messagesIn(me.client, conversationId)).find(({ id }) => id === incoming) ?? {};
    expect(atMeta()).toMatchObject([{ context: { message_id: externalId } }]);
    expect((await conversation(me.client, conversationId)).agentId).toBe(await mine());
    const told: { payload: unknown }[] = await app.db.query(
      `SELECT payload FROM domain_events WHERE kind = 'conversation.assigned' AND payload ->> 'conversationId' = $1`,
      [conversationId],
    );
    expect(told).toMatchObject([{ payload: { previousAgentId: null, agentId: await mine() } }]);
  });

  it('may be a file, a template, or whatever else WhatsApp takes', async () => {
    const link = 'https://example.com/menu.pdf';
    const bodies = [
      { type: 'file', media: { link, caption: 'Our menu', filename: 'menu.pdf' } },
      { type: 'template', template: { name: 'hello_world', language: { code: 'en_US' } } },
      { type: 'whatsapp', whatsapp: { type: 'location', location: { latitude: 37.4, longitude: -122.1 } } },
    ];
    for (const body of bodies) {
      const answer = await reply(me.client, conversationId, body);
      expect([answer.status, answer.text]).toEqual([202, answer.text]);
      await messageWhen(
        me.client,
        answer.body.data.id,
        withStatus('accepted', 'sent', 'delivered', 'read', 'failed'),
      );
    }
    expect(
      sandboxOf(app)
        .calls({ path: /messages$/ })
        .map(({ body }) => body),
    ).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          to: customer,
          type: 'document',
          document: { link, caption: 'Our menu', filename: 'menu.pdf' },
        }),
        expect.objectContaining({ to: customer, type: 'template' }),
        expect.objectContaining({ to: customer, type: 'location' }),
      ]),
    );
  });

  it.each([
    [{ type: 'song' }, 'type', /text, image/],
    [{ type: 'text', text: { body: ' ' } }, 'text.body', /blank/],
    [{ type: 'text', text: { body: 'x' }, to: '+16505550000' }, 'to', /not a field/],
    [{ type: 'text', text: { body: 'x' }, visibility: 'private' }, 'visibility', /comments/],
    [{ type: 'text', text: { body: 'x' }, tag: 'HUMAN_AGENT' }, 'tag', /template/],
    [{ type: 'messenger', messenger: { message: { text: 'x' } } }, 'type', /on WhatsApp: type can be text/],
    [
      { type: 'audio', media: { link: 'https://example.com/a.ogg', caption: 'x' } },
      'media.caption',
      /caption/,
    ],
    [{ type: 'image', media: {} }, 'media.id', /Give either id/],
    [{ type: 'image', media: { id: '0190a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b' } }, 'media.id', /./],
    [{ type: 'text', text: { body: 'x'.repeat(5_000) } }, 'text.body', /4096/],
    [
      { type: 'whatsapp', whatsapp: { to: '+16505550000', type: 'text', text: { body: 'x' } } },
      'whatsapp.to',
      /Leave it out/,
    ],
    [
      { type: 'whatsapp', whatsapp: { type: 'text', text: { body: 'x', colour: 'red' } } },
      'whatsapp.text.colour',
      /not a field/,
    ],
    [textReply('x', { sendAt: '2020-01-01T00:00:00Z' }), 'sendAt', /passed/],
    [textReply('x', { replyTo: '0190a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b' }), 'replyTo', /of this conversation/],
  ])('that cannot be sent is refused before anything is stored (%#)', async (body, path, words) => {
    const answer = await reply(me.client, conversationId, body);
    expect([answer.status, answer.body.error.code]).toEqual([400, 'VALIDATION_FAILED']);
    expect(problemsOf(answer).map((problem) => problem.path)).toContain(path);
    expect(problemsOf(answer).find((problem) => problem.path === path)?.message).toMatch(words);
    expect(await outbound()).toEqual([]);
  });

  it('is refused when the window is closed, and a template is not', async () => {
    await app.db.query('UPDATE conversations SET window_expires_at = now() WHERE id = $1', [conversationId]);
    const refused = await reply(me.client, conversationId, textReply('Hello?'));
    expect([refused.status, refused.body.error.code]).toEqual([422, 'WINDOW_CLOSED']);
    expect(await outbound()).toEqual([]);
    const template = { type: 'template', template: { name: 'hello_world', language: { code: 'en_US' } } };
    expect((await reply(me.client, conversationId, template)).status).toBe(202);
  });

  it('with an Idempotency-Key is sent once, also while the first request is under way', async () => {
    const key = `reply-${count}`;
    const both = await Promise.all([
      reply(me.client, conversationId, textReply('Once'), key),
      reply(me.client, conversationId, textReply('Once'), key),
    ]);
    await app.db.query('UPDATE conversations SET window_expires_at = now() WHERE id = $1', [conversationId]);
    const again = await reply(me.client, conversationId, textReply('Once'), key);
    expect(new Set([...both, again].map(({ status, body }) => `${status} ${body.data.id}`)).size).toBe(1);
    expect(await outbound()).toHaveLength(1);
    const other = await reply(me.client, conversationId, textReply('Twice'), key);
    expect([other.status, other.body.error.code]).toEqual([409, 'IDEMPOTENCY_CONFLICT']);
  });

  it('opens a closed conversation again, and leaves it closed when it is refused', async () => {
    await close(app, conversationId);
    const refused = await reply(me.client, conversationId, {
      type: 'image',
      media: { id: '0190a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b' },
    });
    expect(refused.status).toBe(400);
    expect((await conversation(me.client, conversationId)).status).toBe('closed');
    const answer = await reply(me.client, conversationId, textReply('One more thing'));
    expect([answer.status, answer.body.data.conversationId]).toEqual([202, conversationId]);
    expect(await conversation(me.client, conversationId)).toMatchObject({
      id: conversationId,
      status: 'active',
    });
    expect(await outbound()).toHaveLength(1);
  });

  it('stands in the conversation also when somebody closes it at the same moment', async () => {
    const ledger = app.app.get(SendLedger);
    const order = ledger.order.bind(ledger);
    const spy = jest.spyOn(ledger, 'order').mockImplementationOnce(async (tx, placed) => {
      await close(app, conversationId);
      return order(tx, placed);
    });
    const answer = await reply(me.client, conversationId, textReply('Still here'));
    spy.mockRestore();
    expect([answer.status, answer.body.data.conversationId]).toEqual([202, conversationId]);
    expect((await conversation(me.client, conversationId)).status).toBe('active');
    expect(await outbound()).toHaveLength(1);
    const all: unknown[] = await app.db.query(
      'SELECT 1 FROM conversations WHERE contact_id = (SELECT contact_id FROM conversations WHERE id = $1)',
      [conversationId],
    );
    expect(all).toHaveLength(1);
  });

  it('may tell the person that what they wrote was read', async () => {
    const channels = app.app.get(ReplyChannels);
    const user = { id: (await mine()) as UserId, role: 'agent' } as AuthenticatedUser;
    const stored = await app.app.get(ConversationsService).get([me.accountId as AccountId], conversationId);
    await channels.of(stored).markRead(user, stored, null);
    const { externalId } = (await messagesIn(me.client, conversationId))[0] ?? {};
    expect(
      sandboxOf(app)
        .calls({ path: /messages$/ })
        .map(({ body }) => body),
    ).toEqual(expect.arrayContaining([expect.objectContaining({ status: 'read', message_id: externalId })]));
    expect(await messagesIn(me.client, conversationId)).toMatchObject([{ id: incoming, status: 'read' }]);
  });

  it('to a closed one, where another one with the person is open, names that and sends nothing', async () => {
    await close(app, conversationId);
    const next = await customerWrites(app, { from: customer });
    const open = (await message(me.client, next)).conversationId;
    expect(open).not.toBe(conversationId);
    const refused = await reply(me.client, conversationId, textReply('Tomorrow, too'), 'to-the-closed');
    expect([refused.status, refused.body.error]).toMatchObject([
      409,
      { code: 'CONFLICT', details: { conversationId, openConversationId: open } },
    ]);
    expect(await outbound()).toEqual([]);
    expect(await messagesIn(me.client, open)).toHaveLength(1);
    // The refusal used nothing up: the same key works once the other one is closed.
    await close(app, open);
    expect((await reply(me.client, conversationId, textReply('Tomorrow, too'), 'to-the-closed')).status).toBe(
      202,
    );
  });

  it('is for agents, and for nobody else’s conversation', async () => {
    const viewer = app.api.as(await admin.createUser('viewer'));
    const stranger = app.api.as(await admin.createUser('agent'));
    const body = textReply('Hello');
    expect((await reply(viewer, conversationId, body)).status).toBe(403);
    const answers = [
      await reply(stranger, conversationId, body),
      await reply(admin, conversationId, body),
      await reply(me.client, '0190a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b', body),
    ];
    expect(answers.map(({ status, body: { error } }) => [status, error.code])).toEqual(
      Array.from({ length: 3 }, () => [404, 'NOT_FOUND']),
    );
    expect((await app.api.post(`${CONVERSATIONS}/${conversationId}/messages`, body)).status).toBe(401);
    expect(await outbound()).toEqual([]);
  });
});

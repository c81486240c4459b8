import { SEED } from '../../sandbox/world-seed';
import { ConversationsService } from '../../src/conversations/conversations.service';
import { ReplyChannels } from '../../src/conversations/replies/reply-channel';
import type { AccountId } from '../../src/database/ids';
import type { AuthenticatedUser } from '../../src/identity/authenticated-user';
import type { ApiClient } from '../api-client';
import { eventually } from '../eventually';
import { personWrites } from '../factories/direct-sending.factory';
import { aPageOwner } from '../factories/facebook-pages.factory';
import {
  INSTAGRAM_LOGIN_ENV,
  anInstagramOwner,
  linkedAccount,
} from '../factories/instagram-accounts.factory';
import { sandboxOf } from '../factories/meta-login';
import { close, conversation, messagesIn, problemsOf, reply, textReply } from '../factories/replies.factory';
import { type TestApp, startTestApp } from '../test-app';

jest.setTimeout(120_000);

interface Owner {
  client: ApiClient;
  accountId: string;
}

const HEART = { message: { attachment: { type: 'like_heart' } } };
const QUICK = {
  message: { text: 'Shall we?', quick_replies: [{ content_type: 'text', title: 'Yes', payload: 'YES' }] },
};

describe.each([
  [
    'messenger' as const,
    async (app: TestApp, admin: ApiClient): Promise<Owner> => aPageOwner(app, admin),
    {},
    { type: 'messenger', messenger: QUICK },
    QUICK.message,
  ],
  [
    'instagram' as const,
    async (app: TestApp, admin: ApiClient): Promise<Owner> => anInstagramOwner(app, admin, linkedAccount),
    { instagramId: SEED.instagramId },
    { type: 'instagram', instagram: HEART },
    HEART.message,
  ],
])('a reply in a conversation on %s', (platform, anOwner, where, ownReply, ownMessage) => {
  let app: TestApp;
  let admin: ApiClient;
  let me: Owner;
  let to: string;
  let conversationId: string;
  let count = 0;
  beforeAll(async () => {
    app = await startTestApp({ sandbox: true, env: INSTAGRAM_LOGIN_ENV });
    admin = app.api.as(await app.api.registerAdmin());
    me = await anOwner(app, admin);
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    count += 1;
    to = await personWrites(app, { from: `Ana ${count}`, ...where });
    const rows = await eventually(
      async (): Promise<{ id: string }[]> =>
        app.db.query(
          `SELECT v.id FROM conversations v JOIN contact_identities i
             ON i.account_id = v.account_id AND i.contact_id = v.contact_id
            WHERE i.value = $1`,
          [to],
        ),
      (found) => found.length > 0,
    );
    conversationId = rows[0]?.id ?? '';
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
      .sentDirectMessages({ to })
      .map(({ body }) => body);
  const atMetaWhen = (howMany: number): Promise<Record<string, unknown>[]> =>
    eventually(
      () => Promise.resolve(atMeta()),
      (sent) => sent.length === howMany,
      { timeoutMs: 30_000 },
    );
  const outbound = async (): Promise<unknown[]> =>
    (await messagesIn(me.client, conversationId)).filter(({ direction }) => direction === 'outbound');
  const moveWindow = (hours: number): Promise<unknown> =>
    app.db.query(
      `UPDATE conversations SET window_expires_at = now() - $2 * interval '1 hour' WHERE id = $1`,
      [conversationId, hours],
    );

  it('goes to the person of the conversation, quotes what it answers, and says who wrote it', async () => {
    const [incoming] = await messagesIn(me.client, conversationId);
    const answer = await reply(
      me.client,
      conversationId,
      textReply('Until six.', { replyTo: incoming?.id, assign: true }),
    );
    expect([answer.status, answer.body.data]).toMatchObject([
      202,
      { kind: 'message', status: 'queued', conversationId, messageId: answer.body.data.id, warnings: [] },
    ]);
    expect(await atMetaWhen(1)).toMatchObject([
      { recipient: { id: to }, message: { text: 'Until six.' }, reply_to: { mid: incoming?.externalId } },
    ]);
    const mine = (await me.client.get<{ id: string }>('/api/auth/me')).body.data;
    expect(await outbound()).toMatchObject([
      { id: answer.body.data.id, senderType: 'agent', senderId: mine.id, text: 'Until six.' },
    ]);
    expect((await conversation(me.client, conversationId)).agentId).toBe(mine.id);
  });

  it('may be a file, or whatever else the platform takes', async () => {
    const url = 'https://example.com/shop.jpg';
    const bodies = [{ type: 'image', media: { link: url } }, ownReply];
    for (const body of bodies) {
      const answer = await reply(me.client, conversationId, body);
      expect([answer.status, answer.text]).toEqual([202, answer.text]);
    }
    const called = await eventually(
      () =>
        Promise.resolve(
          sandboxOf(app)
            .calls({ path: /\/messages$/ })
            .map(({ body }) => body)
            .filter((body) => JSON.stringify(body).includes(to)),
        ),
      (calls) => calls.length >= 2,
      { timeoutMs: 30_000 },
    );
    expect(called).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          message: expect.objectContaining({ attachment: { type: 'image', payload: { url } } }) as unknown,
        }),
        expect.objectContaining({ message: expect.objectContaining(ownMessage) as unknown }),
      ]),
    );
  });

  it.each([
    [
      { type: 'template', template: { name: 'x', language: { code: 'en' } } },
      'type',
      /type can be text, image/,
    ],
    [
      { type: 'whatsapp', whatsapp: { type: 'text', text: { body: 'x' } } },
      'type',
      /type can be text, image/,
    ],
    [{ type: 'sticker', media: { id: '12' } }, 'type', /sticker|heart/],
    [
      { type: 'image', media: { link: 'https://example.com/a.jpg', caption: 'x' } },
      'media.caption',
      /no captions/,
    ],
    [
      { type: 'file', media: { link: 'https://example.com/a.pdf', filename: 'a.pdf' } },
      'media.filename',
      /./,
    ],
    [{ type: 'image', media: { id: '0190a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b' } }, 'media.id', /./],
    [textReply('x'.repeat(2_001)), 'text.body', /./],
    [textReply('x', { visibility: 'public' }), 'visibility', /comments/],
    [
      { type: platform, [platform]: { recipient: { id: '1' }, message: { text: 'x' } } },
      `${platform}.recipient`,
      /Leave/,
    ],
    [
      { type: platform, [platform]: { sender_action: 'typing_on' } },
      `${platform}.sender_action`,
      /no message/,
    ],
    [
      { type: platform, [platform]: { message: { text: 'x', colour: 1 } } },
      `${platform}.message.colour`,
      /not a field/,
    ],
    [
      { type: platform, [platform]: { message: { text: 'x' }, tag: 'HUMAN_AGENT' }, tag: 'HUMAN_AGENT' },
      'tag',
      /not both/,
    ],
  ])('that cannot be sent is refused before anything is stored (%#)', async (body, path, words) => {
    const answer = await reply(me.client, conversationId, body);
    expect([answer.status, answer.body.error.code]).toEqual([400, 'VALIDATION_FAILED']);
    const problem = problemsOf(answer).find((each) => each.path === path);
    expect(problem ?? problemsOf(answer)).toMatchObject({ path });
    expect(problem?.message).toMatch(words);
    expect(await outbound()).toEqual([]);
  });

  it('is refused when the window is closed, and goes out as a human’s for seven days', async () => {
    await moveWindow(1);
    const refused = await reply(me.client, conversationId, textReply('Hello?'));
    expect([refused.status, refused.body.error.code]).toEqual([422, 'WINDOW_CLOSED']);
    expect(await outbound()).toEqual([]);
    const human = await reply(me.client, conversationId, textReply('Hello?', { tag: 'HUMAN_AGENT' }));
    expect(human.status).toBe(202);
    await moveWindow(24 * 7);
    const late = await reply(me.client, conversationId, textReply('Hello?', { tag: 'HUMAN_AGENT' }));
    expect([late.status, late.body.error.code]).toEqual([422, 'WINDOW_CLOSED']);
  });

  it('with an Idempotency-Key is sent once', async () => {
    const key = `${platform}-${count}`;
    const first = await reply(me.client, conversationId, textReply('Once'), key);
    await moveWindow(1);
    const again = await reply(me.client, conversationId, textReply('Once'), key);
    expect([again.status, again.body.data]).toEqual([202, first.body.data]);
    const other = await reply(me.client, conversationId, textReply('Twice'), key);
    expect([other.status, other.body.error.code]).toEqual([409, 'IDEMPOTENCY_CONFLICT']);
    expect(await outbound()).toHaveLength(1);
  });

  it('may tell the person that what they wrote was read', async () => {
    const user = (await me.client.get<{ id: string }>('/api/auth/me')).body
      .data as unknown as AuthenticatedUser;
    const stored = await app.app.get(ConversationsService).get([me.accountId as AccountId], conversationId);
    await app.app.get(ReplyChannels).of(stored).markRead(user, stored, null);
    const actions = sandboxOf(app)
      .calls({ path: /\/messages$/ })
      .filter(({ body }) => JSON.stringify(body).includes(to));
    expect(actions.map(({ body }) => body)).toMatchObject([
      { recipient: { id: to }, sender_action: 'mark_seen' },
    ]);
    expect(await messagesIn(me.client, conversationId)).toMatchObject([{ status: 'read' }]);
  });

  it('opens a closed conversation again', async () => {
    await close(app, conversationId);
    const answer = await reply(me.client, conversationId, textReply('One more thing'));
    expect([answer.status, answer.body.data.conversationId]).toEqual([202, conversationId]);
    expect((await conversation(me.client, conversationId)).status).toBe('active');
    expect(await outbound()).toHaveLength(1);
  });

  it('is for agents, and for nobody else’s conversation', async () => {
    const viewer = app.api.as(await admin.createUser('viewer'));
    const stranger = app.api.as(await admin.createUser('agent'));
    expect((await reply(viewer, conversationId, textReply('Hello'))).status).toBe(403);
    expect((await reply(stranger, conversationId, textReply('Hello'))).status).toBe(404);
    expect(await outbound()).toEqual([]);
  });
});

import { MessageStore } from '../../src/conversations/messages/message-store.service';
import { type CommentId, type ConversationId, newId } from '../../src/database/ids';
import { Outbox } from '../../src/domain-events/outbox';
import type { TestUser } from '../api-client';
import { eventually } from '../eventually';
import { type Tenant, anArrivedMessage, anArrivedStatus } from '../factories/conversations.factory';
import type { Follower, SeenEvent } from '../realtime-follower';
import { RealtimeWorld, namesOf } from '../realtime-world';

jest.setTimeout(120_000);

const world = new RealtimeWorld();
let tenant: Tenant;
let agent: TestUser;

beforeAll(() => world.start(2));
afterAll(() => world.close());
beforeEach(async () => {
  tenant = await world.tenant();
  agent = await world.userOf([tenant]);
});

async function connected(user: TestUser, process = 0): Promise<Follower> {
  const follower = world.follower(user);
  await follower.connect(world.apps[process]!.url);
  return follower;
}

async function arrives(text: string, from = '16505551234'): Promise<void> {
  const message = anArrivedMessage(tenant, {
    text,
    content: { kind: 'text', body: text },
    at: new Date(),
    person: { identities: [{ kind: 'wa_id', value: from }], name: 'Ana', profile: {} },
  });
  await world.app.db.transaction((tx) => world.app.app.get(MessageStore).storeArrived(tx, [message]));
}

async function conversationOf(text: string): Promise<ConversationId> {
  const [row]: { conversation_id: ConversationId }[] = await world.app.db.query(
    'SELECT conversation_id FROM messages WHERE account_id = $1 AND message_text = $2',
    [tenant.accountId, text],
  );
  return row!.conversation_id;
}

const assign = (id: ConversationId, userId: string | null) =>
  world.app.db.query('UPDATE conversations SET agent_id = $3 WHERE account_id = $1 AND id = $2', [
    tenant.accountId,
    id,
    userId,
  ]);

const created = (follower: Follower, count: number): Promise<SeenEvent[]> =>
  eventually(
    () => follower.events.filter(({ type }) => type === 'message.created'),
    ({ length }) => length >= count,
    { timeoutMs: 30_000 },
  );
const textsOf = (events: readonly SeenEvent[]) =>
  events.map(({ data }) => (data.message as { text: string }).text);

describe('A message', () => {
  it('is told with the message and the conversation, as the REST API shows them', async () => {
    const follower = await connected(agent);
    await arrives('Do you deliver on Sundays?');
    await arrives('Hello?');
    const [first, second] = await created(follower, 2);
    const api = world.app.api.as(agent);
    const conversationId = first!.conversation!.id;
    const thread = await api.get<{ messages: { id: string }[] }>(
      `/api/meta/conversations/${conversationId}/messages`,
    );
    expect(thread.body.data.messages.map(({ id }) => id)).toEqual([
      second!.data.messageId,
      first!.data.messageId,
    ]);
    expect(second!.data.message).toEqual(thread.body.data.messages[0]);
    expect(first).toMatchObject({
      accountId: tenant.accountId,
      type: 'message.created',
      conversation: { id: conversationId, sequence: 1 },
      data: { conversationId, message: { text: 'Do you deliver on Sundays?', direction: 'inbound' } },
    });
    const shown = await api.get(`/api/meta/conversations/${conversationId}`);
    const { id, platform, channel, contact, lastMessagePreview } = shown.body.data;
    expect(second!.data.conversation).toMatchObject({ id, platform, channel, contact, lastMessagePreview });
  });

  it('keeps its ids where it is gone', async () => {
    await arrives('to be forgotten');
    const follower = world.follower(agent);
    await follower.connect(world.app.url);
    const id = await conversationOf('to be forgotten');
    follower.drop();
    await arrives('gone');
    await world.app.db.query(`DELETE FROM messages WHERE account_id = $1 AND message_text = 'gone'`, [
      tenant.accountId,
    ]);
    await follower.connect(world.app.url);
    const gone = await eventually(
      () => follower.events.find(({ data }) => data.message === null),
      (event) => event !== undefined,
    );
    expect(gone).toMatchObject({
      type: 'message.created',
      data: { conversationId: id, messageId: expect.any(String), conversation: { id } },
    });
  });

  it('has its statuses told in order', async () => {
    const follower = await connected(agent);
    const sent = anArrivedMessage(tenant, {
      direction: 'outbound',
      senderType: 'app',
      status: 'sent',
      externalId: 'wamid.statuses',
      at: new Date(),
    });
    const store = world.app.app.get(MessageStore);
    await world.app.db.transaction((tx) => store.storeArrived(tx, [sent]));
    for (const status of ['delivered', 'read'] as const)
      await world.app.db.transaction((tx) =>
        store.applyStatuses(tx, [anArrivedStatus(tenant, 'wamid.statuses', status, { at: new Date() })]),
      );
    const statuses = await eventually(
      () => follower.events.filter(({ type }) => type === 'message.status'),
      ({ length }) => length >= 2,
    );
    expect(statuses.map(({ data }) => data.status)).toEqual(['delivered', 'read']);
  });
});

describe('Who sees only what is assigned', () => {
  it('is told of the own conversations and of nobody’s, live and afterwards', async () => {
    const narrow = await world.userOf([tenant], 'agent', 'assigned');
    await arrives('theirs', '16505550001');
    await arrives('mine', '16505550002');
    await arrives('nobody’s', '16505550003');
    await assign(await conversationOf('theirs'), agent.id);
    await assign(await conversationOf('mine'), narrow.id);
    const [follower, everything] = [await connected(narrow), await connected(agent)];
    const again = async (): Promise<void> => {
      await arrives('theirs again', '16505550001');
      await arrives('mine again', '16505550002');
      await arrives('nobody’s again', '16505550003');
    };
    // What came first may be told late, to those who are there by then.
    const toldAgain = (to: Follower, count: number): Promise<string[]> =>
      eventually(
        () =>
          textsOf(to.events.filter(({ type }) => type === 'message.created')).filter((text) =>
            text.endsWith(' again'),
          ),
        ({ length }) => length >= count,
        { timeoutMs: 30_000 },
      );
    await again();
    expect(await toldAgain(everything, 3)).toHaveLength(3);
    expect(await toldAgain(follower, 2)).toEqual(['mine again', 'nobody’s again']);
    follower.drop();
    await again();
    await follower.connect(world.apps[1]!.url);
    expect((await toldAgain(follower, 4)).slice(2)).toEqual(['mine again', 'nobody’s again']);
    const theirs = await conversationOf('theirs');
    expect(await follower.ask('subscribe', { conversationIds: [theirs] })).toMatchObject({
      error: { code: 'NOT_FOUND' },
    });
    expect(await follower.ask('conversation.typing', { conversationId: theirs })).toMatchObject({
      error: { code: 'NOT_FOUND' },
    });
  });
});

describe('Comments in a thread that is somebody’s', () => {
  it('are told to those who may see the thread', async () => {
    const narrow = await world.userOf([tenant], 'agent', 'assigned');
    const [theirs, nobodys] = [await aThread(agent.id), await aThread(null)];
    const [follower, everything] = [await connected(narrow), await connected(agent)];
    await world.app.db.transaction((tx) =>
      world.app.app.get(Outbox).record(
        tx,
        [theirs, nobodys].map((commentId) => ({
          kind: 'comment.updated' as const,
          accountId: tenant.accountId,
          payload: { commentId, assetId: tenant.assetId },
        })),
      ),
    );
    await world.happen(tenant, 'afterwards');
    for (const each of [follower, everything])
      await eventually(
        () => namesOf(each),
        ({ length }) => length === 1,
        { timeoutMs: 30_000 },
      );
    const commentsOf = ({ events }: Follower): unknown[] =>
      events.filter(({ type }) => type === 'comment.updated').map(({ data }) => data.commentId);
    expect(commentsOf(everything)).toEqual([theirs, nobodys]);
    expect(commentsOf(follower)).toEqual([nobodys]);
  });

  async function aThread(agentId: string | null): Promise<CommentId> {
    const commentId = newId<CommentId>();
    const thread = `thread_${commentId}`;
    const { accountId, assetId } = tenant;
    await world.app.db.query(
      `INSERT INTO comments (account_id, id, asset_id, platform, external_id, is_complete, text, commented_at, thread_external_id)
       VALUES ($1, $2, $3, 'facebook', $4, true, 'Nice', now(), $4)`,
      [accountId, commentId, assetId, thread],
    );
    await world.app.db.query(
      `INSERT INTO conversations (account_id, id, platform, asset_id, comment_thread_id, agent_id)
       VALUES ($1, $2, 'facebook', $3, $4, $5)`,
      [accountId, newId(), assetId, thread, agentId],
    );
    return commentId;
  }
});

describe('A conversation that several have open', () => {
  let id: ConversationId;
  beforeEach(async () => {
    await arrives('hello');
    id = await conversationOf('hello');
  });

  it('tells each who else has it open, over processes, and who is typing', async () => {
    const colleague = await world.userOf([tenant]);
    const [one, two] = [await connected(agent), await connected(colleague, 1)];
    for (const follower of [one, two])
      expect(await follower.ask('subscribe', { conversationIds: [id] })).toMatchObject({
        data: { conversationIds: [id] },
      });
    const lastPresence = (follower: Follower) =>
      follower.signals.findLast(({ name }) => name === 'conversation.presence')?.payload;
    for (const follower of [one, two])
      await eventually(
        () => lastPresence(follower),
        (payload) => payload?.total === 2,
        { timeoutMs: 30_000 },
      );
    expect(lastPresence(one)).toMatchObject({
      conversationId: id,
      users: expect.arrayContaining([{ id: colleague.id, name: 'agent' }]),
    });
    await eventually(
      async () => {
        await one.ask('conversation.typing', { conversationId: id });
        return two.signals.filter(({ name }) => name === 'conversation.typing');
      },
      ({ length }) => length > 0,
      { intervalMs: 200, timeoutMs: 30_000 },
    );
    expect(await two.signal('conversation.typing')).toEqual({
      conversationId: id,
      user: { id: agent.id, name: 'agent' },
      isTyping: true,
    });
    expect(one.signals.filter(({ name }) => name === 'conversation.typing')).toEqual([]);
    two.drop();
    await eventually(
      () => lastPresence(one),
      (payload) => payload?.total === 1,
      { timeoutMs: 30_000 },
    );
  });

  it('is open to those who may see it, and typing to those who may write', async () => {
    const stranger = await connected(await world.userOf([await world.tenant()]));
    const viewer = await connected(await world.userOf([tenant], 'viewer'));
    for (const message of ['subscribe', 'conversation.typing'])
      expect(
        await stranger.ask(
          message,
          message === 'subscribe' ? { conversationIds: [id] } : { conversationId: id },
        ),
      ).toMatchObject({ success: false, error: { code: 'NOT_FOUND' } });
    expect(await viewer.ask('subscribe', { conversationIds: [id] })).toMatchObject({ success: true });
    expect(await viewer.ask('conversation.typing', { conversationId: id })).toMatchObject({
      error: { code: 'FORBIDDEN' },
    });
  });
});

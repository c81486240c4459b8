import {
  type AssetId,
  type ContactId,
  type ConversationId,
  type UserId,
  newId,
} from '../../src/database/ids';
import type { ApiClient, TestUser } from '../api-client';
import { type Happening, NOTIFICATIONS, useNotificationWorld } from '../notification-world';

jest.setTimeout(120_000);

describe('what is for one user alone', () => {
  const world = useNotificationWorld();
  let member: TestUser;
  let colleague: ApiClient;
  beforeEach(async () => {
    member = await world.admin.createUser('agent');
    colleague = world.app.api.as(member);
    await world.client.put(`/api/meta/auth/accounts/${world.accountId}/members/${member.id}`, {
      role: 'member',
    });
  });

  const aConversation = async (name: string): Promise<ConversationId> => {
    const [conversationId, contactId] = [newId<ConversationId>(), newId<ContactId>()];
    await world.app.db.query('INSERT INTO contacts (account_id, id, name) VALUES ($1, $2, $3)', [
      world.accountId,
      contactId,
      name,
    ]);
    await world.app.db.query(
      `INSERT INTO conversations (account_id, id, asset_id, contact_id, platform)
       SELECT $1, $2, id, $3, 'whatsapp' FROM assets WHERE account_id = $1 AND kind = 'phone_number' LIMIT 1`,
      [world.accountId, conversationId, contactId],
    );
    return conversationId;
  };
  const assigned = (conversationId: ConversationId, to: string, by: string | null): Happening => ({
    kind: 'conversation.assigned',
    payload: { conversationId, previousAgentId: null, agentId: to as UserId, actorId: by as UserId | null },
  });
  const titles = async (client: ApiClient) => (await world.list('', client)).map(({ title }) => title);

  it('is seen, counted and read by that user, and does not exist for anybody else', async () => {
    await world.happen(assigned(await aConversation('Ada'), member.id, world.user.id));
    const [told] = await world.list('', colleague);
    expect(told).toMatchObject({
      kind: 'conversation.assigned',
      personal: true,
      title: 'A conversation with Ada was assigned to you',
      read: false,
    });
    expect(await world.unread(colleague)).toBe(1);
    expect(await world.list()).toEqual([]);
    expect(await world.unread()).toBe(0);
    expect((await world.client.get(`${NOTIFICATIONS}/${told!.id}`)).status).toBe(404);
    expect((await world.client.post(`${NOTIFICATIONS}/${told!.id}/read`, {})).status).toBe(404);
    expect((await colleague.post(`${NOTIFICATIONS}/${told!.id}/read`, {})).status).toBe(200);
    expect(await world.unread(colleague)).toBe(0);
    // Events of it say whose it is, so that it is shown to nobody else.
    const events = await world.app.db.query<{ payload: Record<string, unknown> }[]>(
      `SELECT payload FROM domain_events WHERE kind = 'notification.created' AND account_id = $1`,
      [world.accountId],
    );
    expect(events.map(({ payload }) => payload.recipientId)).toEqual([member.id]);
  });

  it('comes together for each user by itself, and whoever takes a conversation is not told', async () => {
    const [first, second] = [await aConversation('Ada'), await aConversation('Ben')];
    await world.happen(
      assigned(first, member.id, world.user.id),
      assigned(second, member.id, null),
      assigned(first, world.user.id, member.id),
      assigned(second, world.user.id, world.user.id),
    );
    expect(await titles(colleague)).toEqual(['2 conversations were assigned to you']);
    expect(await titles(world.client)).toEqual(['A conversation with Ada was assigned to you']);
  });

  it('can be muted, and is told of mentions to everybody who was mentioned but the author', async () => {
    const conversationId = await aConversation('Ada');
    const note: Happening = {
      kind: 'conversation.note_added',
      payload: {
        conversationId,
        noteId: newId(),
        authorId: world.user.id as UserId,
        mentionedUserIds: [member.id, world.user.id] as UserId[],
      },
    };
    await world.happen(note);
    expect(await titles(colleague)).toEqual(['You were mentioned in a note on the conversation with Ada']);
    expect(await titles(world.client)).toEqual([]);
    await colleague.put(`${NOTIFICATIONS}/preferences`, {
      inApp: { mutedKinds: ['conversation.mentioned'], mutedSeverities: [] },
    });
    expect(await titles(colleague)).toEqual([]);
    expect(await world.unread(colleague)).toBe(0);
  });

  it('ends with the membership', async () => {
    await world.happen(assigned(await aConversation('Ada'), member.id, null));
    await world.client.delete(`/api/meta/auth/accounts/${world.accountId}/members/${member.id}`);
    expect(await world.list('', colleague)).toEqual([]);
    expect(await titles(world.client)).toEqual([]);
  });

  it('is not what concerns all: messages that could not be delivered, by channel and reason', async () => {
    const conversationId = await aConversation('Ada');
    const failed = (code: number | string, title: string | null): Happening => ({
      kind: 'message.status',
      payload: { messageId: newId(), conversationId, status: 'failed', error: { code, title } },
    });
    await world.happen(
      failed(131026, 'Message undeliverable'),
      failed(131026, 'Message undeliverable'),
      failed(131042, 'Payment problem'),
      { kind: 'message.status', payload: { messageId: newId(), conversationId, status: 'delivered' } },
    );
    const found = await world.list('?kind=message.failed');
    expect(found.map(({ severity, occurrences }) => [severity, occurrences])).toEqual([
      ['critical', 1],
      ['info', 2],
    ]);
    expect(found[0]!.message).toContain('131042');
    expect(found[0]!.subjects).toMatchObject([{ type: 'phone_number', id: world.numberId }]);
    expect(await world.list('?kind=message.failed', colleague)).toHaveLength(2);
    await world.happen({
      kind: 'mention.created',
      payload: { mentionId: newId(), assetId: newId<AssetId>() },
    });
    expect(await world.list('?kind=mention.created')).toHaveLength(1);
  });
});

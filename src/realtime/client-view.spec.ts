import type { AccountId, ConversationId, UserId } from '../database/ids';
import { newId } from '../database/ids';
import type { CurrentAccess } from '../identity/access-review.service';
import { ClientView } from './client-view';
import { endOf } from './event-place';
import type { TellableEvent } from './tellable-events';

const me = newId<UserId>();
const [mine, theirs] = [newId<AccountId>(), newId<AccountId>()];
const conversationId = newId<ConversationId>();

function access(changes: Partial<CurrentAccess> = {}): CurrentAccess {
  return { role: 'agent', accountIds: [mine], assignedOnly: [], ...changes };
}

function told(changes: Partial<TellableEvent> = {}, data: Record<string, unknown> = {}): TellableEvent {
  const event = {
    id: newId(),
    type: 'conversation.updated' as const,
    accountId: mine,
    at: new Date(),
    conversation: { id: conversationId, sequence: 1 },
    data,
  };
  return {
    place: endOf(1n),
    event,
    packet: { eventId: 'x', ...event },
    size: 1,
    agentId: null,
    mutedBy: new Set(),
    ...changes,
  };
}

describe('ClientView', () => {
  it('wants what is of its accounts, and not muted, and meant for it', () => {
    const view = new ClientView(me, access());
    const foreign = told();
    foreign.event.accountId = theirs;
    expect(view.wants(told())).toBe(true);
    expect(view.wants(foreign)).toBe(false);
    expect(view.wants(told({ mutedBy: new Set([me]) }))).toBe(false);
    expect(view.wants(told({}, { recipientId: newId() }))).toBe(false);
    expect(view.wants(told({}, { recipientId: me }))).toBe(true);
  });

  it('wants of accounts that are left out what happens in conversations that are open', () => {
    const view = new ClientView(me, access());
    view.unfollow([mine]);
    expect(view.followed).toEqual([]);
    expect(view.wants(told())).toBe(false);
    view.open(conversationId, mine);
    expect(view.wants(told())).toBe(true);
    view.close(conversationId);
    view.follow([mine]);
    expect(view.wants(told())).toBe(true);
  });

  it('sees of others’ conversations only that they were taken away, where it sees what is assigned', () => {
    const view = new ClientView(me, access({ assignedOnly: [mine] }));
    const somebody = newId<UserId>();
    expect(view.wants(told({ agentId: null }))).toBe(true);
    expect(view.wants(told({ agentId: me }))).toBe(true);
    expect(view.wants(told({ agentId: somebody }))).toBe(false);
    expect(view.wants(told({ agentId: somebody }, { previousAgentId: me }))).toBe(true);
  });

  it('says what a change of access means, and closes what may not be seen any more', () => {
    const view = new ClientView(me, access());
    view.open(conversationId, mine);
    expect(view.change(access())).toBeNull();
    expect(view.change(access({ accountIds: [mine, theirs] }))).toEqual({
      gained: [theirs],
      lost: [],
      closed: [],
    });
    expect(view.change(access({ accountIds: [mine, theirs], assignedOnly: [mine] }))).toEqual({
      gained: [],
      lost: [],
      closed: [conversationId],
    });
    expect(view.hasOpen(conversationId)).toBe(false);
    expect(view.change(access({ accountIds: [theirs] }))).toEqual({ gained: [], lost: [mine], closed: [] });
    expect(view.wants(told())).toBe(false);
  });
});

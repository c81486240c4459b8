import type { AccountId, ConversationId, UserId } from '../database/ids';
import type { CurrentAccess } from '../identity/access-review.service';
import type { UserRole } from '../identity/authenticated-user';
import { mayBeSeen } from '../conversations/visibility/visible-conversations';
import type { TellableEvent } from './tellable-events';

/** How the access of a client changed. */
export interface AccessChange {
  gained: AccountId[];
  lost: AccountId[];
  /** Conversations that the client had open and may not see any more. */
  closed: ConversationId[];
}

/** What one client may see, and what of it the client wants to be told. */
export class ClientView {
  private access: CurrentAccess;
  private readonly muted = new Set<AccountId>();
  private readonly opened = new Map<ConversationId, AccountId>();

  constructor(
    readonly userId: UserId,
    access: CurrentAccess,
  ) {
    this.access = access;
  }

  get role(): UserRole {
    return this.access.role;
  }

  /** All that the user may see. */
  get accountIds(): readonly AccountId[] {
    return this.access.accountIds;
  }

  get assignedOnly(): readonly AccountId[] {
    return this.access.assignedOnly;
  }

  /** Those of them whose events the client gets; others only as far as conversations of theirs are open. */
  get followed(): AccountId[] {
    return this.access.accountIds.filter((id) => !this.muted.has(id));
  }

  get conversationIds(): ConversationId[] {
    return [...this.opened.keys()];
  }

  hasOpen(id: string): boolean {
    return this.opened.has(id as ConversationId);
  }

  follow(accountIds: readonly AccountId[]): void {
    for (const id of accountIds) this.muted.delete(id);
  }

  unfollow(accountIds: readonly AccountId[]): void {
    for (const id of accountIds) this.muted.add(id);
  }

  open(id: ConversationId, accountId: AccountId): void {
    this.opened.set(id, accountId);
  }

  close(id: ConversationId): boolean {
    return this.opened.delete(id);
  }

  /** @returns null when nothing of it matters to the client */
  change(access: CurrentAccess): AccessChange | null {
    const before = this.access;
    this.access = access;
    const gained = access.accountIds.filter((id) => !before.accountIds.includes(id));
    const lost = before.accountIds.filter((id) => !access.accountIds.includes(id));
    // In accounts where less is seen than before, whatever is open is asked for anew.
    const narrowed = access.assignedOnly.filter((id) => !before.assignedOnly.includes(id));
    const closed = [...this.opened].filter(([, id]) => lost.includes(id) || narrowed.includes(id));
    for (const [id] of closed) this.opened.delete(id);
    for (const id of lost) this.muted.delete(id);
    if (gained.length === 0 && lost.length === 0 && closed.length === 0) return null;
    return { gained, lost, closed: closed.map(([id]) => id) };
  }

  wants({ event, agentId, mutedBy }: TellableEvent): boolean {
    const { accountId, data, conversation } = event;
    if (!this.access.accountIds.includes(accountId) || mutedBy.has(this.userId)) return false;
    const { recipientId, previousAgentId } = data;
    if (typeof recipientId === 'string' && recipientId !== this.userId) return false;
    const conversationId = conversation?.id ?? data.conversationId;
    const isOpen = typeof conversationId === 'string' && this.hasOpen(conversationId);
    if (this.muted.has(accountId) && !isOpen) return false;
    // Whoever has just lost a conversation to somebody else is told that, and nothing more of it.
    if (previousAgentId === this.userId) return true;
    const view = { userId: this.userId, assignedOnly: [...this.access.assignedOnly] };
    return mayBeSeen(view, { accountId, agentId });
  }
}

import type { AccountId, ContactId, ConversationId, MessageId } from '../database/ids';

/** What this product tells others of after a commit: browsers, customers' endpoints, analytics. */
export interface DomainEventMap {
  'account.connected': { accountId: AccountId };
  /** The token stopped working or lost a permission; a person has to connect again. */
  'account.reauth_required': { reason: string; missingPermissions: string[] };
  'account.disconnected': { reason: 'user' | 'deauthorized' | 'data_deletion' };
  'account.token_refreshed': { expiresAt: string | null };
  'message.created': { messageId: MessageId; conversationId: ConversationId; contactId: ContactId | null };
  'message.status': { messageId: MessageId; conversationId: ConversationId; status: string };
  'conversation.updated': { conversationId: ConversationId };
  'template.updated': { templateId: string; name: string; language: string; status: string };
  'whatsapp.account.updated': { wabaId: string; field: string; event: string | null };
  'whatsapp.phone_number.updated': { phoneNumberId: string; field: string };
}

export type DomainEventKind = keyof DomainEventMap;

export type DomainEvent<K extends DomainEventKind = DomainEventKind> = {
  [P in K]: {
    kind: P;
    accountId: AccountId;
    payload: DomainEventMap[P];
    /**
     * Same for the same occurrence, however often its webhook is processed: it is told once. Left out where the change
     * itself cannot happen twice.
     */
    fingerprint?: Buffer;
    /** Set for what happens in a conversation: the place in its order. */
    conversation?: { id: ConversationId; seq: string };
  };
}[K];

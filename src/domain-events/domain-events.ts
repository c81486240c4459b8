import type { AssetKind } from '../assets/entities/asset.entity';
import type {
  AccountId,
  AssetId,
  CommentId,
  ContactId,
  ConversationId,
  DeliveryId,
  MessageId,
} from '../database/ids';

/** What this product tells others of after a commit: browsers, customers' endpoints, analytics. */
export interface DomainEventMap {
  'account.connected': { accountId: AccountId };
  /** The token stopped working or lost a permission; a person has to connect again. */
  'account.reauth_required': { reason: string; missingPermissions: string[] };
  'account.disconnected': { reason: 'user' | 'deauthorized' | 'data_deletion' };
  'account.token_refreshed': { expiresAt: string | null };
  /** A webhook named something of Meta's that nobody had brought in; it went to the owner of what it belongs to. */
  'asset.adopted': { kind: AssetKind; metaId: string };
  'message.created': { messageId: MessageId; conversationId: ConversationId; contactId: ContactId | null };
  'message.status': { messageId: MessageId; conversationId: ConversationId; status: string };
  'conversation.updated': { conversationId: ConversationId };
  /** Under a post of a Page or a media of an Instagram account (`assetId`). */
  'comment.created': { commentId: CommentId; assetId: AssetId };
  /** Its text, attachment or author changed, or it was hidden or shown again. */
  'comment.updated': { commentId: CommentId; assetId: AssetId };
  /** It was taken back, by whoever; its content is gone here, too. */
  'comment.removed': { commentId: CommentId; assetId: AssetId };
  'template.updated': { templateId: string; name: string; language: string; status: string };
  /** A delivery with events of this account failed every time and is parked; it can be replayed. */
  'webhook.delivery_dead': { deliveryId: DeliveryId; error: string };
  'whatsapp.account.updated': { wabaId: string; field: string; event: string | null };
  'whatsapp.phone_number.updated': { phoneNumberId: string; field: string };
  /** Events of an asset may have been missed. `repairable`: what Meta still has of them will be read. Times are ISO 8601. */
  'webhook.gap_found': {
    gapId: string;
    assetId: AssetId;
    cause: 'receiver_down' | 'unsubscribed';
    from: string;
    until: string;
    repairable: boolean;
  };
  /** What Meta still had of a gap was read; `stored` of the `found` had been missing here. */
  'webhook.gap_repaired': { gapId: string; assetId: AssetId; found: number; stored: number };
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

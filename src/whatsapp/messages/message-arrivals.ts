import type {
  ArrivedEdit,
  ArrivedMessage,
  ArrivedRevocation,
  ArrivedStatus,
  DeliveryStatus,
  MessageStatus,
} from '../../conversations/conversation-types';
import { DELIVERY_STATUSES } from '../../conversations/conversation-types';
import { type AccountId, type AssetId, type DeliveryId, type MessageId, isUuid } from '../../database/ids';
import type { RoutedEvent } from '../../webhooks/webhook-handler.registry';
import type {
  WhatsAppHistoryMessage,
  WhatsAppHistoryThread,
  WhatsAppMessageStatus,
  WhatsAppMessageSystem,
  WhatsAppPerson,
} from '../../webhooks/whatsapp-events';
import type { WhatsAppInboundContent } from '../../webhooks/whatsapp-message-content';
import {
  contextOf,
  furtherFacts,
  identitiesOf,
  messageErrorOf,
  metaContent,
  personFrom,
  referralOf,
  textOf,
  typeOf,
  withoutAbsent,
} from './message-content';

/** The number that an event came to, and whose it is. */
export interface Home {
  accountId: AccountId;
  assetId: AssetId;
  /** What it came with. */
  deliveryId?: DeliveryId;
}

type Event<Kind extends RoutedEvent['kind']> = Extract<RoutedEvent, { kind: Kind }>;

/** Everything of a message that does not depend on who wrote it. null: nobody and no group to file it under. */
function messageBase(
  home: Home,
  at: Date,
  other: WhatsAppPerson,
  message: { wamid: string; groupId?: string; raw: unknown; content: WhatsAppInboundContent },
): Pick<
  ArrivedMessage,
  | 'accountId'
  | 'assetId'
  | 'platform'
  | 'externalId'
  | 'person'
  | 'groupId'
  | 'type'
  | 'text'
  | 'content'
  | 'at'
> | null {
  const person = personFrom(other);
  const groupId = message.groupId ?? '';
  if (person === null && groupId === '') return null;
  const type = typeOf(message.content);
  return {
    ...home,
    platform: 'whatsapp',
    externalId: message.wamid,
    person,
    groupId,
    type,
    text: textOf(message.content),
    content: metaContent(type, message.raw),
    at,
  };
}

export function receivedMessage(
  home: Home,
  { payload, occurredAt }: Event<'whatsapp.message.received'>,
): ArrivedMessage | null {
  const base = messageBase(home, occurredAt, payload.from, payload);
  if (base === null) return null;
  const { content } = payload;
  return {
    ...base,
    direction: 'inbound',
    senderType: 'customer',
    senderId: base.person?.identities[0]?.value ?? null,
    // A reaction belongs to a message as an answer does, and is found by the same field.
    context: content.type === 'reaction' ? { message_id: content.targetWamid } : contextOf(payload.context),
    metadata: withoutAbsent({
      referral: referralOf(payload.referral),
      errors: payload.errors,
      origin: payload.origin,
      raw: furtherFacts(base.type, payload.raw),
    }),
    status: 'received',
    live: payload.source === 'live',
  };
}

/** A message that the business wrote on its phone. */
export function echoedMessage(
  home: Home,
  { payload, occurredAt }: Event<'whatsapp.message.echoed'>,
): ArrivedMessage | null {
  if (payload.action !== 'sent') return null;
  const base = messageBase(home, occurredAt, payload.to, payload);
  if (base === null) return null;
  return {
    ...base,
    direction: 'outbound',
    senderType: 'app',
    senderId: null,
    context:
      payload.content.type === 'reaction'
        ? { message_id: payload.content.targetWamid }
        : contextOf(payload.context),
    metadata: withoutAbsent({ raw: furtherFacts(base.type, payload.raw) }),
    status: 'sent',
    live: true,
  };
}

/** The notice that somebody changed their number, user id or phone; it says so in the conversation, in Meta's words. */
export function systemMessage(
  home: Home,
  { payload, occurredAt }: Event<'whatsapp.message.system'>,
): ArrivedMessage | null {
  const { before, after } = changedPerson(payload);
  const [old, now] = [personFrom(before), personFrom(after)];
  // Whom the notice names by both is one person: the contact goes on under the new number or id.
  const person = old && now ? { ...old, identities: [...old.identities, ...now.identities] } : (old ?? now);
  const groupId = payload.groupId ?? '';
  if (person === null && groupId === '') return null;
  return {
    ...home,
    platform: 'whatsapp',
    externalId: payload.wamid,
    person,
    groupId,
    direction: 'inbound',
    senderType: 'system',
    senderId: null,
    type: 'system',
    text: payload.body ?? null,
    content: metaContent('system', payload.raw),
    context: null,
    metadata: withoutAbsent({ raw: furtherFacts('system', payload.raw) }),
    at: occurredAt,
    status: 'received',
    live: true,
  };
}

/** Who somebody was before a change and is after it, as far as the notice tells. */
export function changedPerson(change: WhatsAppMessageSystem): {
  before: WhatsAppPerson;
  after: WhatsAppPerson;
} {
  const { from, oldWaId, bsuid, newWaId, newBsuid, newParentBsuid } = change;
  return {
    before: {
      ...from,
      ...(oldWaId === undefined ? {} : { waId: oldWaId }),
      ...(bsuid === undefined ? {} : { bsuid }),
    },
    after: {
      ...(newWaId === undefined ? {} : { waId: newWaId }),
      ...(newBsuid === undefined ? {} : { bsuid: newBsuid }),
      ...(newParentBsuid === undefined ? {} : { parentBsuid: newParentBsuid }),
    },
  };
}

const HISTORY_STATUSES: Readonly<Record<string, MessageStatus>> = {
  PENDING: 'accepted',
  SENT: 'sent',
  DELIVERED: 'delivered',
  READ: 'read',
  PLAYED: 'played',
  ERROR: 'failed',
};

export function historyMessage(
  home: Home,
  person: WhatsAppHistoryThread['person'],
  message: WhatsAppHistoryMessage,
): ArrivedMessage | null {
  const base = messageBase(home, message.at, person, message);
  if (base === null) return null;
  const isInbound = message.direction === 'inbound';
  return {
    ...base,
    direction: message.direction,
    senderType: isInbound ? 'customer' : 'app',
    senderId: isInbound ? (base.person?.identities[0]?.value ?? null) : null,
    context:
      message.content.type === 'reaction'
        ? { message_id: message.content.targetWamid }
        : contextOf(message.context),
    metadata: withoutAbsent({
      imported: true,
      errors: message.errors,
      historyStatus: message.status,
      raw: furtherFacts(base.type, message.raw),
    }),
    status: isInbound ? 'received' : (HISTORY_STATUSES[message.status ?? ''] ?? 'sent'),
    live: false,
  };
}

/** The new content of a message that its author changed. The message inside the edit is shaped like any other. */
export function editOf(
  home: Home,
  originalWamid: string,
  content: WhatsAppInboundContent,
  raw: unknown,
  at: Date,
): ArrivedEdit {
  return {
    ...home,
    externalId: originalWamid,
    text: textOf(content),
    content: metaContent(typeOf(content), editedMessage(raw)),
    at,
  };
}

function editedMessage(raw: unknown): unknown {
  if (typeof raw !== 'object' || raw === null || !('edit' in raw)) return undefined;
  const { edit } = raw;
  return typeof edit === 'object' && edit !== null && 'message' in edit ? edit.message : undefined;
}

export function revocationOf(home: Home, originalWamid: string, at: Date): ArrivedRevocation {
  return { ...home, externalId: originalWamid, at };
}

export function isDeliveryStatus(status: string): status is DeliveryStatus {
  return DELIVERY_STATUSES.some((known) => known === status);
}

/** null for a status name that has no place in the order of statuses. */
export function statusOf(home: Home, status: WhatsAppMessageStatus): ArrivedStatus | null {
  if (!isDeliveryStatus(status.status)) return null;
  const { pricing, conversation, callbackData } = status;
  const isOurs = callbackData !== undefined && isUuid(callbackData);
  return {
    ...home,
    externalId: status.wamid,
    status: status.status,
    participant: status.participant,
    at: status.at,
    error: messageErrorOf(status.errors[0]),
    details: withoutAbsent({
      pricing:
        pricing === undefined
          ? undefined
          : withoutAbsent({
              billable: pricing.billable,
              pricing_model: pricing.model,
              type: pricing.type,
              category: pricing.category,
            }),
      conversation:
        conversation === undefined
          ? undefined
          : withoutAbsent({
              id: conversation.id,
              expiration_timestamp: conversation.expiresAt?.toISOString(),
              origin: conversation.origin,
            }),
      errors: status.errors.length > 1 ? status.errors : undefined,
      biz_opaque_callback_data: isOurs ? undefined : callbackData,
    }),
    messageId: isOurs ? (callbackData.toLowerCase() as MessageId) : null,
    // In a group the recipient is one of many, not the contact of the message.
    identities: status.groupId === undefined ? identitiesOf(status.recipient) : [],
  };
}

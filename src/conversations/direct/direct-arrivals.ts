import { sha256 } from '../../crypto/secret-hash';
import { type AccountId, type AssetId, type DeliveryId, type MessageId, isUuid } from '../../database/ids';
import type {
  MessagingMessageRead,
  MessagingPerson,
  MessagingPlatform,
} from '../../webhooks/messenger-events';
import type { WebhookEventKind } from '../../webhooks/webhook-events';
import type { RoutedEvent } from '../../webhooks/webhook-handler.registry';
import type {
  ArrivedEdit,
  ArrivedMessage,
  ArrivedRevocation,
  ArrivedStatus,
  DeliveryStatus,
  Person,
} from '../conversation-types';
import {
  contentOfDirect,
  contextOfDirect,
  isJson,
  optInOf,
  referralOf,
  textOfDirect,
  typeOfDirect,
  withoutAbsent,
  wordsOf,
} from './direct-content';
import type { Watermark } from '../messages/message-watermarks';

/** The Page or Instagram account that an event came to, and whose it is. */
export interface DirectHome {
  accountId: AccountId;
  assetId: AssetId;
  /** What it came with. */
  deliveryId?: DeliveryId;
}

/** An event that Messenger and Instagram have both, by its name without the platform. */
export type DirectEvent<Name extends string> = RoutedEvent<
  Extract<WebhookEventKind, `${MessagingPlatform}.${Name}`>
>;

export function platformOf({ kind }: { kind: WebhookEventKind }): MessagingPlatform {
  return kind.startsWith('instagram.') ? 'instagram' : 'messenger';
}

type Base = Pick<ArrivedMessage, 'accountId' | 'assetId' | 'platform' | 'person' | 'groupId' | 'at' | 'live'>;

function baseOf(
  home: DirectHome,
  event: { kind: WebhookEventKind; occurredAt: Date },
  person: MessagingPerson,
): Base & { person: Person } {
  return {
    ...home,
    platform: platformOf(event),
    person: { identities: [person], name: null, profile: {} },
    groupId: '',
    at: event.occurredAt,
    live: true,
  };
}

const FROM_PERSON = { direction: 'inbound', senderType: 'customer', status: 'received' } as const;
const FROM_BUSINESS = { direction: 'outbound', senderType: 'app', status: 'sent' } as const;

export function receivedDirect(home: DirectHome, event: DirectEvent<'message.received'>): ArrivedMessage {
  const { mid, person, content, context, standby, referral, prior, raw } = event.payload;
  return {
    ...baseOf(home, event, person),
    ...FROM_PERSON,
    externalId: mid,
    senderId: person.value,
    type: typeOfDirect(content),
    text: textOfDirect(content),
    content: contentOfDirect(partOf(raw, 'message')),
    context: contextOfDirect(context),
    metadata: withoutAbsent({ standby: standby || undefined, referral: referralOf(referral), prior }),
  };
}

/** What the business wrote to itself stands in a conversation with itself. */
export function echoedDirect(home: DirectHome, event: DirectEvent<'message.echoed'>): ArrivedMessage {
  const { mid, person, content, context, standby, appId, metadata, isSelf, raw } = event.payload;
  const isToItself = isSelf || person.value === event.asset?.metaId;
  return {
    ...baseOf(home, event, person),
    ...FROM_BUSINESS,
    externalId: mid,
    senderId: appId ?? null,
    type: typeOfDirect(content),
    text: textOfDirect(content),
    content: contentOfDirect(partOf(raw, 'message')),
    context: contextOfDirect(context),
    metadata: withoutAbsent({
      standby: standby || undefined,
      is_self: isToItself || undefined,
      app_id: appId,
      metadata,
    }),
  };
}

/**
 * That a message of the business left, at Meta's own time. Sends of ours carry our message id in `metadata`: so an echo that
 * is faster than the answer to its send, or all that came of it, finds its message and makes no second one.
 */
export function sentDirect(home: DirectHome, event: DirectEvent<'message.echoed'>): ArrivedStatus {
  const { mid, metadata } = event.payload;
  return {
    ...statusOf(home, mid, 'sent', event.occurredAt),
    messageId: metadata !== undefined && isUuid(metadata) ? (metadata.toLowerCase() as MessageId) : null,
  };
}

/** null where Meta tells no text: nothing was edited then. */
export function editedDirect(
  home: DirectHome,
  { payload, occurredAt }: DirectEvent<'message.edited'>,
): ArrivedEdit | null {
  const { mid, text } = payload;
  if (text === null) return null;
  const content = withoutAbsent({ text, num_edit: payload.numEdit ?? undefined });
  return { ...home, externalId: mid, text, content, at: occurredAt };
}

export function revokedDirect(
  home: DirectHome,
  { payload, occurredAt }: DirectEvent<'message.revoked'>,
): ArrivedRevocation {
  return { ...home, externalId: payload.mid, at: occurredAt };
}

/**
 * A reaction is a message that names another one, as it is on WhatsApp; one that is taken back is a reaction without words.
 * Meta gives it no id of its own.
 */
export function reactedDirect(
  home: DirectHome,
  event: DirectEvent<'message.reaction'>,
): ArrivedMessage | null {
  const { mid, person, by, action, reaction, emoji, standby } = event.payload;
  if (person === null || by === null) return null;
  return {
    ...baseOf(home, event, person),
    ...(by === 'business' ? FROM_BUSINESS : FROM_PERSON),
    externalId: occurrenceId('reaction', event, [by, mid, action, reaction, emoji]),
    senderId: by === 'business' ? null : person.value,
    type: 'reaction',
    text: action === 'unreact' ? null : (emoji ?? reaction ?? null),
    content: withoutAbsent({ message_id: mid, action, reaction, emoji }),
    context: { message_id: mid },
    metadata: withoutAbsent({ standby: standby || undefined }),
  };
}

export function postbackDirect(home: DirectHome, event: DirectEvent<'postback'>): ArrivedMessage {
  const { mid, person, title, payload, referral, standby } = event.payload;
  return {
    ...baseOf(home, event, person),
    ...FROM_PERSON,
    externalId: mid ?? occurrenceId('postback', event, [person.value, title, payload]),
    senderId: person.value,
    type: 'postback',
    text: wordsOf(title),
    content: withoutAbsent({ title, payload }),
    context: null,
    metadata: withoutAbsent({ standby: standby || undefined, referral: referralOf(referral) }),
  };
}

/** Somebody came by a link or an advertisement and has not written yet: free-form answers are allowed from here on. */
export function referredDirect(home: DirectHome, event: DirectEvent<'referral'>): ArrivedMessage | null {
  const { person, by, referral, standby } = event.payload;
  if (person === null || by !== 'person') return null;
  const content = referralOf(referral) ?? {};
  return {
    ...baseOf(home, event, person),
    ...FROM_PERSON,
    externalId: occurrenceId('referral', event, [person.value, content]),
    senderId: person.value,
    type: 'referral',
    text: null,
    content,
    context: null,
    metadata: withoutAbsent({ standby: standby || undefined }),
  };
}

/** null for those that name nobody yet. */
export function optedInDirect(home: DirectHome, event: DirectEvent<'optin'>): ArrivedMessage | null {
  const { person, by, standby } = event.payload;
  if (person === null || by !== 'person') return null;
  const content = optInOf(event.payload);
  return {
    ...baseOf(home, event, person),
    ...FROM_PERSON,
    externalId: occurrenceId('optin', event, [
      person.value,
      content,
      'token' in event.payload ? event.payload.token : null,
    ]),
    senderId: person.value,
    type: 'optin',
    text: 'title' in event.payload ? wordsOf(event.payload.title) : null,
    content,
    context: null,
    metadata: withoutAbsent({ standby: standby || undefined }),
  };
}

/** It is no word of the person's, so that it opens no window. */
const FROM_PLATFORM = { direction: 'inbound', senderType: 'system', status: 'received' } as const;

export function accountLinkedDirect(
  home: DirectHome,
  event: RoutedEvent<'messenger.account_linking'>,
): ArrivedMessage | null {
  const { person, status, authorizationCode, standby } = event.payload;
  if (person === null) return null;
  const content = withoutAbsent({ status, authorization_code: authorizationCode });
  return {
    ...baseOf(home, event, person),
    ...FROM_PLATFORM,
    externalId: occurrenceId('account_linking', event, [person.value, content]),
    senderId: person.value,
    type: 'account_linking',
    text: null,
    content,
    context: null,
    metadata: withoutAbsent({ standby: standby || undefined }),
  };
}

/** null for what names nobody, and for what happens at the account and not in a conversation. */
export function otherDirect(home: DirectHome, event: DirectEvent<'other'>): ArrivedMessage | null {
  const { field, value, person, standby } = event.payload;
  if (person === null) return null;
  const part = partOf(value, field);
  const content = isJson(part) ? part : { [field]: part };
  return {
    ...baseOf(home, event, person),
    ...FROM_PLATFORM,
    externalId: occurrenceId(field, event, [person.value, content]),
    senderId: person.value,
    type: field,
    text: null,
    content,
    context: null,
    metadata: withoutAbsent({ standby: standby || undefined }),
  };
}

export function deliveredDirect(
  home: DirectHome,
  { payload, occurredAt }: RoutedEvent<'messenger.message.delivered'>,
): { statuses: ArrivedStatus[]; watermark: Watermark | null } {
  const { person, mids, watermark } = payload;
  return {
    statuses: mids.map((mid) => statusOf(home, mid, 'delivered', occurredAt)),
    watermark:
      person === null || watermark === null
        ? null
        : { ...home, person, status: 'delivered', watermark, at: occurredAt },
  };
}

/** null for what the business itself read, and where Meta names nobody. */
export function readDirect(
  home: DirectHome,
  { payload, occurredAt }: { payload: MessagingMessageRead; occurredAt: Date },
): { statuses: ArrivedStatus[]; watermark: Watermark | null } | null {
  const { person, by } = payload;
  if (by === 'business') return null;
  if (payload.upTo === 'message')
    return { statuses: [statusOf(home, payload.mid, 'read', occurredAt)], watermark: null };
  if (person === null) return null;
  const { watermark } = payload;
  return { statuses: [], watermark: { ...home, person, status: 'read', watermark, at: occurredAt } };
}

function statusOf(home: DirectHome, mid: string, status: DeliveryStatus, at: Date): ArrivedStatus {
  return {
    ...home,
    externalId: mid,
    status,
    participant: '',
    at,
    error: null,
    details: {},
    messageId: null,
    identities: [],
  };
}

/** Stands for the id that Meta does not give: the same for the same occurrence, in whatever delivery it comes. */
function occurrenceId(name: string, { occurredAt }: { occurredAt: Date }, facts: readonly unknown[]): string {
  return `${name}:${sha256(JSON.stringify([occurredAt.getTime(), ...facts])).toString('hex')}`;
}

function partOf(item: unknown, key: string): unknown {
  return isJson(item) ? item[key] : undefined;
}

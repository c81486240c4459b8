import type { WebhookEvent } from '../webhook-events';
import type { WhatsAppMessageContext, WhatsAppMessageReceived, WhatsAppReferral } from '../whatsapp-events';
import type { JsonRecord } from './json-reader';
import {
  present,
  presentOrNothing,
  readBoolean,
  readId,
  readInstant,
  readRecord,
  readText,
  requireId,
  UnreadableItemError,
} from './json-reader';
import type { WhatsAppChange } from './whatsapp-change';
import { readErrors, routeToNumber, timeOf } from './whatsapp-change';
import { isNobody, readBsuid, readPersonIds } from './whatsapp-contact-book';
import { parseWhatsAppContent } from './whatsapp-content.parser';

type WhatsAppMessageEvent = WebhookEvent<
  | 'whatsapp.message.received'
  | 'whatsapp.message.edited'
  | 'whatsapp.message.revoked'
  | 'whatsapp.message.system'
>;

/** One of `messages[]` of the field `messages`. */
export function parseWhatsAppMessage(message: JsonRecord, change: WhatsAppChange): WhatsAppMessageEvent {
  const base = { occurredAt: timeOf(message, change), ...routeToNumber(change) };
  switch (message.type) {
    case 'edit':
      return {
        kind: 'whatsapp.message.edited',
        ...base,
        payload: { ...readBase(message, change), ...readEdit(message) },
      };
    case 'revoke':
      return {
        kind: 'whatsapp.message.revoked',
        ...base,
        payload: { ...readBase(message, change), originalWamid: readRevokedWamid(message) },
      };
    case 'system':
      return { kind: 'whatsapp.message.system', ...base, payload: readSystem(message, change) };
    default:
      return { kind: 'whatsapp.message.received', ...base, payload: readReceived(message, change) };
  }
}

/** What messages of now and of a history have in common. */
export function readMessageParts(
  message: JsonRecord,
): Pick<
  WhatsAppMessageReceived,
  'wamid' | 'groupId' | 'content' | 'context' | 'referral' | 'errors' | 'origin' | 'raw'
> {
  const errors = readErrors(message);
  return {
    wamid: requireId(message, 'id'),
    content: parseWhatsAppContent(message),
    raw: message,
    ...present({
      groupId: readId(message, 'group_id'),
      context: readContext(message),
      referral: readReferral(message),
      errors: errors.length > 0 ? errors : undefined,
      origin: readText(message, 'origin'),
    }),
  };
}

export function readContext(message: JsonRecord): WhatsAppMessageContext | undefined {
  const context = readRecord(message, 'context') ?? {};
  const product = readRecord(context, 'referred_product') ?? {};
  return presentOrNothing({
    wamid: readId(context, 'id'),
    from: readId(context, 'from'),
    forwarded: readBoolean(context, 'forwarded'),
    frequentlyForwarded: readBoolean(context, 'frequently_forwarded'),
    referredProduct: presentOrNothing({
      catalogId: readText(product, 'catalog_id'),
      productRetailerId: readText(product, 'product_retailer_id'),
    }),
  });
}

/** The edited message's id, its new content, and what it answered. */
export function readEdit(
  message: JsonRecord,
): Pick<WebhookEvent<'whatsapp.message.edited'>['payload'], 'originalWamid' | 'content' | 'context'> {
  const edit = readRecord(message, 'edit');
  if (edit === undefined) throw new UnreadableItemError('edit is missing');
  const edited = readRecord(edit, 'message');
  if (edited === undefined) throw new UnreadableItemError('message of the edit is missing');
  return {
    originalWamid: requireId(edit, 'original_message_id'),
    content: parseWhatsAppContent(edited),
    ...present({ context: readContext(edited) }),
  };
}

export function readRevokedWamid(message: JsonRecord): string {
  return requireId(readRecord(message, 'revoke') ?? {}, 'original_message_id');
}

function readReceived(message: JsonRecord, { contacts }: WhatsAppChange): WhatsAppMessageReceived {
  const from = contacts.completeOrOnly(readPersonIds(message, 'from'));
  if (isNobody(from)) throw new UnreadableItemError('from and from_user_id are missing');
  return { ...readMessageParts(message), from, source: 'live' };
}

/** Of messages about another message: who did it is good to know, not needed. */
function readBase(message: JsonRecord, { contacts }: WhatsAppChange) {
  return {
    wamid: requireId(message, 'id'),
    from: contacts.completeOrOnly(readPersonIds(message, 'from')),
    raw: message,
    ...present({ groupId: readId(message, 'group_id') }),
  };
}

function readSystem(
  message: JsonRecord,
  { contacts }: WhatsAppChange,
): WebhookEvent<'whatsapp.message.system'>['payload'] {
  const system = readRecord(message, 'system');
  if (system === undefined) throw new UnreadableItemError('system is missing');
  // Not the only contact listed: that may be the person under the new ids.
  const from = contacts.complete(readPersonIds(message, 'from'));
  const newWaId = readId(system, 'new_wa_id') ?? readId(system, 'wa_id');
  const newBsuid = readBsuid(system, 'user_id');
  const body = readText(system, 'body');
  const identity = readRecord(message, 'identity') ?? readRecord(system, 'identity');
  const oldWaId = from.waId ?? readId(system, 'customer');
  return {
    wamid: requireId(message, 'id'),
    from,
    type: readText(system, 'type') ?? '',
    raw: message,
    ...present({
      groupId: readId(message, 'group_id'),
      body,
      oldWaId: newWaId === undefined ? undefined : oldWaId,
      newWaId,
      bsuid: from.bsuid ?? findOldBsuid(body, newBsuid),
      newBsuid,
      newParentBsuid: readBsuid(system, 'parent_user_id'),
      identity: identity && {
        acknowledged: readBoolean(identity, 'acknowledged') ?? false,
        ...present({
          createdAt: readInstant(identity, 'created_timestamp'),
          hash: readText(identity, 'hash'),
        }),
      },
    }),
  };
}

/** "… changed from US.101… to US.134…": Meta names the id before the change nowhere else. */
function findOldBsuid(body: string | undefined, newBsuid: string | undefined): string | undefined {
  if (body === undefined || newBsuid === undefined) return undefined;
  return body.match(/\b[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}\b/g)?.find((bsuid) => bsuid !== newBsuid);
}

function readReferral(message: JsonRecord): WhatsAppReferral | undefined {
  const referral = readRecord(message, 'referral') ?? {};
  return presentOrNothing({
    sourceUrl: readText(referral, 'source_url'),
    sourceId: readText(referral, 'source_id'),
    sourceType: readText(referral, 'source_type'),
    headline: readText(referral, 'headline'),
    body: readText(referral, 'body'),
    mediaType: readText(referral, 'media_type'),
    imageUrl: readText(referral, 'image_url'),
    videoUrl: readText(referral, 'video_url'),
    thumbnailUrl: readText(referral, 'thumbnail_url'),
    ctwaClid: readText(referral, 'ctwa_clid'),
    welcomeMessage: readText(readRecord(referral, 'welcome_message') ?? {}, 'text'),
  });
}

import { createHash } from 'node:crypto';

import type { SandboxContext } from '../context';
import type { Customer, CustomerReference } from './customers';
import { CONTENT_SAMPLES, MEDIA_SAMPLES } from './inbound-samples';
import { newWamid } from '../ids';
import { isObject, textOf, type JsonObject, type JsonValue } from '../json';
import { addMedia, mediaUrl } from './media.routes';
import { contactOf } from './message-statuses';
import { DAY_MS, HOUR_MS } from '../login/tokens';
import { whatsAppValue } from '../webhooks/webhook-hub';
import type { PhoneRecord } from '../world';

/** A message that a person sends to a business. */
export interface InboundMessage {
  /** The business number; the first one where left out. */
  phoneNumberId?: string;
  /** A phone number, or who it is in more detail. */
  from: string | CustomerReference;
  /** `text` where left out. Free text: types that do not exist yet can be played. */
  type?: string;
  /** What stands under the key named like the type; a sample where left out. */
  content?: JsonValue;
  /** Bytes of a media message; a tiny sample where left out. */
  mediaBase64?: string;
  context?: JsonObject;
  referral?: JsonObject;
  /** More keys of the message: `errors`, `group_id`, `identity`, … */
  extra?: JsonObject;
  /** More keys beside `messages`, such as `errors`. */
  extraValue?: JsonObject;
  id?: string;
  /** Unix seconds. */
  timestamp?: number;
  /** Leave the person's number out although it is known, as for username users. */
  hidePhone?: boolean;
}

export interface InboundReceipt {
  messageId: string;
  waId: string | null;
  userId: string;
  /** Apps that were told; 0 = nobody is subscribed. */
  told: number;
}

const NOT_OPENING = new Set(['system', 'request_welcome']);

export function playInbound(context: SandboxContext, input: InboundMessage): InboundReceipt {
  const phone =
    input.phoneNumberId === undefined
      ? context.world.first('phone')
      : context.world.get('phone', input.phoneNumberId);
  const reference = typeof input.from === 'string' ? { phone: input.from } : input.from;
  const customer = context.customers.resolve(reference);
  const type = input.type ?? 'text';
  const id = input.id ?? newWamid(customer.waId ?? customer.userId, 'in');
  // What a blocked person writes never leaves the phone.
  if (phone.blockedUsers.has(customer.userId)) {
    return { messageId: id, waId: customer.waId ?? null, userId: customer.userId, told: 0 };
  }
  const showNumber = customer.waId !== undefined && input.hidePhone !== true;
  const contact = showNumber ? contactOf(customer) : withoutNumber(contactOf(customer));
  const message: JsonObject = {
    ...(input.context && { context: input.context }),
    ...(showNumber && { from: customer.waId }),
    from_user_id: customer.userId,
    ...(customer.parentUserId !== undefined && { from_parent_user_id: customer.parentUserId }),
    id,
    timestamp: String(input.timestamp ?? context.clock.seconds()),
    type,
    ...contentOf(context, phone, type, input),
    ...(input.referral && { referral: input.referral }),
    ...input.extra,
  };
  openWindow(context, phone, customer, type, input);
  context.limits.countInbound(phone);
  context.messages.received.set(id, {
    phoneId: phone.id,
    customerId: customer.userId,
    readAt: null,
    typingUntil: 0,
  });
  const value = { contacts: [contact], messages: [message], ...input.extraValue };
  const told = tell(context, phone, value);
  return { messageId: id, waId: customer.waId ?? null, userId: customer.userId, told };
}

function withoutNumber(contact: JsonObject): JsonObject {
  const { wa_id: _waId, ...rest } = contact;
  return rest;
}

function openWindow(
  context: SandboxContext,
  phone: PhoneRecord,
  customer: Customer,
  type: string,
  input: InboundMessage,
): void {
  if (NOT_OPENING.has(type)) return;
  const at = input.timestamp === undefined ? context.clock.now() : input.timestamp * 1000;
  // In a group the window is the group's.
  const who = textOf(input.extra?.group_id) ?? customer.userId;
  context.messages.openWindow(phone.id, who, at);
  if (input.referral) context.messages.openFreeEntry(phone.id, customer.userId, at + 72 * HOUR_MS);
}

function tell(context: SandboxContext, phone: PhoneRecord, value: JsonObject): number {
  return context.webhooks.emitChange({
    object: 'whatsapp_business_account',
    ownerId: phone.wabaId,
    field: 'messages',
    value: whatsAppValue(phone, value),
  });
}

function contentOf(
  context: SandboxContext,
  phone: PhoneRecord,
  type: string,
  input: InboundMessage,
): JsonObject {
  const media = MEDIA_SAMPLES[type];
  if (media) {
    const given = isObject(input.content) ? input.content : media.more;
    const mimeType = textOf(given?.mime_type) ?? media.mimeType;
    const bytes = Buffer.from(input.mediaBase64 ?? media.base64, 'base64');
    const filename = textOf(given?.filename) ?? media.filename;
    const record = addMedia(context, phone, mimeType.split(';')[0] ?? mimeType, bytes, 7 * DAY_MS, filename);
    return {
      [type]: {
        mime_type: mimeType,
        sha256: createHash('sha256').update(bytes).digest('base64'),
        id: record.id,
        url: mediaUrl(context, record, context.publicUrl),
        ...(filename !== undefined && { filename }),
        ...given,
      },
    };
  }
  const content = input.content ?? CONTENT_SAMPLES[type];
  if (type === 'unsupported') {
    return {
      errors: [
        {
          code: 131051,
          title: 'Message type unknown',
          message: 'Message type unknown',
          error_data: { details: 'Message type is currently not supported.' },
        },
      ],
      ...(content !== undefined && { unsupported: content }),
    };
  }
  return content === undefined ? {} : { [type]: content };
}

export interface IdentityChange {
  phoneNumberId?: string;
  from: string | CustomerReference;
  /** The new phone number, or the new business-scoped id; without either the person's device keys changed. */
  newPhone?: string;
  newUserId?: string;
}

/** System messages: a person changed number, business-scoped id, or identity keys. They come without contact. */
export function playIdentityChange(context: SandboxContext, change: IdentityChange): InboundReceipt {
  const { world, customers, clock } = context;
  const phone =
    change.phoneNumberId === undefined ? world.first('phone') : world.get('phone', change.phoneNumberId);
  const customer = customers.resolve(typeof change.from === 'string' ? { phone: change.from } : change.from);
  const before = { waId: customer.waId, userId: customer.userId };
  const newWaId = change.newPhone?.replace(/\D/g, '');
  customers.rename(customer, {
    ...(newWaId !== undefined && { waId: newWaId }),
    ...(change.newUserId !== undefined && { userId: change.newUserId }),
  });
  const id = newWamid(customer.waId ?? customer.userId, 'in');
  const timestamp = String(clock.seconds());
  const told = tell(context, phone, {
    messages: [
      {
        ...(before.waId !== undefined && { from: before.waId }),
        from_user_id: before.userId,
        id,
        timestamp,
        type: 'system',
        ...systemContent(customer, before, newWaId, change.newUserId, timestamp),
      },
    ],
  });
  return { messageId: id, waId: customer.waId ?? null, userId: customer.userId, told };
}

function systemContent(
  customer: Customer,
  before: { waId: string | undefined; userId: string },
  newWaId: string | undefined,
  newUserId: string | undefined,
  timestamp: string,
): JsonObject {
  if (newWaId !== undefined) {
    const body = `User ${customer.name} changed from ${before.waId ?? before.userId} to ${newWaId}`;
    return { system: { body, wa_id: newWaId, user_id: customer.userId, type: 'user_changed_number' } };
  }
  if (newUserId !== undefined) {
    const body = `User ${customer.name} changed from ${before.userId} to ${newUserId}`;
    return { system: { body, user_id: newUserId, type: 'user_changed_user_id' } };
  }
  const hash = createHash('sha256').update(timestamp).digest('base64url').slice(0, 11);
  return {
    identity: { acknowledged: true, created_timestamp: timestamp, hash },
    system: { body: 'User identity changed', type: 'customer_identity_changed' },
  };
}

/** The person stops or resumes marketing messages. */
export function playPreference(
  context: SandboxContext,
  from: string | CustomerReference,
  value: 'stop' | 'resume',
  phoneNumberId?: string,
): number {
  const { world, customers, clock } = context;
  const phone = phoneNumberId === undefined ? world.first('phone') : world.get('phone', phoneNumberId);
  const customer = customers.resolve(typeof from === 'string' ? { phone: from } : from);
  customer.stoppedMarketing = value === 'stop';
  return context.webhooks.emitChange({
    object: 'whatsapp_business_account',
    ownerId: phone.wabaId,
    field: 'user_preferences',
    value: whatsAppValue(phone, {
      contacts: [contactOf(customer)],
      user_preferences: [
        {
          ...(customer.waId !== undefined && { wa_id: customer.waId }),
          user_id: customer.userId,
          detail: `User requested to ${value} marketing messages`,
          category: 'marketing_messages',
          value,
          timestamp: clock.seconds(),
        },
      ],
    }),
  });
}

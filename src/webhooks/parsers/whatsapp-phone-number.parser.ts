import type { WebhookEvent } from '../webhook-events';
import type { JsonRecord } from './json-reader';
import { present, readId, readText, requireId, requireWord } from './json-reader';
import type { WhatsAppChange } from './whatsapp-change';
import { routeToAccount } from './whatsapp-change';

// These fields name the phone number by its digits only, so the account is what routes them.

export function parseWhatsAppPhoneNumberQuality(
  value: JsonRecord,
  change: WhatsAppChange,
): WebhookEvent<'whatsapp.phone_number.quality'> {
  return {
    kind: 'whatsapp.phone_number.quality',
    occurredAt: change.fallbackTime,
    ...routeToAccount(change),
    payload: {
      displayPhoneNumber: requireId(value, 'display_phone_number'),
      event: requireWord(value, 'event'),
      ...present({
        currentLimit: readText(value, 'current_limit'),
        oldLimit: readText(value, 'old_limit'),
        maxDailyConversationsPerBusiness: readText(value, 'max_daily_conversations_per_business'),
      }),
    },
  };
}

export function parseWhatsAppPhoneNumberName(
  value: JsonRecord,
  change: WhatsAppChange,
): WebhookEvent<'whatsapp.phone_number.name'> {
  return {
    kind: 'whatsapp.phone_number.name',
    occurredAt: change.fallbackTime,
    ...routeToAccount(change),
    payload: {
      displayPhoneNumber: requireId(value, 'display_phone_number'),
      decision: requireWord(value, 'decision'),
      rejectionReason: readText(value, 'rejection_reason') ?? null,
      ...present({ requestedName: readText(value, 'requested_verified_name') }),
    },
  };
}

export function parseWhatsAppBusinessUsername(
  value: JsonRecord,
  change: WhatsAppChange,
): WebhookEvent<'whatsapp.business_username.updated'> {
  return {
    kind: 'whatsapp.business_username.updated',
    occurredAt: change.fallbackTime,
    ...routeToAccount(change),
    payload: {
      status: requireWord(value, 'status'),
      ...present({
        displayPhoneNumber: readId(value, 'display_phone_number'),
        username: readText(value, 'username'),
      }),
    },
  };
}

export function parseWhatsAppSecurity(
  value: JsonRecord,
  change: WhatsAppChange,
): WebhookEvent<'whatsapp.security'> {
  return {
    kind: 'whatsapp.security',
    occurredAt: change.fallbackTime,
    ...routeToAccount(change),
    payload: {
      event: requireWord(value, 'event'),
      ...present({
        displayPhoneNumber: readId(value, 'display_phone_number'),
        requester: readText(value, 'requester'),
      }),
    },
  };
}

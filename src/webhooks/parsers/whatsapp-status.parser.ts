import type { WebhookEvent } from '../webhook-events';
import type { WhatsAppMessageStatus } from '../whatsapp-events';
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
  requireWord,
} from './json-reader';
import type { WhatsAppChange } from './whatsapp-change';
import { readErrors, routeToNumber, timeOf } from './whatsapp-change';
import type { WhatsAppPersonIds } from './whatsapp-contact-book';
import { readBsuid } from './whatsapp-contact-book';

/** One of `statuses[]` of the field `messages`; those of the field `calls` look the same and are another thing. */
export function parseWhatsAppMessageStatus(
  status: JsonRecord,
  change: WhatsAppChange,
): WebhookEvent<'whatsapp.message.status'> {
  const at = timeOf(status, change);
  const ofGroup = status.recipient_type === 'group' || status.recipient_participant_id !== undefined;
  const ids = ofGroup ? readParticipantIds(status) : readRecipientIds(status);
  return {
    kind: 'whatsapp.message.status',
    occurredAt: at,
    ...routeToNumber(change),
    payload: {
      wamid: requireId(status, 'id'),
      status: requireWord(status, 'status'),
      at,
      recipient: {
        ...change.contacts.completeOrOnly(ids),
        ...present({ identityKeyHash: readText(status, 'recipient_identity_key_hash') }),
      },
      participant: ofGroup ? (ids.waId ?? ids.bsuid ?? '') : '',
      errors: readErrors(status),
      ...present({
        groupId: ofGroup ? (readId(status, 'recipient_id') ?? readId(status, 'group_id')) : undefined,
        callbackData: readText(status, 'biz_opaque_callback_data'),
        pricing: readPricing(status),
        conversation: readConversation(status),
      }),
    },
  };
}

/** The recipient of a message or call. Meta's pages name the parent id in three ways. */
export function readRecipientIds(status: JsonRecord): WhatsAppPersonIds {
  return present({
    waId: readId(status, 'recipient_id'),
    bsuid: readBsuid(status, 'recipient_user_id'),
    parentBsuid:
      readBsuid(status, 'parent_recipient_user_id') ??
      readBsuid(status, 'recipient_parent_user_id') ??
      readBsuid(status, 'parent_user_id'),
  });
}

function readParticipantIds(status: JsonRecord): WhatsAppPersonIds {
  return present({
    waId: readId(status, 'recipient_participant_id'),
    bsuid: readBsuid(status, 'recipient_participant_user_id'),
    parentBsuid:
      readBsuid(status, 'recipient_participant_parent_user_id') ??
      readBsuid(status, 'parent_recipient_participant_user_id'),
  });
}

function readPricing(status: JsonRecord): WhatsAppMessageStatus['pricing'] {
  const pricing = readRecord(status, 'pricing') ?? {};
  return presentOrNothing({
    billable: readBoolean(pricing, 'billable'),
    model: readText(pricing, 'pricing_model'),
    type: readText(pricing, 'type'),
    category: readText(pricing, 'category'),
  });
}

function readConversation(status: JsonRecord): WhatsAppMessageStatus['conversation'] {
  const conversation = readRecord(status, 'conversation') ?? {};
  return presentOrNothing({
    id: readText(conversation, 'id'),
    expiresAt: readInstant(conversation, 'expiration_timestamp'),
    origin: readText(readRecord(conversation, 'origin') ?? {}, 'type'),
  });
}

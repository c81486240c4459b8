import type { WebhookEvent } from '../webhook-events';
import type { WhatsAppGroupParticipant } from '../whatsapp-events';
import type { JsonRecord } from './json-reader';
import {
  present,
  readId,
  readInstant,
  readRecord,
  readRecords,
  readText,
  requireId,
  requireWord,
  UnreadableItemError,
} from './json-reader';
import type { WhatsAppChange } from './whatsapp-change';
import { readErrors, routeToNumber, timeOf, toDigits } from './whatsapp-change';
import { isNobody, readBsuid, readListedPerson } from './whatsapp-contact-book';

/** One of `state_sync[]`: a person was entered in, or struck from, the app's address book. */
export function parseWhatsAppContactSync(
  sync: JsonRecord,
  change: WhatsAppChange,
): WebhookEvent<'whatsapp.contact.synced'> {
  const contact = readRecord(sync, 'contact') ?? {};
  const person = present({
    waId: toDigits(readId(contact, 'phone_number')),
    bsuid: readBsuid(contact, 'user_id'),
    name: readText(contact, 'full_name'),
    username: readText(contact, 'username'),
  });
  if (isNobody(person)) throw new UnreadableItemError('phone_number of the contact is missing');
  return {
    kind: 'whatsapp.contact.synced',
    occurredAt: readInstant(readRecord(sync, 'metadata') ?? {}, 'timestamp') ?? change.fallbackTime,
    ...routeToNumber(change),
    payload: {
      action: requireWord(sync, 'action'),
      type: readText(sync, 'type') ?? 'contact',
      person,
      ...present({ firstName: readText(contact, 'first_name') }),
    },
  };
}

/** One of `user_preferences[]`: a person wants marketing messages, or no more of them. */
export function parseWhatsAppUserPreference(
  preference: JsonRecord,
  change: WhatsAppChange,
): WebhookEvent<'whatsapp.user.preference'> {
  const at = timeOf(preference, change);
  const person = change.contacts.completeOrOnly(readListedPerson(preference));
  if (isNobody(person)) throw new UnreadableItemError('wa_id and user_id are missing');
  return {
    kind: 'whatsapp.user.preference',
    occurredAt: at,
    ...routeToNumber(change),
    payload: {
      person,
      category: requireWord(preference, 'category'),
      value: requireWord(preference, 'value'),
      at,
      ...present({ detail: readText(preference, 'detail'), signupId: readText(preference, 'signup_id') }),
    },
  };
}

/** One of `groups[]`, which the four `group_*_update` fields share. */
export function parseWhatsAppGroup(
  group: JsonRecord,
  change: WhatsAppChange,
): WebhookEvent<'whatsapp.group.updated'> {
  const requester = readListedPerson(group);
  return {
    kind: 'whatsapp.group.updated',
    occurredAt: timeOf(group, change),
    ...routeToNumber(change),
    payload: {
      field: change.field,
      groupId: requireId(group, 'group_id'),
      type: readText(group, 'type') ?? '',
      added: readRecords(group, 'added_participants').map(toParticipant),
      removed: readRecords(group, 'removed_participants').map(toParticipant),
      errors: readErrors(group),
      raw: group,
      ...present({
        requestId: readText(group, 'request_id'),
        subject: readText(group, 'subject'),
        description: readText(group, 'description'),
        reason: readText(group, 'reason'),
        initiatedBy: readText(group, 'initiated_by'),
        joinRequestId: readText(group, 'join_request_id'),
        requester: isNobody(requester) ? undefined : requester,
      }),
    },
  };
}

function toParticipant(participant: JsonRecord): WhatsAppGroupParticipant {
  return { ...readListedPerson(participant), ...present({ input: readText(participant, 'input') }) };
}

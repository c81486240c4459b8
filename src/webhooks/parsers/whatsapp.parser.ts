import type { AssetRef } from '../../assets/assets.service';
import type { WebhookEvent } from '../webhook-events';
import type { JsonRecord } from './json-reader';
import {
  isRecord,
  readId,
  readInstant,
  readOwn,
  readRecord,
  readText,
  UnreadableItemError,
} from './json-reader';
import type { ParsedItems } from './parsed-items';
import {
  parseWhatsAppAccountAlert,
  parseWhatsAppAccountReview,
  parseWhatsAppAccountUpdate,
  parseWhatsAppBusinessCapability,
  parseWhatsAppFlow,
  parseWhatsAppPartnerSolution,
  parseWhatsAppPaymentConfiguration,
} from './whatsapp-account.parser';
import { parseWhatsAppCall, parseWhatsAppCallStatus } from './whatsapp-call.parser';
import type { WhatsAppChange } from './whatsapp-change';
import { routeToNumberOrAccount, toDigits, toWhatsAppError } from './whatsapp-change';
import { WhatsAppContactBook } from './whatsapp-contact-book';
import { parseWhatsAppEcho } from './whatsapp-echo.parser';
import { parseWhatsAppHistory, parseWhatsAppHistoryMedia } from './whatsapp-history.parser';
import { parseWhatsAppMessage } from './whatsapp-message.parser';
import {
  parseWhatsAppContactSync,
  parseWhatsAppGroup,
  parseWhatsAppUserPreference,
} from './whatsapp-people.parser';
import {
  parseWhatsAppBusinessUsername,
  parseWhatsAppPhoneNumberName,
  parseWhatsAppPhoneNumberQuality,
  parseWhatsAppSecurity,
} from './whatsapp-phone-number.parser';
import { parseWhatsAppMessageStatus } from './whatsapp-status.parser';
import {
  parseWhatsAppTemplateCategory,
  parseWhatsAppTemplateComponents,
  parseWhatsAppTemplateQuality,
  parseWhatsAppTemplateStatus,
} from './whatsapp-template.parser';

const OBJECT = 'whatsapp_business_account';

/** `path` is where in the value the item stands, such as `messages[3]`. */
type ItemParser = (item: JsonRecord, change: WhatsAppChange, path: string) => WebhookEvent;

const groups: Readonly<Record<string, ItemParser>> = { groups: parseWhatsAppGroup };

/** Fields whose value holds lists, any of them and any combination: each of their items is an event. */
const FIELDS_OF_LISTS = new Map<string, Readonly<Record<string, ItemParser>>>([
  ['messages', { messages: parseWhatsAppMessage, statuses: parseWhatsAppMessageStatus }],
  ['smb_message_echoes', { message_echoes: parseWhatsAppEcho }],
  ['smb_app_state_sync', { state_sync: parseWhatsAppContactSync }],
  ['history', { history: parseWhatsAppHistory, messages: parseWhatsAppHistoryMedia }],
  ['user_preferences', { user_preferences: parseWhatsAppUserPreference }],
  ['calls', { calls: parseWhatsAppCall, statuses: parseWhatsAppCallStatus }],
  ['group_lifecycle_update', groups],
  ['group_participants_update', groups],
  ['group_settings_update', groups],
  ['group_status_update', groups],
]);

/** Fields whose value is an event. */
const FIELDS_OF_ONE = new Map<string, ItemParser>([
  ['message_template_status_update', parseWhatsAppTemplateStatus],
  ['message_template_quality_update', parseWhatsAppTemplateQuality],
  ['message_template_components_update', parseWhatsAppTemplateComponents],
  ['template_category_update', parseWhatsAppTemplateCategory],
  ['phone_number_quality_update', parseWhatsAppPhoneNumberQuality],
  ['phone_number_name_update', parseWhatsAppPhoneNumberName],
  ['account_update', parseWhatsAppAccountUpdate],
  ['account_alerts', parseWhatsAppAccountAlert],
  ['account_review_update', parseWhatsAppAccountReview],
  ['business_capability_update', parseWhatsAppBusinessCapability],
  ['business_username_update', parseWhatsAppBusinessUsername],
  ['payment_configuration_update', parseWhatsAppPaymentConfiguration],
  ['partner_solutions', parseWhatsAppPartnerSolution],
  ['security', parseWhatsAppSecurity],
  ['flows', parseWhatsAppFlow],
  ['tracking_events', parseOther],
  ['automatic_events', parseOther],
  ['message_echoes', parseOther],
]);

/** Object `whatsapp_business_account`. */
export function parseWhatsAppEntry(entry: JsonRecord, receivedAt: Date, items: ParsedItems): void {
  const place = { object: OBJECT, field: null };
  const surroundings = {
    waba: readAccount(entry),
    fallbackTime: readInstant(entry, 'time') ?? receivedAt,
    items,
  };
  const changedFields: unknown[] = Array.isArray(entry.changed_fields) ? entry.changed_fields : [];
  for (const field of changedFields) {
    const name = typeof field === 'string' ? field : null;
    items.reject({ ...place, field: name }, entry, 'the subscription sends no values');
  }
  // An entry may be a change itself: a page of Meta's prints field and value there.
  const changes: unknown[] = Array.isArray(entry.changes)
    ? entry.changes
    : isRecord(entry.value)
      ? [entry]
      : [];
  if (changes.length + changedFields.length === 0) items.reject(place, entry, 'the entry has no changes');
  changes.forEach((change, index) => {
    if (!isRecord(change)) {
      items.reject(place, change, `changes[${index}] is not an object`);
      return;
    }
    const field = readText(change, 'field') ?? readText(entry, 'field');
    if (field === undefined) items.reject(place, change, 'the change has no field');
    else if (!isRecord(change.value)) items.reject({ ...place, field }, change, 'value is not an object');
    else {
      parseChange(
        {
          ...surroundings,
          field,
          value: change.value,
          contacts: new WhatsAppContactBook(change.value),
          businessNumber: toDigits(
            readText(readRecord(change.value, 'metadata') ?? {}, 'display_phone_number'),
          ),
          place: { ...place, field },
        },
        change,
      );
    }
  });
}

function parseChange(change: WhatsAppChange, raw: JsonRecord): void {
  const { field, value, items, place } = change;
  const lists = FIELDS_OF_LISTS.get(field);
  const parseValue = FIELDS_OF_ONE.get(field);
  if (lists !== undefined) parseLists(change, { ...lists, errors: parseAccountError }, raw);
  else if (parseValue !== undefined) items.add(place, value, () => parseValue(value, change, ''));
  else items.reject(place, raw, 'unknown field');
}

function parseLists(
  change: WhatsAppChange,
  lists: Readonly<Record<string, ItemParser>>,
  raw: JsonRecord,
): void {
  const { value, items, place } = change;
  let count = 0;
  for (const [key, parse] of Object.entries(lists)) {
    const list = readOwn(value, key);
    if (Array.isArray(list)) {
      list.forEach((item: unknown, index) => {
        const path = `${key}[${index}]`;
        items.add({ ...place, path }, item, (record) => parse(record, change, path));
      });
      count += list.length;
    } else if (list !== undefined && list !== null) {
      items.reject({ ...place, path: key }, list, 'is not a list');
      count++;
    }
  }
  if (count === 0) items.reject(place, raw, `none of ${Object.keys(lists).join(', ')} in the value`);
}

function readAccount(entry: JsonRecord): AssetRef | null {
  try {
    const metaId = readId(entry, 'id');
    return metaId === undefined ? null : { kind: 'waba', metaId };
  } catch (error) {
    // Messages are routed by their phone number; what needs the account is rejected on its own.
    if (error instanceof UnreadableItemError) return null;
    throw error;
  }
}

function parseAccountError(
  error: JsonRecord,
  change: WhatsAppChange,
): WebhookEvent<'whatsapp.account.error'> {
  return {
    kind: 'whatsapp.account.error',
    occurredAt: change.fallbackTime,
    ...routeToNumberOrAccount(change),
    payload: { field: change.field, error: toWhatsAppError(error) },
  };
}

function parseOther(value: JsonRecord, change: WhatsAppChange): WebhookEvent<'whatsapp.other'> {
  return {
    kind: 'whatsapp.other',
    occurredAt: change.fallbackTime,
    ...routeToNumberOrAccount(change),
    payload: { field: change.field, value },
  };
}

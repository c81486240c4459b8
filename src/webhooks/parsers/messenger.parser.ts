import type { MessagingPlatform } from '../messenger-events';
import type { WebhookEvent } from '../webhook-events';
import type { JsonRecord } from './json-reader';
import { isRecord, readId, readInstant, readText, UnreadableItemError } from './json-reader';
import {
  parseMessagingOptIn,
  parseMessagingOther,
  parseMessagingPostback,
  parseMessagingReferral,
  parseMessagingRequest,
  parseMessagingRoles,
  parseMessagingTransfer,
  parseMessengerAccountLinking,
  parseMessengerPolicy,
} from './messenger-contact.parser';
import type { MessagingChannel, MessagingItem } from './messenger-item.parser';
import {
  parseMessagingEdit,
  parseMessagingMessage,
  parseMessagingReaction,
  parseMessagingRead,
  parseMessengerDelivery,
} from './messenger-message.parser';
import type { ItemPlace, ParsedItems } from './parsed-items';

/** `part` is what the item holds under the key that says what it is. */
type PartParser = (part: JsonRecord, item: MessagingItem) => WebhookEvent;
type PartOfItem = readonly [key: string, parse: PartParser];

/** What an item may be, by the key that says so; of several keys the first one here counts. */
const PART_PARSERS: readonly PartOfItem[] = [
  ['message', parseMessagingMessage],
  ['message_edit', parseMessagingEdit],
  ['reaction', parseMessagingReaction],
  ['postback', parseMessagingPostback],
  ['read', parseMessagingRead],
  ['optin', parseMessagingOptIn],
  ['pass_thread_control', (part, item) => parseMessagingTransfer('passed', part, item)],
  ['take_thread_control', (part, item) => parseMessagingTransfer('taken', part, item)],
  ['request_thread_control', parseMessagingRequest],
  ['app_roles', parseMessagingRoles],
];

/** After the rest: messages and postbacks may have a referral beside them. */
const REFERRAL: PartOfItem = ['referral', parseMessagingReferral];

const OF_PLATFORM: Readonly<Record<MessagingPlatform, readonly PartOfItem[]>> = {
  messenger: [
    ...PART_PARSERS,
    ['delivery', parseMessengerDelivery],
    ['account_linking', parseMessengerAccountLinking],
    ['policy-enforcement', parseMessengerPolicy],
    REFERRAL,
  ],
  instagram: [...PART_PARSERS, REFERRAL],
};

/** Kinds of items that Meta documents and of which nothing is made yet. */
const OTHER_KEYS = [
  'optout',
  'messaging_feedback',
  'response_feedback',
  'order',
  'payment',
  'pre_checkout',
  'checkout_update',
  'game_play',
  'messaging_customer_information',
];

const KEYS_OF_ALL: ReadonlySet<string> = new Set(['sender', 'recipient', 'timestamp']);

/** Fields whose change has an item of `messaging[]` for a value: so come tests from Meta's dashboard. */
const MESSAGING_FIELDS: ReadonlySet<string> = new Set([
  'messages',
  'message_echoes',
  'message_edit',
  'message_edits',
  'message_reactions',
  'message_deliveries',
  'message_reads',
  'messaging_seen',
  'messaging_postbacks',
  'messaging_referral',
  'messaging_referrals',
  'messaging_optins',
  'messaging_optouts',
  'messaging_handover',
  'messaging_handovers',
  'messaging_account_linking',
  'messaging_policy_enforcement',
  'messaging_feedback',
  'response_feedback',
  'send_cart',
  'standby',
]);

export interface ChannelChange {
  channel: MessagingChannel;
  field: string;
  value: JsonRecord;
}

/** What the entries of the objects `page` and `instagram` do not share. */
export interface ChannelKind {
  object: 'page' | 'instagram';
  platform: MessagingPlatform;
  /** Of a change that is no message. Undefined: the field is not known. */
  parserOf: (field: string) => ((change: ChannelChange) => WebhookEvent) | undefined;
}

/** An entry of the object `page` or `instagram`: messages, changes or, which is legal, both. */
export function parseChannelEntry(
  entry: JsonRecord,
  receivedAt: Date,
  items: ParsedItems,
  kind: ChannelKind,
): void {
  const { object } = kind;
  const channel: MessagingChannel = {
    platform: kind.platform,
    asset: readAsset(entry, kind),
    fallbackTime: readInstant(entry, 'time') ?? receivedAt,
  };
  let count = 0;
  for (const key of ['messaging', 'standby']) {
    const list = listOf(entry, key);
    list.forEach((item, index) => {
      const place = { object, field: key, path: `${key}[${index}]` };
      items.add(place, item, (record) => parseItem({ channel, record, standby: key === 'standby' }));
    });
    count += list.length;
  }
  // An entry may be a change itself: a page of Meta's prints field and value there.
  const changes = 'changes' in entry || entry.field === undefined ? listOf(entry, 'changes') : [entry];
  changes.forEach((change, index) => {
    parseChange(change, `changes[${index}]`, { channel, items, kind });
  });
  const changedFields = listOf(entry, 'changed_fields');
  for (const name of changedFields) {
    const field = typeof name === 'string' ? name : null;
    items.reject({ object, field }, entry, 'the subscription sends no values');
  }
  if (count + changes.length + changedFields.length === 0)
    items.reject({ object, field: null }, entry, 'the entry has neither messages nor changes');
}

interface Surroundings {
  channel: MessagingChannel;
  items: ParsedItems;
  kind: ChannelKind;
}

function parseChange(change: unknown, path: string, { channel, items, kind }: Surroundings): void {
  const place: ItemPlace = { object: kind.object, field: null };
  const field = isRecord(change) ? readText(change, 'field') : undefined;
  if (!isRecord(change)) items.reject(place, change, `${path} is not an object`);
  else if (field === undefined) items.reject(place, change, 'the change has no field');
  else {
    const parse = MESSAGING_FIELDS.has(field) ? parseMessagingChange : kind.parserOf(field);
    if (parse === undefined) items.reject({ ...place, field }, change, 'unknown field');
    else if (isRecord(change.value)) {
      const { value } = change;
      items.add({ ...place, field }, value, () => parse({ channel, field, value }));
    } else items.reject({ ...place, field }, change, 'value is not an object');
  }
}

function parseMessagingChange({ channel, field, value }: ChannelChange): WebhookEvent {
  return parseItem({ channel, record: value, standby: field === 'standby' });
}

function parseItem(item: MessagingItem): WebhookEvent {
  const { record, channel } = item;
  for (const [key, parse] of OF_PLATFORM[channel.platform]) {
    const part = record[key];
    if (part === undefined || part === null) continue;
    if (!isRecord(part)) throw new UnreadableItemError(`${key} is not an object`);
    return parse(part, item);
  }
  const other = OTHER_KEYS.find((key) => Object.hasOwn(record, key));
  if (other !== undefined) return parseMessagingOther(other, item);
  const keys = Object.keys(record).filter((key) => !KEYS_OF_ALL.has(key));
  throw new UnreadableItemError(
    keys.length === 0
      ? 'nothing but sender, recipient and time'
      : `unknown kind of item: ${keys.join(', ').slice(0, 200)}`,
  );
}

/** What is no list counts as one item, so that it is rejected by itself and not overlooked. */
function listOf(entry: JsonRecord, key: string): unknown[] {
  const list = entry[key];
  if (list === undefined || list === null) return [];
  return Array.isArray(list) ? list : [list];
}

function readAsset(entry: JsonRecord, { object }: ChannelKind): MessagingChannel['asset'] {
  try {
    const metaId = readId(entry, 'id');
    return metaId === undefined ? null : { kind: object, metaId };
  } catch (error) {
    // Each item is rejected on its own.
    if (error instanceof UnreadableItemError) return null;
    throw error;
  }
}

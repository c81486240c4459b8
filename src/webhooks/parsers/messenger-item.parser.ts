import type { AssetRef } from '../../assets/assets.service';
import type { MessagingPerson, MessagingPlatform } from '../messenger-events';
import type { WebhookEvent, WebhookEventKind } from '../webhook-events';
import type { JsonRecord } from './json-reader';
import { readBoolean, readId, readInstant, readRecord, UnreadableItemError } from './json-reader';

/** The Page or Instagram account whose entry is being read. */
export interface MessagingChannel {
  platform: MessagingPlatform;
  /** From the entry's id. */
  asset: AssetRef | null;
  /** When the entry was made, else when the delivery came in: for items without a usable time of their own. */
  fallbackTime: Date;
}

/** One of `messaging[]` or `standby[]` with what its parsers need to know of its surroundings. */
export interface MessagingItem {
  channel: MessagingChannel;
  record: JsonRecord;
  standby: boolean;
}

/** `K` as Messenger's event and as Instagram's. */
export type MessagingEvent<K extends string> = WebhookEvent<
  Extract<WebhookEventKind, `${MessagingPlatform}.${K}`>
>;

/** What all events of an entry have in common. */
export function routeToChannel({ asset }: MessagingChannel): { asset: AssetRef; parent: null } {
  if (asset === null) throw new UnreadableItemError('id of the entry is missing');
  return { asset, parent: null };
}

/** Where and when an item's event happened. */
export function placeOf({ channel, record }: MessagingItem): {
  occurredAt: Date;
  asset: AssetRef;
  parent: null;
} {
  const occurredAt = readInstant(record, 'timestamp') ?? channel.fallbackTime;
  return { occurredAt, ...routeToChannel(channel) };
}

interface Ends {
  person: MessagingPerson | null;
  by: 'person' | 'business' | null;
}

/**
 * Who did something, and who of the two is not the business. The entry's id tells, because published samples have the
 * ends of echoes the wrong way round; where neither end has that id, as in tests from the dashboard, the sender did it.
 */
export function readEnds(item: MessagingItem): Ends {
  const { sender, recipient, business } = readIds(item);
  if (sender === undefined) return { person: null, by: null };
  if (sender !== business) return { person: toPerson(sender, item), by: 'person' };
  return { person: recipient === undefined ? null : toPerson(recipient, item), by: 'business' };
}

/** Whether a message is the business's: Meta marks those, but not all that other tools have sent. */
export function isFromBusiness(message: JsonRecord, item: MessagingItem): boolean {
  if (readBoolean(message, 'is_echo') === true) return true;
  const { sender, business } = readIds(item);
  return sender !== undefined && sender === business;
}

/** The one whom the business wrote to; itself, where it wrote to itself. */
export function requireRecipient(item: MessagingItem): MessagingPerson {
  const { sender, recipient, business } = readIds(item);
  const other = recipient === business && sender !== undefined ? sender : recipient;
  if (other === undefined) throw new UnreadableItemError('id of the recipient is missing');
  return toPerson(other, item);
}

/** The one who wrote to the business. */
export function requireSender(item: MessagingItem): MessagingPerson {
  const { person } = readEnds(item);
  if (person === null) throw new UnreadableItemError('id of the sender is missing');
  return person;
}

function readIds({ record, channel }: MessagingItem) {
  return {
    sender: readId(readRecord(record, 'sender') ?? {}, 'id'),
    recipient: readId(readRecord(record, 'recipient') ?? {}, 'id'),
    business: channel.asset?.metaId,
  };
}

function toPerson(id: string, { channel }: MessagingItem): MessagingPerson {
  return { kind: channel.platform === 'messenger' ? 'psid' : 'igsid', value: id };
}

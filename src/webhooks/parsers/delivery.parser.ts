import { parseJsonLosslessly } from '../../json/lossless-json';
import { CANARY_OBJECT } from '../canary/canary-body';
import type { ParsedDelivery } from '../webhook-events';
import { parseCanaryEntry } from './canary.parser';
import { parseInstagramEntry } from './instagram.parser';
import type { JsonRecord } from './json-reader';
import { isRecord, readText } from './json-reader';
import { parsePageEntry } from './page.parser';
import { ParsedItems } from './parsed-items';
import { parsePermissionsEntry } from './permissions.parser';
import { toStorableJson } from './storable-json';
import { parseWhatsAppEntry } from './whatsapp.parser';

/** Makes events of one entry of one object; it never throws, what it cannot read it rejects. */
type EntryParser = (entry: JsonRecord, receivedAt: Date, items: ParsedItems) => void;

const ENTRY_PARSERS = new Map<string, EntryParser>([
  ['whatsapp_business_account', parseWhatsAppEntry],
  ['page', parsePageEntry],
  ['instagram', parseInstagramEntry],
  ['permissions', parsePermissionsEntry],
  [CANARY_OBJECT, parseCanaryEntry],
]);

/** The same from the exact bytes; what is no JSON is one item that could not be read. */
export function parseDeliveryBody(bytes: Buffer, receivedAt: Date): ParsedDelivery {
  let body: unknown;
  try {
    body = parseJsonLosslessly(bytes.toString('utf8'));
  } catch {
    const item = { object: '', field: null, reason: 'the body is not JSON', raw: null };
    return { object: '', events: [], unrecognized: [item] };
  }
  return parseDelivery(body, receivedAt);
}

/**
 * Takes a verified delivery apart: every entry, every change, every item of it, each on its own, so that what is
 * broken or unknown costs nothing beside it. Any JSON value will do; it never throws.
 * @param receivedAt the time of events for which Meta gives none
 */
export function parseDelivery(body: unknown, receivedAt: Date): ParsedDelivery {
  const items = new ParsedItems();
  const delivery = toStorableJson(body);
  if (!isRecord(delivery)) {
    items.reject({ object: '', field: null }, delivery, 'the delivery is not an object');
    return { object: '', events: items.events, unrecognized: items.unrecognized };
  }
  const entries: unknown[] = Array.isArray(delivery.entry) ? delivery.entry : [];
  // One page of Meta's shows the object on the entry.
  const object =
    readText(delivery, 'object') ?? entries.map(objectOf).find((name) => name !== undefined) ?? '';
  const parseEntry = ENTRY_PARSERS.get(object);
  if (entries.length === 0) items.reject({ object, field: null }, delivery, 'the delivery has no entries');
  entries.forEach((entry, index) => {
    if (!isRecord(entry)) items.reject({ object, field: null }, entry, `entry[${index}] is not an object`);
    else if (parseEntry === undefined) rejectEntry(object, entry, items);
    else parseEntry(entry, receivedAt, items);
  });
  return { object, events: items.events, unrecognized: items.unrecognized };
}

function objectOf(entry: unknown): string | undefined {
  return isRecord(entry) ? readText(entry, 'object') : undefined;
}

/** Of an object that has no parser: each of its items by itself, so that they can be counted by field. */
function rejectEntry(object: string, entry: JsonRecord, items: ParsedItems): void {
  let count = 0;
  for (const key of ['changes', 'messaging', 'standby']) {
    const list: unknown[] = Array.isArray(entry[key]) ? entry[key] : [];
    for (const item of list) {
      const changed = key === 'changes' && isRecord(item) ? readText(item, 'field') : undefined;
      const field = changed ?? (key === 'changes' ? null : key);
      items.reject({ object, field }, item, 'unsupported object');
    }
    count += list.length;
  }
  if (count === 0) items.reject({ object, field: null }, entry, 'unsupported object');
}

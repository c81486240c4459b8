import type { AssetRef } from '../../assets/assets.service';
import type { WhatsAppError } from '../whatsapp-message-content';
import type { JsonRecord } from './json-reader';
import {
  present,
  readInstant,
  readNumber,
  readRecord,
  readRecords,
  readText,
  requireId,
  UnreadableItemError,
} from './json-reader';
import type { ItemPlace, ParsedItems } from './parsed-items';
import type { WhatsAppContactBook } from './whatsapp-contact-book';

/** One change of a WhatsApp delivery with what the parsers of its items need to know of its surroundings. */
export interface WhatsAppChange {
  field: string;
  value: JsonRecord;
  /** From the entry's id. */
  waba: AssetRef | null;
  /** When the entry was made, else when the delivery came in: for items without a usable time of their own. */
  fallbackTime: Date;
  contacts: WhatsAppContactBook;
  /** The business's own number in digits, where named. */
  businessNumber: string | undefined;
  place: ItemPlace;
  items: ParsedItems;
}

/** What an event of a phone number is routed by. */
export function routeToNumber({ value, waba }: WhatsAppChange): { asset: AssetRef; parent: AssetRef | null } {
  const metadata = readRecord(value, 'metadata');
  if (metadata === undefined) throw new UnreadableItemError('metadata of the value is missing');
  return { asset: { kind: 'phone_number', metaId: requireId(metadata, 'phone_number_id') }, parent: waba };
}

/** Of what may come with a number or without. */
export function routeToNumberOrAccount(change: WhatsAppChange): { asset: AssetRef; parent: AssetRef | null } {
  return readRecord(change.value, 'metadata') === undefined ? routeToAccount(change) : routeToNumber(change);
}

/** What an event of an account is routed by; Meta names phone numbers only by their digits in these. */
export function routeToAccount({ waba }: WhatsAppChange): { asset: AssetRef; parent: null } {
  if (waba === null) throw new UnreadableItemError('id of the entry is missing');
  return { asset: waba, parent: null };
}

export function timeOf(item: JsonRecord, { fallbackTime }: WhatsAppChange): Date {
  return readInstant(item, 'timestamp') ?? fallbackTime;
}

export function readErrors(record: JsonRecord, key = 'errors'): WhatsAppError[] {
  return readRecords(record, key).map(toWhatsAppError);
}

export function toWhatsAppError(error: JsonRecord): WhatsAppError {
  const data = readRecord(error, 'error_data') ?? {};
  return {
    code: readNumber(error, 'code') ?? null,
    ...present({
      title: readText(error, 'title'),
      message: readText(error, 'message'),
      details: readText(data, 'details') ?? readText(error, 'details'),
      href: readText(error, 'href'),
    }),
  };
}

/** Numbers for people to read come with `+`, spaces and brackets. */
export function toDigits(number: string | undefined): string | undefined {
  const digits = number?.replaceAll(/\D/g, '');
  return digits === '' ? undefined : digits;
}

/** A JSON object of Meta's, nothing known of its contents. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** Ids are parts of unique indexes, which refuse values of some thousand bytes; Meta's own are far shorter. */
export const MAX_ID_LENGTH = 512;

/** What is wrong with one item of a delivery, in words that name the part. Costs that item and no other. */
export class UnreadableItemError extends Error {}

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** For keys that come from outside: `constructor` and the like must not find what every object inherits. */
export function readOwn(record: JsonRecord, key: string): unknown {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

export function readRecord(record: JsonRecord, key: string): JsonRecord | undefined {
  const value = record[key];
  return isRecord(value) ? value : undefined;
}

/** The objects of a list; what is no list has none. */
export function readRecords(record: JsonRecord, key: string): JsonRecord[] {
  const value = record[key];
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

/** Text that says something: the empty one counts as absent. Numbers stand for their digits. */
export function readText(record: JsonRecord, key: string): string | undefined {
  const value = record[key];
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/**
 * For the words that say what an item is (a status, an event), which end up in indexes as ids do.
 * @throws UnreadableItemError when there is none, or one too long
 */
export function requireWord(record: JsonRecord, key: string): string {
  const text = readText(record, key);
  if (text === undefined) throw new UnreadableItemError(`${key} is missing`);
  if (text.length > MAX_ID_LENGTH) throw new UnreadableItemError(`${key} is too long`);
  return text;
}

/**
 * Meta documents ids as strings and sends numbers as well.
 * @throws UnreadableItemError when it is something else than an id, or too long to be indexed
 */
export function readId(record: JsonRecord, key: string): string | undefined {
  const value = record[key];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  if (typeof value !== 'string') throw new UnreadableItemError(`${key} is not an id`);
  if (value.length > MAX_ID_LENGTH) throw new UnreadableItemError(`${key} is too long`);
  return value;
}

/** @throws UnreadableItemError when there is none, or as `readId` does */
export function requireId(record: JsonRecord, key: string): string {
  const id = readId(record, key);
  if (id === undefined) throw new UnreadableItemError(`${key} is missing`);
  return id;
}

/** Older payloads write numbers as strings. */
export function readNumber(record: JsonRecord, key: string): number | undefined {
  return toNumber(record[key]);
}

export function readBoolean(record: JsonRecord, key: string): boolean | undefined {
  const value = record[key];
  if (value === true || value === 'true' || value === 1) return true;
  if (value === false || value === 'false' || value === 0) return false;
  return undefined;
}

// Seconds up to here end with the year 9999, milliseconds from here on begin in 1978, long before Meta.
const LAST_SECONDS = 253_402_300_799;
// Date.parse alone finds a date in the likes of `order 7`.
const ISO_8601 = /^\d{4}-\d{2}-\d{2}T/;
const END_OF_YEAR_9999 = Date.UTC(10_000, 0, 1) - 1;

/**
 * Meta's times are Unix seconds or milliseconds, as number or string, or ISO 8601 in test payloads.
 * @returns undefined for what is no time between 1970 and 9999, which PostgreSQL and JavaScript both hold
 */
export function readInstant(record: JsonRecord, key: string): Date | undefined {
  const value = record[key];
  const count = toNumber(value);
  let ms = NaN;
  if (count !== undefined) ms = Math.round(count <= LAST_SECONDS ? count * 1000 : count);
  else if (typeof value === 'string' && ISO_8601.test(value)) ms = Date.parse(value);
  return ms > 0 && ms <= END_OF_YEAR_9999 ? new Date(ms) : undefined;
}

type KeysWithUndefined<T> = { [K in keyof T]-?: undefined extends T[K] ? K : never }[keyof T];
type Present<T> = Omit<T, KeysWithUndefined<T>> & { [K in KeysWithUndefined<T>]?: Exclude<T[K], undefined> };

/** Drops the keys whose value is undefined, so that what Meta did not send is absent from the event, too. */
export function present<T extends object>(record: T): Present<T> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as Present<T>;
}

/** As `present`, or undefined when nothing is left. */
export function presentOrNothing<T extends object>(record: T): Present<T> | undefined {
  const rest = present(record);
  return Object.keys(rest).length > 0 ? rest : undefined;
}

function toNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

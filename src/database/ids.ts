import { randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** Ids of our own rows: UUIDv7, so that they sort by the time of their making. Branded where two could be mixed up. */
export type AccountId = Branded<'AccountId'>;
export type UserId = Branded<'UserId'>;
export type AssetId = Branded<'AssetId'>;
export type ContactId = Branded<'ContactId'>;
export type ContactMergeId = Branded<'ContactMergeId'>;
export type ContactErasureId = Branded<'ContactErasureId'>;
export type ConversationId = Branded<'ConversationId'>;
export type MessageId = Branded<'MessageId'>;
export type CommentId = Branded<'CommentId'>;
export type CommentActionId = Branded<'CommentActionId'>;
export type LabelId = Branded<'LabelId'>;
export type NoteId = Branded<'NoteId'>;
export type DeliveryId = Branded<'DeliveryId'>;
export type CampaignId = Branded<'CampaignId'>;
export type InstagramPublicationId = Branded<'InstagramPublicationId'>;

/** Random bytes for many ids at once: asking the system for each id's own costs more than the rest of making it. */
const randomPool = new Uint8Array(16 * 1_024);
let usedRandom = randomPool.length;
let lastMs = 0;
let sequence = 0;

/** A new UUIDv7. Those of one process sort in the order of their making, also within a millisecond. */
export function newId<Id extends string = string>(): Id {
  if (usedRandom === randomPool.length) {
    randomFillSync(randomPool);
    usedRandom = 0;
  }
  const random = randomPool.subarray(usedRandom, (usedRandom += 16));
  const now = Date.now();
  if (now > lastMs) {
    lastMs = now;
    // Half of the range is left to count up in.
    sequence = (((random[6] ?? 0) & 0x7f) << 24) | ((random[7] ?? 0) << 16) | ((random[8] ?? 0) << 8);
  } else sequence += 1;
  return v7({ random, msecs: lastMs, seq: sequence }) as Id;
}

/**
 * The smallest UUIDv7 of an instant: the bound between two partitions, since partitioned tables are cut by id.
 * Layout: RFC 9562, 48 bits of Unix milliseconds first.
 */
export function firstIdAt(instant: Date): string {
  // Dates go from before 1970 to beyond what 48 bits hold.
  const ms = Math.min(Math.max(instant.getTime(), 0), 2 ** 48 - 1);
  const hex = ms.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}

/** When a row was made, to the millisecond, from its UUIDv7. */
export function createdAtOf(id: string): Date {
  return new Date(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16));
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function isUuid(text: string): boolean {
  return UUID.test(text);
}

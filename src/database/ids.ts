import { v7 } from 'uuid';

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** Ids of our own rows: UUIDv7, so that they sort by the time of their making. Branded where two could be mixed up. */
export type AccountId = Branded<'AccountId'>;
export type UserId = Branded<'UserId'>;
export type AssetId = Branded<'AssetId'>;
export type ContactId = Branded<'ContactId'>;
export type ConversationId = Branded<'ConversationId'>;
export type MessageId = Branded<'MessageId'>;
export type DeliveryId = Branded<'DeliveryId'>;

/** A new UUIDv7. */
export function newId<Id extends string = string>(): Id {
  return v7() as Id;
}

/**
 * The smallest UUIDv7 of an instant: the bound between two partitions, since partitioned tables are cut by id.
 * Layout: RFC 9562, 48 bits of Unix milliseconds first.
 */
export function firstIdAt(instant: Date): string {
  const hex = instant.getTime().toString(16).padStart(12, '0');
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

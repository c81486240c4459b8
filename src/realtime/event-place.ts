import { WHOLE_BATCH } from '../domain-events/outbox-cursors.repository';

/** A place in the order in which events are told: after everything up to this event of this batch. */
export interface EventPlace {
  position: bigint;
  eventId: string;
}

const LENGTH = 24;
const MOST_POSITION = 2n ** 63n - 1n;
const UUID_PARTS = /^(.{8})(.{4})(.{4})(.{4})(.{12})$/;

/** After all of a batch. */
export function endOf(position: bigint): EventPlace {
  return { position, eventId: WHOLE_BATCH };
}

/** Below, above or equal to zero. */
export function comparePlaces(a: EventPlace, b: EventPlace): number {
  if (a.position !== b.position) return a.position < b.position ? -1 : 1;
  // Both are lower case, as PostgreSQL writes them.
  return a.eventId < b.eventId ? -1 : Number(a.eventId > b.eventId);
}

/** What clients keep to go on from there: 32 characters that mean nothing to them. */
export function encodePlace({ position, eventId }: EventPlace): string {
  const bytes = Buffer.alloc(LENGTH);
  bytes.writeBigInt64BE(position);
  bytes.write(eventId.replaceAll('-', ''), 8, 'hex');
  return bytes.toString('base64url');
}

/** @returns null for what is none */
export function decodePlace(text: string): EventPlace | null {
  if (!/^[A-Za-z0-9_-]{32}$/.test(text)) return null;
  const bytes = Buffer.from(text, 'base64url');
  const position = bytes.readBigInt64BE();
  if (position < 0n || position > MOST_POSITION) return null;
  return { position, eventId: bytes.toString('hex', 8).replace(UUID_PARTS, '$1-$2-$3-$4-$5') };
}

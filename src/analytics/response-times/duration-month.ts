import type { ConversationPlatform } from '../../conversations/conversation-types';
import type { AssetId } from '../../database/ids';

/** Whose a duration is: of one agent on one channel. */
export interface DurationOwner {
  platform: ConversationPlatform;
  assetId: AssetId;
  /** Empty: of nobody. */
  agent: string;
}

/** All durations of an account and a month of UTC, a row at the same index of each column, in the order of their time. */
export interface DurationMonth {
  /** In seconds since 1970. */
  startsAt: number;
  /** The second of the month in which it was answered or closed. */
  at: Uint32Array;
  seconds: Int32Array;
  /** 1: the first answer of its case. */
  isFirst: Uint8Array;
  /** An index of `owners`. */
  owner: Uint16Array | Uint32Array;
  owners: readonly DurationOwner[];
}

/**
 * Durations as the database hands them over: 8 bytes each, of which the first four are the second of the month and the last
 * four the duration, doubled, and 1 more for the first answer of a case.
 */
export type PackedDurations = Buffer;

export interface PackedOwner extends DurationOwner {
  packed: PackedDurations;
}

/**
 * @param at when it was, and
 * @param since the beginning of its month, both as SQL takes them. Parts of seconds go: questions begin and end with whole ones
 */
export const packedAsSql = (at: string, since: string, seconds: string, isFirst: string): string =>
  `string_agg(int8send((floor(date_part('epoch', ${at}) - date_part('epoch', ${since}))::bigint << 32)
                       + (${seconds}::bigint << 1) + (${isFirst})::integer), '')`;

const BYTES = 8;
/** More than there are rows. A second of a month and an index of a row are one number below 2^53. */
const ROWS = 2 ** 31;
const MOST_SHORT = 2 ** 16;
/** About what two ids and their object take. */
const OWNER_BYTES = 256;

export function monthOf(startsAt: number, packed: readonly PackedOwner[]): DurationMonth {
  const count = packed.reduce((sum, own) => sum + own.packed.length, 0) / BYTES;
  const order = new Float64Array(count);
  const durations = new Uint32Array(count);
  const ownerOf = columnFor(packed.length, count);
  let next = 0;
  packed.forEach((own, index) => {
    for (let offset = 0; offset < own.packed.length; offset += BYTES) {
      order[next] = own.packed.readUInt32BE(offset) * ROWS + next;
      durations[next] = own.packed.readUInt32BE(offset + BYTES / 2);
      ownerOf[next++] = index;
    }
  });
  order.sort();
  const month: DurationMonth = {
    startsAt,
    at: new Uint32Array(count),
    seconds: new Int32Array(count),
    isFirst: new Uint8Array(count),
    owner: columnFor(packed.length, count),
    owners: packed.map(({ platform, assetId, agent }) => ({ platform, assetId, agent })),
  };
  for (let row = 0; row < count; row++) {
    const place = order[row] ?? 0;
    const at = Math.floor(place / ROWS);
    const from = place - at * ROWS;
    const duration = durations[from] ?? 0;
    month.at[row] = at;
    month.seconds[row] = duration >>> 1;
    month.isFirst[row] = duration & 1;
    month.owner[row] = ownerOf[from] ?? 0;
  }
  return month;
}

const columnFor = (owners: number, rows: number): Uint16Array | Uint32Array =>
  owners <= MOST_SHORT ? new Uint16Array(rows) : new Uint32Array(rows);

export function bytesOf({ at, seconds, isFirst, owner, owners }: DurationMonth): number {
  return (
    at.byteLength + seconds.byteLength + isFirst.byteLength + owner.byteLength + owners.length * OWNER_BYTES
  );
}

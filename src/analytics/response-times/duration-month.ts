import type { ConversationPlatform } from '../../conversations/conversation-types';
import type { AssetId } from '../../database/ids';
import { type NameColumn, bytesOfColumn, columnFor, indexIn } from '../memory/name-column';

/** All durations of an account and a month of UTC, a row at the same index of each column, in the order of their time. */
export interface DurationMonth {
  /** In seconds since 1970. */
  startsAt: number;
  /** The second of the month in which it was answered or closed. */
  at: Uint32Array;
  seconds: Int32Array;
  /** 1: the first answer of its case. */
  isFirst: Uint8Array;
  platform: NameColumn<ConversationPlatform>;
  channel: NameColumn<AssetId>;
  /** Empty: of nobody. */
  agent: NameColumn;
}

/**
 * Durations as the database hands them over, of one agent on one platform. A row for each agent and channel would be slower:
 * PostgreSQL sorts where it expects many groups.
 */
export interface PackedDurations {
  platform: ConversationPlatform;
  agent: string;
  /**
   * 8 bytes each: the first four are the second of the month, the last four the duration, doubled, and 1 more for the first
   * answer of a case.
   */
  durations: Buffer;
  /** The id of the channel of each, in the same order, 16 bytes. */
  channels: Buffer;
}

/** As SQL takes them: when it was, the beginning of its month, and so on. Parts of seconds go: questions begin and end with whole ones. */
export const packedAsSql = (of: { at: string; since: string; seconds: string; isFirst: string }): string =>
  `string_agg(int8send((floor(date_part('epoch', ${of.at}) - date_part('epoch', ${of.since}))::bigint << 32)
                       + (${of.seconds}::bigint << 1) + (${of.isFirst})::integer), '') AS durations,
   string_agg(uuid_send(asset_id), '') AS channels`;

const DURATION_BYTES = 8;
const ID_BYTES = 16;
/** More than there are rows. A second of a month and an index of a row are one number below 2^53. */
const ROWS = 2 ** 31;

export function monthOf(startsAt: number, packed: readonly PackedDurations[]): DurationMonth {
  const count = packed.reduce((sum, own) => sum + own.durations.length, 0) / DURATION_BYTES;
  const order = new Float64Array(count);
  const unordered = {
    durations: new Uint32Array(count),
    part: new Uint32Array(count),
    channel: new Uint32Array(count),
  };
  const channels = new Map<string, number>();
  let next = 0;
  packed.forEach((own, part) => {
    for (let row = 0; row < own.durations.length / DURATION_BYTES; row++, next++) {
      order[next] = own.durations.readUInt32BE(row * DURATION_BYTES) * ROWS + next;
      unordered.durations[next] = own.durations.readUInt32BE(row * DURATION_BYTES + DURATION_BYTES / 2);
      unordered.part[next] = part;
      unordered.channel[next] = indexIn(
        channels,
        own.channels.toString('latin1', row * ID_BYTES, (row + 1) * ID_BYTES),
      );
    }
  });
  order.sort();
  const platforms = namesOf(packed.map(({ platform }) => platform));
  const agents = namesOf(packed.map(({ agent }) => agent));
  const month: DurationMonth = {
    startsAt,
    at: new Uint32Array(count),
    seconds: new Int32Array(count),
    isFirst: new Uint8Array(count),
    platform: columnFor(platforms.names, count),
    channel: columnFor([...channels.keys()].map(assetIdOf), count),
    agent: columnFor(agents.names, count),
  };
  for (let row = 0; row < count; row++) {
    const place = order[row] ?? 0;
    const at = Math.floor(place / ROWS);
    const from = place - at * ROWS;
    const duration = unordered.durations[from] ?? 0;
    const part = unordered.part[from] ?? 0;
    month.at[row] = at;
    month.seconds[row] = duration >>> 1;
    month.isFirst[row] = duration & 1;
    month.platform.index[row] = platforms.indexes[part] ?? 0;
    month.channel.index[row] = unordered.channel[from] ?? 0;
    month.agent.index[row] = agents.indexes[part] ?? 0;
  }
  return month;
}

/** Each name once, and where the name of each part is among them. */
function namesOf<Name extends string>(parts: readonly Name[]): { names: Name[]; indexes: number[] } {
  const known = new Map<Name, number>();
  const indexes = parts.map((name) => indexIn(known, name));
  return { names: [...known.keys()], indexes };
}

function assetIdOf(bytes: string): AssetId {
  const digits = Buffer.from(bytes, 'latin1').toString('hex');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-') as AssetId;
}

export function bytesOf({ at, seconds, isFirst, platform, channel, agent }: DurationMonth): number {
  const named = [platform, channel, agent].reduce((sum, column) => sum + bytesOfColumn(column), 0);
  return at.byteLength + seconds.byteLength + isFirst.byteLength + named;
}

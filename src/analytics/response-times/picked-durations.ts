import type { ConversationPlatform } from '../../conversations/conversation-types';
import type { AssetId } from '../../database/ids';
import type { DurationGroup } from './duration-figures';
import { type NameColumn, indexIn } from '../memory/name-column';
import type { DurationMonth } from './duration-month';

export interface WantedDurations {
  platforms: readonly ConversationPlatform[];
  /** null: of all channels. */
  assetIds: readonly AssetId[] | null;
}

/** Durations in parts, one part after the other, in no order within a part. */
export interface DurationParts {
  values: Int32Array;
  /** Where each part begins, and where the last one ends. */
  starts: Uint32Array;
}

/** All that was asked for, and of these the first answers of cases. */
export interface PickedDurations {
  all: DurationParts;
  firsts: DurationParts;
}

/** Rows of a month that lie in a range. */
interface Stretch {
  month: DurationMonth;
  first: number;
  end: number;
}

/**
 * A part for each of the times between rising bounds.
 * @param months in the order of time
 * @param bounds in seconds since 1970
 */
export function pickedByTime(
  months: readonly DurationMonth[],
  bounds: readonly number[],
  wanted: WantedDurations,
): PickedDurations {
  const stretches = stretchesOf(months, bounds[0] ?? 0, bounds.at(-1) ?? 0);
  const all = emptyParts(stretches, bounds.length - 1);
  const firsts = emptyParts(stretches, bounds.length - 1);
  let [part, count, firstCount] = [0, 0, 0];
  for (const { month, first, end } of stretches) {
    const { startsAt, at, seconds, isFirst, platform, channel } = month;
    const ofPlatform = wantedIn(platform, wanted.platforms);
    const ofChannel = wantedIn(channel, wanted.assetIds);
    const isAll = !ofPlatform.includes(0) && !ofChannel.includes(0);
    for (let row = first; row < end;) {
      while (startsAt + (at[row] ?? 0) >= (bounds[part + 1] ?? Infinity)) {
        part++;
        all.starts[part] = count;
        firsts.starts[part] = firstCount;
      }
      const partEnd = Math.min(end, firstAtLeast(at, (bounds[part + 1] ?? Infinity) - startsAt));
      if (isAll) {
        all.values.set(seconds.subarray(row, partEnd), count);
        count += partEnd - row;
        for (; row < partEnd; row++) if (isFirst[row] === 1) firsts.values[firstCount++] = seconds[row] ?? 0;
        continue;
      }
      for (; row < partEnd; row++) {
        if (ofPlatform[platform.index[row] ?? 0] === 0 || ofChannel[channel.index[row] ?? 0] === 0) continue;
        const value = seconds[row] ?? 0;
        all.values[count++] = value;
        if (isFirst[row] === 1) firsts.values[firstCount++] = value;
      }
    }
  }
  all.starts.fill(count, part + 1);
  firsts.starts.fill(firstCount, part + 1);
  return { all: cutTo(all, count), firsts: cutTo(firsts, firstCount) };
}

/** Of each name all that was asked for, and of these the first answers of cases; in no order. */
export interface NamedDurations {
  names: string[];
  all: Int32Array[];
  firsts: Int32Array[];
}

/**
 * By name. Nobody's are left out.
 * @param from and
 * @param until in seconds since 1970
 */
export function pickedByName(
  months: readonly DurationMonth[],
  { from, until }: { from: number; until: number },
  wanted: WantedDurations,
  group: DurationGroup,
): NamedDurations {
  const partOf = new Map<string, number>();
  const stretches = stretchesOf(months, from, until).map((stretch) => ({
    ...stretch,
    parts: Int32Array.from(stretch.month[group].names, (name) =>
      name === '' ? NOT_ASKED_FOR : indexIn(partOf, name),
    ),
  }));
  // At most so many each may have. All loops are by index: a call for each of hundreds of thousands takes several times as long.
  const most = new Uint32Array(partOf.size);
  for (const { month, first, end, parts } of stretches) {
    const { index } = month[group];
    for (let row = first; row < end; row++) {
      const part = parts[index[row] ?? 0] ?? NOT_ASKED_FOR;
      if (part !== NOT_ASKED_FOR) most[part] = (most[part] ?? 0) + 1;
    }
  }
  const starts = new Uint32Array(partOf.size + 1);
  most.forEach((count, part) => (starts[part + 1] = (starts[part] ?? 0) + count));
  const values = new Int32Array(starts[partOf.size] ?? 0);
  const firstValues = new Int32Array(values.length);
  const ends = starts.slice();
  const firstEnds = starts.slice();
  for (const { month, first, end, parts } of stretches) {
    const { seconds, isFirst, platform, channel } = month;
    const { index } = month[group];
    const ofPlatform = wantedIn(platform, wanted.platforms);
    const ofChannel = wantedIn(channel, wanted.assetIds);
    const isAll = !ofPlatform.includes(0) && !ofChannel.includes(0);
    for (let row = first; row < end; row++) {
      const part = parts[index[row] ?? 0] ?? NOT_ASKED_FOR;
      if (part === NOT_ASKED_FOR) continue;
      if (!isAll && (ofPlatform[platform.index[row] ?? 0] === 0 || ofChannel[channel.index[row] ?? 0] === 0))
        continue;
      const value = seconds[row] ?? 0;
      const place = ends[part] ?? 0;
      values[place] = value;
      ends[part] = place + 1;
      if (isFirst[row] !== 1) continue;
      const firstPlace = firstEnds[part] ?? 0;
      firstValues[firstPlace] = value;
      firstEnds[part] = firstPlace + 1;
    }
  }
  const names = [...partOf.keys()];
  return {
    names,
    all: names.map((_, part) => values.subarray(starts[part], ends[part])),
    firsts: names.map((_, part) => firstValues.subarray(starts[part], firstEnds[part])),
  };
}

const NOT_ASKED_FOR = -1;

/** 1 for each name that is asked for. */
function wantedIn<Name extends string>(
  { names }: NameColumn<Name>,
  wanted: readonly Name[] | null,
): Uint8Array {
  const asked = wanted === null ? null : new Set(wanted);
  return Uint8Array.from(names, (name) => (asked === null || asked.has(name) ? 1 : 0));
}

function stretchesOf(months: readonly DurationMonth[], from: number, until: number): Stretch[] {
  return months
    .map((month) => ({
      month,
      first: firstAtLeast(month.at, from - month.startsAt),
      end: firstAtLeast(month.at, until - month.startsAt),
    }))
    .filter(({ first, end }) => first < end);
}

function emptyParts(stretches: readonly Stretch[], parts: number): DurationParts {
  const rows = stretches.reduce((sum, { first, end }) => sum + end - first, 0);
  return { values: new Int32Array(rows), starts: new Uint32Array(parts + 1) };
}

const cutTo = ({ values, starts }: DurationParts, count: number): DurationParts => ({
  values: values.subarray(0, count),
  starts,
});

/** The index of the first of rising values that is not below this one. */
function firstAtLeast(rising: Uint32Array, value: number): number {
  let [low, high] = [0, rising.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rising[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

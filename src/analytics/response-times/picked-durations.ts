import type { ConversationPlatform } from '../../conversations/conversation-types';
import type { AssetId } from '../../database/ids';
import type { DurationGroup } from './duration-figures';
import type { NameColumn } from '../memory/name-column';
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
    const isAll = ofPlatform.every((one) => one === 1) && ofChannel.every((one) => one === 1);
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

/**
 * A part for each name. Nobody's are left out.
 * @param from and
 * @param until in seconds since 1970
 */
export function pickedByName(
  months: readonly DurationMonth[],
  { from, until }: { from: number; until: number },
  wanted: WantedDurations,
  group: DurationGroup,
): PickedDurations & { names: string[] } {
  const partOf = new Map<string, number>();
  const stretches = stretchesOf(months, from, until).map(({ month, first, end }) => {
    const own = Int32Array.from(month[group].names, (name) => {
      if (name === '') return NOT_ASKED_FOR;
      const part = partOf.get(name) ?? partOf.size;
      partOf.set(name, part);
      return part;
    });
    return { month, first, end, parts: partsOf(month, first, end, wanted, month[group].index, own) };
  });
  const all = emptyParts(stretches, partOf.size);
  const firsts = emptyParts(stretches, partOf.size);
  // How many each part has is counted at the place of the part after it, which begins behind them. All loops are by index:
  // a call for each of hundreds of thousands takes several times as long.
  for (const { month, first, parts } of stretches)
    for (let index = 0; index < parts.length; index++) {
      const after = (parts[index] ?? NOT_ASKED_FOR) + 1;
      if (after === 0) continue;
      all.starts[after] = (all.starts[after] ?? 0) + 1;
      if (month.isFirst[first + index] === 1) firsts.starts[after] = (firsts.starts[after] ?? 0) + 1;
    }
  for (const { starts } of [all, firsts])
    for (let part = 1; part < starts.length; part++)
      starts[part] = (starts[part] ?? 0) + (starts[part - 1] ?? 0);
  const next = all.starts.slice();
  const nextFirst = firsts.starts.slice();
  for (const { month, first, parts } of stretches)
    for (let index = 0; index < parts.length; index++) {
      const part = parts[index] ?? NOT_ASKED_FOR;
      if (part === NOT_ASKED_FOR) continue;
      const value = month.seconds[first + index] ?? 0;
      const place = next[part] ?? 0;
      all.values[place] = value;
      next[part] = place + 1;
      if (month.isFirst[first + index] !== 1) continue;
      const firstPlace = nextFirst[part] ?? 0;
      firsts.values[firstPlace] = value;
      nextFirst[part] = firstPlace + 1;
    }
  return {
    names: [...partOf.keys()],
    all: cutTo(all, all.starts.at(-1) ?? 0),
    firsts: cutTo(firsts, firsts.starts.at(-1) ?? 0),
  };
}

const NOT_ASKED_FOR = -1;

/** To which part each row of a stretch belongs. */
function partsOf(
  { platform, channel }: DurationMonth,
  first: number,
  end: number,
  wanted: WantedDurations,
  index: NameColumn['index'],
  partOfName: Int32Array,
): Int32Array {
  const ofPlatform = wantedIn(platform, wanted.platforms);
  const ofChannel = wantedIn(channel, wanted.assetIds);
  const parts = new Int32Array(end - first).fill(NOT_ASKED_FOR);
  for (let row = first; row < end; row++)
    if (ofPlatform[platform.index[row] ?? 0] === 1 && ofChannel[channel.index[row] ?? 0] === 1)
      parts[row - first] = partOfName[index[row] ?? 0] ?? NOT_ASKED_FOR;
  return parts;
}

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

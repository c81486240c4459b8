import { DISTRIBUTION_ENDS, type DurationFigures, NO_DURATIONS } from './duration-figures';

/**
 * Durations as the database hands them over: whole seconds as big-endian integers of 32 bits, one after the other. Those of the
 * first kind, which are of the second, too, are told by their sign: -1 is 0 seconds, -2 is 1.
 */
export type PackedDurations = Buffer;

export const packedAsSql = (seconds: string, isFirst: string | null): string =>
  `string_agg(int4send(${isFirst === null ? seconds : `CASE WHEN ${isFirst} THEN -1 - ${seconds} ELSE ${seconds} END`}), '')`;

const BYTES = 4;

/** In ascending order. */
export interface UnpackedDurations {
  all: Int32Array;
  firsts: Int32Array;
}

export function unpacked(parts: readonly PackedDurations[]): UnpackedDurations {
  const length = parts.reduce((sum, part) => sum + part.length, 0) / BYTES;
  const all = new Int32Array(length);
  const firsts = new Int32Array(length);
  let [next, nextFirst] = [0, 0];
  for (const part of parts)
    for (let offset = 0; offset < part.length; offset += BYTES) {
      const value = part.readInt32BE(offset);
      if (value < 0) firsts[nextFirst++] = -1 - value;
      all[next++] = value < 0 ? -1 - value : value;
    }
  return { all: all.sort(), firsts: firsts.slice(0, nextFirst).sort() };
}

/** @param sorted ascending */
export function figuresOfSorted(sorted: Int32Array): DurationFigures {
  const count = sorted.length;
  if (count === 0) return NO_DURATIONS;
  let sum = 0;
  for (const seconds of sorted) sum += seconds;
  return {
    count,
    meanSeconds: sum / count,
    medianSeconds: nearestRank(sorted, 0.5),
    p90Seconds: nearestRank(sorted, 0.9),
  };
}

/** As `percentile_disc` has it: the first value that at least this share of all does not exceed. */
function nearestRank(sorted: Int32Array, part: number): number | null {
  return sorted[Math.max(1, Math.ceil(part * sorted.length)) - 1] ?? null;
}

/** How many take less than each end of the distribution, and after these how many there are in all. */
export function belowEnds(sorted: Int32Array): number[] {
  return [...DISTRIBUTION_ENDS.map((end) => firstAtLeast(sorted, end)), sorted.length];
}

function firstAtLeast(sorted: Int32Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

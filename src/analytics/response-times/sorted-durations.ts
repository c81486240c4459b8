import { DISTRIBUTION_ENDS, type DurationFigures, NO_DURATIONS } from './duration-figures';

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

/** The index of the first of rising values that is not below this one. */
export function firstAtLeast(sorted: Int32Array | Uint32Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

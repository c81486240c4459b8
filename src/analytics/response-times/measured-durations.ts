import { DISTRIBUTION_ENDS, type DurationFigures, NO_DURATIONS } from './duration-figures';
import { nearestRanks } from './nearest-rank';

/** @param values in any order; afterwards in another */
export function figuresOf(values: Int32Array): DurationFigures {
  const count = values.length;
  if (count === 0) return NO_DURATIONS;
  let sum = 0;
  for (const seconds of values) sum += seconds;
  const [medianSeconds, p90Seconds] = nearestRanks(values, [0.5, 0.9] as const);
  return { count, meanSeconds: sum / count, medianSeconds, p90Seconds };
}

const LAST_STEP = DISTRIBUTION_ENDS.length;

/** How many take less than each end of the distribution, and after these how many there are in all. */
export function belowEnds(values: Int32Array): number[] {
  const steps = new Float64Array(LAST_STEP + 1);
  for (const seconds of values) {
    let step = 0;
    while (step < LAST_STEP && seconds >= (DISTRIBUTION_ENDS[step] ?? 0)) step++;
    steps[step] = (steps[step] ?? 0) + 1;
  }
  let below = 0;
  return Array.from(steps, (count) => (below += count));
}

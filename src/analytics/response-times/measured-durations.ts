import { CountedValues } from './counted-values';
import { DISTRIBUTION_ENDS, type DurationFigures, NO_DURATIONS } from './duration-figures';
import { nearestRanks, placesOf } from './nearest-rank';

const SHARES = [0.5, 0.9] as const;
/** So many that counting them by size is faster than exchanging them; and so many that it pays to tell sizes apart finely. */
const MANY = 384;
const VERY_MANY = 32_768;

/** Figures of some durations, and how many take less than each end of the distribution, and after these how many there are in all. */
export interface MeasuredDurations {
  figures: DurationFigures;
  below: number[];
}

/** @param values in any order; afterwards in another */
export function figuresOf(values: Int32Array): DurationFigures {
  const count = values.length;
  if (count === 0) return NO_DURATIONS;
  const [medianSeconds = 0, p90Seconds = 0] =
    count < MANY ? nearestRanks(values, SHARES) : countedOf(values).at(placesOf(count, SHARES));
  return { count, meanSeconds: sumOf(values) / count, medianSeconds, p90Seconds };
}

/** The same with their distribution. */
export function measured(values: Int32Array): MeasuredDurations {
  const count = values.length;
  if (count === 0) return { figures: NO_DURATIONS, below: [...DISTRIBUTION_ENDS.map(() => 0), 0] };
  const counted = countedOf(values);
  const [medianSeconds = 0, p90Seconds = 0] = counted.at(placesOf(count, SHARES));
  return {
    figures: { count, meanSeconds: sumOf(values) / count, medianSeconds, p90Seconds },
    below: [...DISTRIBUTION_ENDS.map((end) => counted.below(end)), count],
  };
}

const countedOf = (values: Int32Array): CountedValues =>
  new CountedValues(values, values.length < VERY_MANY ? 6 : 9);

function sumOf(values: Int32Array): number {
  let sum = 0;
  // By index: the iterator takes seven times as long.
  for (let index = 0, end = values.length; index < end; index++) sum += values[index] ?? 0;
  return sum;
}

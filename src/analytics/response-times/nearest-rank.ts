/** So few that sorting them is as fast as anything. */
const FEW = 256;
/** Values that take more rounds than this are sorted: no order of them makes the search slow. */
const MOST_ROUNDS = 64;

/**
 * As `percentile_disc` has it: of each share the first value that at least so many of all do not exceed. Nothing is sorted
 * where there are many: finding a place takes a fourth of the time of putting all in order.
 * @param values in any order, at least one; afterwards in another
 * @param shares rising
 */
export function nearestRanks<Shares extends readonly number[]>(
  values: Int32Array,
  shares: Shares,
): { [Index in keyof Shares]: number } {
  let first = 0;
  return placesOf(values.length, shares).map((place) => {
    select(values, first, place);
    // What comes before it is not larger, so that the next ones are behind it.
    first = place;
    return values[place] ?? 0;
  }) as { [Index in keyof Shares]: number };
}

/** Where the nearest ranks of shares stand among so many in order. */
export const placesOf = (count: number, shares: readonly number[]): number[] =>
  shares.map((share) => Math.max(1, Math.ceil(share * count)) - 1);

/** Exchanges values until one is where it would be if all were in order. What stands before `first` is not larger than the rest. */
export function select(values: Int32Array, first: number, place: number): void {
  let last = values.length - 1;
  for (let round = 0; last > first; round++) {
    if (last - first < FEW || round === MOST_ROUNDS) {
      values.subarray(first, last + 1).sort();
      return;
    }
    const pivot = middleOf(values[first] ?? 0, values[(first + last) >>> 1] ?? 0, values[last] ?? 0);
    let low = first;
    let high = last;
    while (low <= high) {
      while ((values[low] ?? 0) < pivot) low++;
      while ((values[high] ?? 0) > pivot) high--;
      if (low > high) break;
      const lower = values[high] ?? 0;
      values[high] = values[low] ?? 0;
      values[low] = lower;
      low++;
      high--;
    }
    if (place <= high) last = high;
    else if (place >= low) first = low;
    else return;
  }
}

function middleOf(one: number, other: number, third: number): number {
  return Math.max(Math.min(one, other), Math.min(Math.max(one, other), third));
}

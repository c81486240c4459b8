import { select } from './nearest-rank';

/** Values below this have a size each; above, those do that are the same in their highest nine bits. */
const EXACT = 512;
const HALF = EXACT / 2;
const SIZES = 22 * HALF + EXACT;

/** Rises with the value. @param value 0 to 2^31 - 1 */
function sizeOf(value: number): number {
  if (value < EXACT) return value;
  const shift = 23 - Math.clz32(value);
  return shift * HALF + (value >>> shift);
}

/** The smallest value of a size. */
function leastOf(size: number): number {
  if (size < EXACT) return size;
  const shift = Math.floor(size / HALF) - 1;
  return (size - shift * HALF) * 2 ** shift;
}

/**
 * Many values, counted by size: what stands at a place when all are in order is looked for among those of one size only.
 * Loops are by index, as going over a typed array by its iterator takes seven times as long.
 */
export class CountedValues {
  private readonly counts = new Uint32Array(SIZES);

  /** @param values none below 0; they stay as they are */
  constructor(private readonly values: Int32Array) {
    for (let index = 0, end = values.length; index < end; index++) {
      const size = sizeOf(values[index] ?? 0);
      this.counts[size] = (this.counts[size] ?? 0) + 1;
    }
  }

  /** What stands at rising places. */
  at(places: readonly number[]): number[] {
    let [size, before] = [0, 0];
    return places.map((place) => {
      while (before + (this.counts[size] ?? 0) <= place) before += this.counts[size++] ?? 0;
      const alike = this.ofSize(size);
      select(alike, 0, place - before);
      return alike[place - before] ?? 0;
    });
  }

  /** How many are less than an end. */
  below(end: number): number {
    const size = sizeOf(end);
    let count = 0;
    for (let smaller = 0; smaller < size; smaller++) count += this.counts[smaller] ?? 0;
    if (leastOf(size) === end) return count;
    return this.ofSize(size).reduce((sum, value) => sum + (value < end ? 1 : 0), count);
  }

  private ofSize(size: number): Int32Array {
    const { values, counts } = this;
    const alike = new Int32Array(counts[size] ?? 0);
    const [least, end] = [leastOf(size), leastOf(size + 1)];
    let count = 0;
    for (let index = 0; index < values.length && count < alike.length; index++) {
      const value = values[index] ?? 0;
      if (value >= least && value < end) alike[count++] = value;
    }
    return alike;
  }
}

import { select } from './nearest-rank';

/** How finely values are told apart: those below have a size each, above those do that are the same in so many of their highest bits. */
export type SizeBits = 6 | 9;

/** Rises with the value. @param value 0 to 2^31 - 1 */
function sizeOf(value: number, bits: SizeBits): number {
  if (value < 1 << bits) return value;
  const shift = 32 - bits - Math.clz32(value);
  return (shift << (bits - 1)) + (value >>> shift);
}

/** The smallest value of a size. */
function leastOf(size: number, bits: SizeBits): number {
  if (size < 1 << bits) return size;
  const shift = (size >> (bits - 1)) - 1;
  return (size - (shift << (bits - 1))) * 2 ** shift;
}

/** Sizes that there are, of values up to 2^31 - 1. */
const sizesOf = (bits: SizeBits): number => sizeOf(2 ** 31 - 1, bits) + 1;

/**
 * Many values, counted by size: what stands at a place when all are in order is looked for among those of one size only.
 * Loops are by index, as going over a typed array by its iterator takes seven times as long.
 */
export class CountedValues {
  private readonly counts: Uint32Array;

  /**
   * @param values none below 0; they stay as they are
   * @param bits few for hundreds of values, many for hundreds of thousands
   */
  constructor(
    private readonly values: Int32Array,
    private readonly bits: SizeBits,
  ) {
    const counts = new Uint32Array(sizesOf(bits));
    for (let index = 0, end = values.length; index < end; index++) {
      const size = sizeOf(values[index] ?? 0, bits);
      counts[size] = (counts[size] ?? 0) + 1;
    }
    this.counts = counts;
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
    const size = sizeOf(end, this.bits);
    let count = 0;
    for (let smaller = 0; smaller < size; smaller++) count += this.counts[smaller] ?? 0;
    if (leastOf(size, this.bits) === end) return count;
    return this.ofSize(size).reduce((sum, value) => sum + (value < end ? 1 : 0), count);
  }

  private ofSize(size: number): Int32Array {
    const { values, counts, bits } = this;
    const alike = new Int32Array(counts[size] ?? 0);
    const least = leastOf(size, bits);
    const width = leastOf(size + 1, bits) - least;
    let count = 0;
    for (let index = 0; index < values.length && count < alike.length; index++) {
      const value = values[index] ?? 0;
      // One comparison, nearly always false: of two, processors guess the first one wrong half of the time.
      if ((value - least) >>> 0 < width) alike[count++] = value;
    }
    return alike;
  }
}

import { createHash } from 'node:crypto';

/** Numbers that look random and are the same for the same seed, on every machine. */
export class Seeded {
  private state: number;

  constructor(seed: string) {
    this.state = createHash('sha256').update(seed).digest().readUInt32LE(0);
  }

  /** From 0, below 1. */
  next(): number {
    // mulberry32
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = this.state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** So many of them, or all where there are fewer, in the order of the list. */
  sample<Item>(items: readonly Item[], count: number): Item[] {
    if (count >= items.length) return [...items];
    const keys = items.map((_, index) => ({ index, key: this.next() }));
    return keys
      .sort((a, b) => a.key - b.key)
      .slice(0, count)
      .map(({ index }) => index)
      .sort((a, b) => a - b)
      .flatMap((index) => items.slice(index, index + 1));
  }
}

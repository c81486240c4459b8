/** Numbers in [0, 1) that are the same for the same seed (mulberry32). */
export class SeededRandom {
  private state = 0;
  private seed: number | undefined;

  /** A changed seed starts the row anew. */
  next(seed: number): number {
    if (seed !== this.seed) {
      this.seed = seed;
      this.state = seed >>> 0;
    }
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  reset(): void {
    this.seed = undefined;
  }
}

/** Random numbers that follow from a seed (mulberry32): a failing run can be repeated. */
export class SeededRandom {
  private state: number;

  constructor(readonly seed: number) {
    this.state = seed >>> 0;
  }

  /** From 0 up to 1, 1 excluded. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = this.state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** Both ends included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  pick<Item>(items: readonly Item[]): Item {
    const item = items[this.between(0, items.length - 1)];
    if (item === undefined) throw new Error('Nothing to pick from.');
    return item;
  }

  /** Removes one from the list. */
  take<Item>(items: Item[]): Item | undefined {
    return items.splice(this.between(0, items.length - 1), 1)[0];
  }

  /** Another source that follows from this one's seed and a name: who draws more leaves others undisturbed. */
  branch(name: string): SeededRandom {
    let hash = this.seed;
    for (const character of name) hash = (Math.imul(hash, 31) + (character.codePointAt(0) ?? 0)) >>> 0;
    return new SeededRandom(hash);
  }
}

export function seedOfRun(): number {
  const seed = Number(process.env.FAULTS_SEED);
  if (!Number.isInteger(seed)) throw new Error('FAULTS_SEED is not set: run npm run test:faults.');
  return seed;
}

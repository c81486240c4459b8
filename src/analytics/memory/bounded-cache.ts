/** Remembers what was asked for last, as far as it takes no more bytes than it may. */
export class BoundedCache<Value> {
  /** In the order in which they were asked for, the longest ago first. */
  private readonly values = new Map<string, Value>();
  private taken = 0;

  constructor(
    private readonly mostBytes: number,
    private readonly bytesOf: (value: Value) => number,
  ) {}

  get bytes(): number {
    return this.taken;
  }

  get(key: string): Value | undefined {
    const value = this.values.get(key);
    if (value === undefined) return undefined;
    this.values.delete(key);
    this.values.set(key, value);
    return value;
  }

  /** What is larger than all that may be remembered is not. */
  set(key: string, value: Value): void {
    this.forget(key);
    this.values.set(key, value);
    this.taken += this.bytesOf(value);
    for (const oldest of this.values.keys()) {
      if (this.taken <= this.mostBytes) return;
      this.forget(oldest);
    }
  }

  private forget(key: string): void {
    const value = this.values.get(key);
    if (value === undefined) return;
    this.values.delete(key);
    this.taken -= this.bytesOf(value);
  }
}

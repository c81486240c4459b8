/** A bucket that refills steadily; a full one allows a burst. */
class Bucket {
  private level: number;
  private updatedAt: number;

  constructor(
    private readonly capacity: number,
    now: number,
  ) {
    this.level = capacity;
    this.updatedAt = now;
  }

  take(now: number, refillMs: number): boolean {
    this.level = Math.min(this.capacity, this.level + (now - this.updatedAt) / refillMs);
    this.updatedAt = now;
    if (this.level < 1) return false;
    this.level--;
    return true;
  }
}

/** Token buckets by key; what a key may do at most is said with each try, since settings change under way. */
export class Buckets {
  private readonly buckets = new Map<string, Bucket>();

  take(key: string, capacity: number, refillMs: number, now: number): boolean {
    const name = `${key} ${capacity}`;
    let bucket = this.buckets.get(name);
    if (!bucket) {
      bucket = new Bucket(capacity, now);
      this.buckets.set(name, bucket);
    }
    return bucket.take(now, refillMs);
  }

  clear(): void {
    this.buckets.clear();
  }
}

const HOUR_MS = 3_600_000;

/** Calls in the running hour, for the percentages of the usage headers. */
export class HourlyCounter {
  private readonly counts = new Map<string, { startedAt: number; count: number }>();

  add(key: string, now: number): number {
    const current = this.counts.get(key);
    if (!current || now - current.startedAt >= HOUR_MS) {
      this.counts.set(key, { startedAt: now, count: 1 });
      return 1;
    }
    current.count++;
    return current.count;
  }

  count(key: string): number {
    return this.counts.get(key)?.count ?? 0;
  }

  /** Whole minutes until the hour of this key is over. */
  minutesLeft(key: string, now: number): number {
    const current = this.counts.get(key);
    return current ? Math.max(0, Math.ceil((current.startedAt + HOUR_MS - now) / 60_000)) : 0;
  }

  clear(): void {
    this.counts.clear();
  }
}

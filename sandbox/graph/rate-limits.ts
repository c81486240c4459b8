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

  /** Full again: nothing is lost if it is made anew. */
  isFull(now: number, refillMs: number): boolean {
    return this.level + (now - this.updatedAt) / refillMs >= this.capacity;
  }

  take(now: number, refillMs: number): boolean {
    this.level = Math.min(this.capacity, this.level + (now - this.updatedAt) / refillMs);
    this.updatedAt = now;
    if (this.level < 1) return false;
    this.level--;
    return true;
  }
}

const KEPT_BUCKETS = 50_000;

/** Token buckets by key; what a key may do at most is said with each try, since settings change under way. */
export class Buckets {
  private readonly buckets = new Map<string, Bucket>();
  private sweepAt = KEPT_BUCKETS;

  take(key: string, capacity: number, refillMs: number, now: number): boolean {
    const name = `${key} ${capacity}`;
    let bucket = this.buckets.get(name);
    if (!bucket) {
      bucket = new Bucket(capacity, now);
      this.buckets.set(name, bucket);
      if (this.buckets.size >= this.sweepAt) this.sweep(now, refillMs);
    }
    return bucket.take(now, refillMs);
  }

  /** One bucket for each person written to: those that are full again need not be remembered. */
  private sweep(now: number, refillMs: number): void {
    for (const [name, bucket] of this.buckets) if (bucket.isFull(now, refillMs)) this.buckets.delete(name);
    this.sweepAt = Math.max(KEPT_BUCKETS, this.buckets.size * 2);
  }

  clear(): void {
    this.buckets.clear();
  }
}

/** How often something happened in the time just passed, to the millisecond. */
export class SlidingWindow {
  private times: number[] = [];
  private start = 0;

  constructor(private readonly lengthMs: number) {}

  count(now: number): number {
    for (;;) {
      const first = this.times[this.start];
      if (first === undefined || now - first < this.lengthMs) break;
      this.start++;
    }
    if (this.start > 1024 && this.start * 2 > this.times.length) {
      this.times = this.times.slice(this.start);
      this.start = 0;
    }
    return this.times.length - this.start;
  }

  add(now: number): void {
    this.times.push(now);
  }
}

/** Different people in the time just passed. Who comes again stays counted from then on. */
export class UniqueWindow {
  /** In the order of the last time, so that forgetting takes only those that are over. */
  private readonly lastSeen = new Map<string, number>();

  constructor(private readonly lengthMs: number) {}

  has(id: string, now: number): boolean {
    this.forget(now);
    return this.lastSeen.has(id);
  }

  count(now: number): number {
    this.forget(now);
    return this.lastSeen.size;
  }

  add(id: string, now: number): void {
    this.lastSeen.delete(id);
    this.lastSeen.set(id, now);
  }

  private forget(now: number): void {
    for (const [id, at] of this.lastSeen) {
      if (now - at < this.lengthMs) return;
      this.lastSeen.delete(id);
    }
  }
}

const HOUR_MS = 3_600_000;

/** Calls in the running hour (or another length of time), for the percentages of the usage headers. */
export class HourlyCounter {
  private readonly counts = new Map<string, { startedAt: number; count: number }>();

  constructor(private readonly lengthMs = HOUR_MS) {}

  add(key: string, now: number): number {
    const current = this.counts.get(key);
    if (!current || now - current.startedAt >= this.lengthMs) {
      this.counts.set(key, { startedAt: now, count: 1 });
      return 1;
    }
    current.count++;
    return current.count;
  }

  count(key: string): number {
    return this.counts.get(key)?.count ?? 0;
  }

  /** Whole minutes until the running time of this key is over. */
  minutesLeft(key: string, now: number): number {
    const current = this.counts.get(key);
    return current ? Math.max(0, Math.ceil((current.startedAt + this.lengthMs - now) / 60_000)) : 0;
  }

  clear(): void {
    this.counts.clear();
  }
}

type Task = () => void | Promise<void>;

interface Timer {
  readonly dueAt: number;
  readonly order: number;
  readonly run: Task;
  readonly cancelled: (() => void) | undefined;
  live: boolean;
}

export type CancelTimer = () => void;

const LONGEST_REAL_TIMEOUT_MS = 2 ** 31 - 1;
/** Timers that fire one after the other before anything else gets its turn. */
const LARGEST_TURN = 500;

/**
 * Real time plus an offset that tests move forward. Everything in the sandbox that waits (template reviews, statuses,
 * webhook retries, expiring tokens) waits on this clock, so that a test of "after 24 hours" takes milliseconds.
 */
export class VirtualClock {
  private offsetMs = 0;
  private order = 0;
  private readonly timers = new TimerHeap();
  private wakeUp: NodeJS.Timeout | undefined;
  private armedFor = Infinity;
  private running = 0;

  /** Unix milliseconds. */
  now(): number {
    return Date.now() + this.offsetMs;
  }

  /** Unix seconds, as Meta writes most instants. */
  seconds(): number {
    return Math.floor(this.now() / 1000);
  }

  schedule(delayMs: number, run: Task, cancelled?: () => void): CancelTimer {
    const timer: Timer = {
      dueAt: this.now() + Math.max(0, delayMs),
      order: this.order++,
      run,
      cancelled,
      live: true,
    };
    this.timers.push(timer);
    if (timer.dueAt < this.armedFor) this.arm();
    return () => {
      timer.live = false;
    };
  }

  /** Resolves when the time has come, when the clock is advanced over it, or when all timers are cleared. */
  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.schedule(delayMs, resolve, resolve);
    });
  }

  /** Moves time forward and runs, in order, everything that falls due on the way, also what that schedules in turn. */
  async advance(ms: number): Promise<void> {
    const target = this.now() + ms;
    for (let next = this.timers.peek(); next && next.dueAt <= target; next = this.timers.peek()) {
      this.timers.pop();
      this.offsetMs += Math.max(0, next.dueAt - this.now());
      await this.fire(next);
    }
    this.offsetMs += Math.max(0, target - this.now());
    this.arm();
  }

  /** Whether a timer is running, or would fire within `ms` from now. */
  isBusyWithin(ms: number): boolean {
    return this.running > 0 || (this.timers.peek()?.dueAt ?? Infinity) <= this.now() + ms;
  }

  /** Drops every timer; sleepers wake at once. */
  clear(): void {
    if (this.wakeUp) clearTimeout(this.wakeUp);
    this.wakeUp = undefined;
    this.armedFor = Infinity;
    for (const timer of this.timers.drain()) if (timer.live) timer.cancelled?.();
  }

  private arm(): void {
    if (this.wakeUp) clearTimeout(this.wakeUp);
    this.wakeUp = undefined;
    const next = this.timers.peek();
    this.armedFor = next?.dueAt ?? Infinity;
    if (!next) return;
    const delayMs = Math.min(Math.max(0, next.dueAt - this.now()), LONGEST_REAL_TIMEOUT_MS);
    this.wakeUp = setTimeout(() => {
      this.fireDue();
    }, delayMs);
  }

  private fireDue(): void {
    const now = this.now();
    let left = LARGEST_TURN;
    for (let next = this.timers.peek(); next && next.dueAt <= now; next = this.timers.peek()) {
      if (left-- === 0) break; // calls want their answers between the statuses of ten thousand messages
      this.timers.pop();
      void this.fire(next);
    }
    this.arm();
  }

  private async fire(timer: Timer): Promise<void> {
    if (!timer.live) return;
    timer.live = false;
    this.running++;
    try {
      await timer.run();
    } catch (error) {
      // One failing timer must not take the whole stand-in down.
      process.emitWarning(error instanceof Error ? error : String(error));
    } finally {
      this.running--;
    }
  }
}

/** Binary heap by due time, then by order of scheduling. Cancelled timers are skipped when they come up. */
class TimerHeap {
  private items: Timer[] = [];

  push(timer: Timer): void {
    this.items.push(timer);
    let index = this.items.length - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.swapIfEarlier(index, parent)) break;
      index = parent;
    }
  }

  peek(): Timer | undefined {
    while (this.items[0] && !this.items[0].live) this.pop();
    return this.items[0];
  }

  pop(): Timer | undefined {
    const first = this.items[0];
    const last = this.items.pop();
    if (last && this.items.length > 0) {
      this.items[0] = last;
      this.sink();
    }
    return first;
  }

  drain(): Timer[] {
    const items = this.items;
    this.items = [];
    return items;
  }

  private sink(): void {
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const right = left + 1;
      let earliest = index;
      if (this.isEarlier(left, earliest)) earliest = left;
      if (this.isEarlier(right, earliest)) earliest = right;
      if (earliest === index) return;
      this.swapIfEarlier(earliest, index);
      index = earliest;
    }
  }

  private isEarlier(a: number, b: number): boolean {
    const first = this.items[a];
    const second = this.items[b];
    if (!first || !second) return false;
    return first.dueAt < second.dueAt || (first.dueAt === second.dueAt && first.order < second.order);
  }

  private swapIfEarlier(a: number, b: number): boolean {
    const first = this.items[a];
    const second = this.items[b];
    if (!first || !second || !this.isEarlier(a, b)) return false;
    this.items[a] = second;
    this.items[b] = first;
    return true;
  }
}

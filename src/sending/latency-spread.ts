const MOST_SAMPLES = 512;
const FEWEST_SAMPLES = 40;
const SAMPLES_LIVE_MS = 10_000;
/** Before enough is known: connections are being made, and the first messages take longest. */
const UNKNOWN_MS = 120;
const LEAST_MS = 20;
const MOST_MS = 500;
const SHARE = 0.99;

/**
 * How unequally long calls take at the moment. Messages that leave evenly arrive as unevenly as this: whoever must not
 * let more than so many arrive within a second has to leave so much room.
 */
export class LatencySpread {
  private readonly samples: { at: number; ms: number }[] = [];
  private next = 0;

  record(ms: number, at: number = Date.now()): void {
    this.samples[this.next] = { at, ms };
    this.next = (this.next + 1) % MOST_SAMPLES;
  }

  /** In milliseconds: from the shortest to nearly the longest of the last calls. */
  valueAt(now: number = Date.now()): number {
    const recent = this.samples.filter(({ at }) => at > now - SAMPLES_LIVE_MS).map(({ ms }) => ms);
    if (recent.length < FEWEST_SAMPLES) return UNKNOWN_MS;
    recent.sort((a, b) => a - b);
    const shortest = recent[0] ?? 0;
    const long = recent[Math.min(recent.length - 1, Math.ceil(recent.length * SHARE))] ?? shortest;
    return Math.min(MOST_MS, Math.max(LEAST_MS, long - shortest));
  }
}

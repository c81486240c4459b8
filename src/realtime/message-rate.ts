/** How many messages at once, and then how many a second, one client may send. */
const BURST = 60;
const PER_SECOND = 20;
/** So many beyond that and the client is not mistaken but broken. */
const MOST_REFUSED = 200;

export type RateVerdict = 'taken' | 'refused' | 'flood';

/** Counts what one client sends. */
export class MessageRate {
  private left = BURST;
  private refused = 0;
  private at: number;

  constructor(now: number) {
    this.at = now;
  }

  /** @param now milliseconds */
  take(now: number): RateVerdict {
    this.left = Math.min(BURST, this.left + ((now - this.at) / 1_000) * PER_SECOND);
    this.at = now;
    if (this.left >= 1) {
      this.left -= 1;
      this.refused = 0;
      return 'taken';
    }
    this.refused += 1;
    return this.refused > MOST_REFUSED ? 'flood' : 'refused';
  }
}

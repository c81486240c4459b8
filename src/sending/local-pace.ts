import type { AssetId } from '../database/ids';
import type { Sender } from './sending-channel';

/** Others may be sending from the same sender without our knowing. */
const SHARE = 0.5;
/** Senders that have not sent for so long start afresh. */
const FORGET_AFTER_MS = 10 * 60_000;
const MOST_SENDERS = 10_000;
const SMOOTH_MS = 100;

interface Pace {
  /** When the next message may go, in milliseconds. */
  nextAt: number;
}

/** Spaces out what one process sends for a sender while it cannot know what the others do: half of what Meta allows. */
export class LocalPace {
  private readonly paces = new Map<AssetId, Pace>();

  take(
    sender: Pick<Sender, 'id' | 'perSecond'>,
    wanted: number,
    now: number = Date.now(),
  ): { count: number; waitMs: number } {
    const pace = this.paceOf(sender.id, now);
    const interval = 1_000 / (sender.perSecond * SHARE);
    pace.nextAt = Math.max(pace.nextAt, now - Math.max(SMOOTH_MS, interval));
    const count = Math.max(0, Math.min(wanted, Math.floor((now - pace.nextAt) / interval)));
    pace.nextAt += count * interval;
    return { count, waitMs: count > 0 ? 1 : Math.max(1, Math.ceil(pace.nextAt + interval - now)) };
  }

  pause(id: AssetId, ms: number, now: number = Date.now()): void {
    const pace = this.paceOf(id, now);
    pace.nextAt = Math.max(pace.nextAt, now + ms);
  }

  private paceOf(id: AssetId, now: number): Pace {
    let pace = this.paces.get(id);
    if (pace === undefined) {
      if (this.paces.size >= MOST_SENDERS) this.forget(now);
      pace = { nextAt: 0 };
      this.paces.set(id, pace);
    }
    return pace;
  }

  private forget(now: number): void {
    for (const [id, { nextAt }] of this.paces) if (nextAt < now - FORGET_AFTER_MS) this.paces.delete(id);
  }
}

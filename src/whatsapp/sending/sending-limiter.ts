import { Injectable } from '@nestjs/common';
import type { AssetId } from '../../database/ids';

/** Messages per second that Meta lets a number send. Source: WhatsApp Cloud API, "Throughput". */
const PER_SECOND = { standard: 80, high: 1_000, withPhoneApp: 20 } as const;
/** After Meta has complained the pace is this part of what it was, and climbs back by the second part each second. */
const SLOWDOWN = 0.5;
const RECOVERY_PER_SECOND = 0.05;
const SLOWEST = 1 / 16;
/** Numbers that have not sent for so long start afresh. */
const FORGET_AFTER_MS = 10 * 60_000;
const MOST_NUMBERS = 10_000;

export interface SendingNumber {
  id: AssetId;
  /** `STANDARD`, `HIGH` or `NOT_APPLICABLE`. */
  throughputLevel: string | null;
  /** Also in use in the WhatsApp Business app on a phone. */
  isOnBizApp: boolean | null;
}

interface Pace {
  /** When the next message may go, in milliseconds. */
  nextAt: number;
  pausedUntil: number;
  /** 1 = the number's own throughput. */
  factor: number;
  factorAt: number;
}

/**
 * Spaces out what one process sends from a number: at the number's throughput, slower for a while after Meta has said
 * that it was too fast.
 */
@Injectable()
export class SendingLimiter {
  private readonly paces = new Map<AssetId, Pace>();

  /**
   * Takes the next place in the number's line.
   * @returns milliseconds to wait before sending; 0 = now
   */
  reserve(number: SendingNumber, now: number = Date.now()): number {
    const pace = this.paceOf(number.id, now);
    this.recover(pace, now);
    const startAt = Math.max(now, pace.nextAt, pace.pausedUntil);
    pace.nextAt = startAt + 1_000 / (perSecond(number) * pace.factor);
    return startAt - now;
  }

  /** Gives a place back that was too far away to wait for. */
  release(number: SendingNumber, now: number = Date.now()): void {
    const pace = this.paceOf(number.id, now);
    pace.nextAt = Math.max(now, pace.nextAt - 1_000 / (perSecond(number) * pace.factor));
  }

  /** Meta said that the number is too fast: nobody sends from it for this long, then at half the pace. */
  slowDown(id: AssetId, pauseMs: number, now: number = Date.now()): void {
    const pace = this.paceOf(id, now);
    this.recover(pace, now);
    // Answers to messages that were on their way already tell nothing new.
    if (pace.pausedUntil <= now) pace.factor = Math.max(SLOWEST, pace.factor * SLOWDOWN);
    pace.pausedUntil = Math.max(pace.pausedUntil, now + pauseMs);
  }

  private recover(pace: Pace, now: number): void {
    const seconds = Math.max(0, now - Math.max(pace.factorAt, pace.pausedUntil)) / 1_000;
    pace.factor = Math.min(1, pace.factor + seconds * RECOVERY_PER_SECOND);
    pace.factorAt = now;
  }

  private paceOf(id: AssetId, now: number): Pace {
    let pace = this.paces.get(id);
    if (pace === undefined) {
      if (this.paces.size >= MOST_NUMBERS) this.forget(now);
      pace = { nextAt: now, pausedUntil: 0, factor: 1, factorAt: now };
      this.paces.set(id, pace);
    }
    return pace;
  }

  private forget(now: number): void {
    for (const [id, pace] of this.paces) {
      if (Math.max(pace.nextAt, pace.pausedUntil) < now - FORGET_AFTER_MS) this.paces.delete(id);
    }
  }
}

function perSecond({ throughputLevel, isOnBizApp }: SendingNumber): number {
  if (isOnBizApp === true) return PER_SECOND.withPhoneApp;
  return throughputLevel === 'HIGH' ? PER_SECOND.high : PER_SECOND.standard;
}

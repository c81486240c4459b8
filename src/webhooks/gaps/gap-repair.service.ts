import { Injectable, Logger } from '@nestjs/common';
import { AppError } from '../../errors/app.error';
import { type BackfillRequest, BackfillRegistry } from './backfill.registry';
import {
  GapRepairsRepository,
  type HeldGap,
  type RepairOutcome,
  type RepairSetback,
} from './gap-repairs.repository';
import type { GapKey } from './webhook-gaps.repository';

/** Clocks differ, and what happened while a receiver was dying may be on either side of the edge. */
const MARGIN_MS = 5 * 60_000;
/** A worker that has not been heard of for this long is replaced. */
const LEASE_MS = 3 * 60_000;
const EXTEND_EVERY_MS = 60_000;
const MOST_ATTEMPTS = 8;
const FIRST_PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 60 * 60_000;

/** Reads again what Meta still has of a gap. */
@Injectable()
export class GapRepairService {
  private readonly log = new Logger(GapRepairService.name);

  constructor(
    private readonly repairs: GapRepairsRepository,
    private readonly backfills: BackfillRegistry,
  ) {}

  /** Does nothing when the gap is not due, or another worker has it. What fails is tried again later, from the row. */
  async repair(key: GapKey): Promise<void> {
    const gap = await this.repairs.take(key, LEASE_MS);
    if (gap === null) return;
    const heartbeat = setInterval(() => {
      this.repairs.extend(gap, LEASE_MS).catch((error: unknown) => {
        this.log.warn(`The lease of gap ${gap.gapId} was not extended: ${messageOf(error)}`);
      });
    }, EXTEND_EVERY_MS);
    try {
      const outcome = await this.work(gap);
      await this.repairs.finish(gap, outcome);
      this.log.log(`Gap ${gap.gapId} is ${outcome.state}: ${outcome.found} found, ${outcome.stored} stored`);
    } catch (error) {
      this.log.warn(`Gap ${gap.gapId}, attempt ${gap.attempts}: ${messageOf(error)}`);
      await this.repairs.postpone(gap, setbackOf(error, gap.attempts));
    } finally {
      clearInterval(heartbeat);
    }
  }

  private async work(gap: HeldGap): Promise<RepairOutcome> {
    const nothing = { found: 0, stored: 0 };
    if (!gap.isOwned)
      return {
        state: 'not_repairable',
        ...nothing,
        note: 'This is no longer connected, so it cannot be read.',
      };
    const request = windowOf(gap);
    const backfillers = this.backfills.of(gap.kind);
    if (backfillers.length === 0) {
      const note = await this.backfills.unreadableOf(gap.kind)?.explain({ ...request, cause: gap.cause });
      return {
        state: 'not_repairable',
        ...nothing,
        note: note ?? 'This service cannot read again what was missed here.',
      };
    }
    const total = { ...nothing };
    const notes: string[] = [];
    const failures: Error[] = [];
    for (const backfiller of backfillers) {
      try {
        const { found, stored, note } = await backfiller.backfill(request);
        total.found += found;
        total.stored += stored;
        if (note !== undefined) notes.push(note);
      } catch (error) {
        // Comments do not have to wait until messages can be read. The next attempt does all again, which adds nothing.
        failures.push(error instanceof Error ? error : new Error('unknown error'));
      }
    }
    const [failure] = failures;
    if (failure !== undefined) throw failure;
    return { state: 'repaired', ...total, note: notes.length === 0 ? null : notes.join(' ') };
  }
}

function windowOf({ accountId, assetId, metaId, from, until, now }: HeldGap): BackfillRequest {
  return {
    accountId,
    assetId,
    metaId,
    from: new Date(from.getTime() - MARGIN_MS),
    until: new Date(Math.min(until.getTime() + MARGIN_MS, now.getTime())),
  };
}

/** What follows a failed attempt. */
export function setbackOf(error: unknown, attempts: number): RepairSetback {
  const isLast = attempts >= MOST_ATTEMPTS;
  const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** (attempts - 1), LONGEST_PAUSE_MS);
  if (!(error instanceof AppError)) {
    const note = 'Reading it again failed for a reason on our side; the log has it.';
    return { note, nextAttemptInMs: isLast ? null : pauseMs, waitsForAccount: false };
  }
  if (error.code === 'META_REAUTH_REQUIRED' && !isLast)
    return {
      note: `Waits until the account is connected again: ${error.message}`,
      nextAttemptInMs: 0,
      waitsForAccount: true,
    };
  const nextAttemptInMs = isLast || !error.retryable ? null : Math.max(pauseMs, error.retryAfterMs ?? 0);
  return { note: error.message, nextAttemptInMs, waitsForAccount: false };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown error';
}

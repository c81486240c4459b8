import { setTimeout as sleep } from 'node:timers/promises';
import { QueryFailedError } from 'typeorm';

/** How long background work waits for locks, and how hard it may press on a database that serves live traffic. */
export interface Pace {
  /** Milliseconds that a statement may wait for a lock. Whatever needs that lock next stands behind it for as long. */
  lockTimeoutMs: number;
  /** How often a statement that was refused its lock is tried again. */
  attempts: number;
  /** Milliseconds between two attempts. */
  retryPauseMs: number;
  /** Rows that one statement may delete. */
  chunkRows: number;
  /** Milliseconds between two such statements. */
  chunkPauseMs: number;
}

/** Five minutes of attempts, which outlasts everything but a dump or a forgotten session; then tomorrow again. */
export const UNHURRIED: Pace = {
  lockTimeoutMs: 2_000,
  attempts: 50,
  retryPauseMs: 4_000,
  chunkRows: 5_000,
  chunkPauseMs: 50,
};

/** lock_not_available, which a lock_timeout gives, and deadlock_detected. */
const LOCK_REFUSED = new Set(['55P03', '40P01']);

export function isLockRefused(error: unknown): boolean {
  if (!(error instanceof QueryFailedError)) return false;
  const { driverError } = error as QueryFailedError<Error & { code?: unknown }>;
  return typeof driverError.code === 'string' && LOCK_REFUSED.has(driverError.code);
}

/**
 * Tries again while others hold the locks that the work needs. The work sets `lock_timeout` itself and can be repeated.
 * @throws whatever the last attempt threw; the signal's reason when it is given while pausing
 */
export async function untilUnlocked<Result>(
  { attempts, retryPauseMs }: Pick<Pace, 'attempts' | 'retryPauseMs'>,
  signal: AbortSignal | undefined,
  work: () => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!isLockRefused(error) || attempt >= attempts) throw error;
      await sleep(retryPauseMs, undefined, signal === undefined ? {} : { signal });
    }
  }
}

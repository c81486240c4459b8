import { isNativeError } from 'node:util/types';

/**
 * Serialization failure, deadlock, foreign key: another transaction was faster, and what it has done is seen by the next
 * try. A foreign key breaks when two contacts became one while a message was being written to the one that is gone.
 */
const LOST_RACES = new Set(['40001', '40P01', '23503']);
const MOST_TRIES = 3;

export function isLostRace(thrown: unknown): boolean {
  if (!isNativeError(thrown)) return false;
  if ('code' in thrown && typeof thrown.code === 'string' && LOST_RACES.has(thrown.code)) return true;
  return 'driverError' in thrown && isLostRace(thrown.driverError);
}

/** For work that finds out by itself that another transaction was faster: it is begun anew, too. */
export class LostRaceError extends Error {
  readonly code = '40001';
}

/** @param work a whole transaction: it is begun anew when it lost a race */
export async function repeatLostRaces<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (tries === MOST_TRIES || !isLostRace(error)) throw error;
    }
  }
}

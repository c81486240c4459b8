import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { within } from '../queue/within';
import type { DeliveredEvent, RegisteredSubscriber } from './outbox-subscribers';

/** Longer than a handler may take. Ends what a process holds that is frozen or cut off, so that others take over. */
const LONGEST_IDLE_MS = 90_000;
/** Shorter: a statement that waits for a lock fails as such, not as a handler that took too long. */
const LONGEST_STATEMENT_MS = 50_000;
/** Until PostgreSQL has ended a session and let go of its locks. */
const LONGEST_ENDING_MS = 5_000;
const TRANSACTION_ABORTED = '25P02';
const MOST_OF_AN_ERROR = 1_000;

/** The subscriber is to blame, or one of the events: the transaction that it was in has to be rolled back. */
export class HandlingFailedError extends Error {
  constructor(
    readonly events: readonly DeliveredEvent[],
    cause: unknown,
  ) {
    const text = cause instanceof Error ? `${cause.name}: ${cause.message}` : 'unknown error';
    // It is written down: PostgreSQL takes no null bytes, which a message that quotes what people wrote may hold.
    super(text.slice(0, MOST_OF_AN_ERROR).replaceAll('\0', '\uFFFD'), { cause });
    this.name = HandlingFailedError.name;
  }
}

class HandlerTimeoutError extends Error {
  constructor(timeoutMs: number) {
    super(`no end after ${timeoutMs} ms`);
    this.name = HandlerTimeoutError.name;
  }
}

/** Calls subscribers such that nothing they do, or fail to do, holds the relay up. */
@Injectable()
export class OutboxHandling {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** A transaction that PostgreSQL ends when this process does not. */
  async transaction<T>(run: (tx: EntityManager) => Promise<T>): Promise<T> {
    return this.database.transaction('READ COMMITTED', async (tx) => {
      await tx.query(
        `SELECT set_config('idle_in_transaction_session_timeout', $1, true), set_config('statement_timeout', $2, true)`,
        [String(LONGEST_IDLE_MS), String(LONGEST_STATEMENT_MS)],
      );
      return run(tx);
    });
  }

  /**
   * @throws HandlingFailedError when the handler failed; anything else when PostgreSQL went away meanwhile, for which no
   *   event is to blame
   */
  async handle(
    tx: EntityManager,
    subscriber: RegisteredSubscriber,
    events: readonly DeliveredEvent[],
  ): Promise<void> {
    if (events.length === 0) return;
    try {
      await this.inTime(tx, subscriber, events);
      // What is checked at the commit is checked now, while it can be told whose fault it is. Fails likewise when the
      // handler caught an error of PostgreSQL, which has given the transaction up.
      await tx.query('SET CONSTRAINTS ALL IMMEDIATE');
    } catch (error) {
      if (error instanceof HandlerTimeoutError || (await isUsable(tx)))
        throw new HandlingFailedError(events, error);
      throw error;
    }
  }

  private async inTime(
    tx: EntityManager,
    { handle, timeoutMs }: RegisteredSubscriber,
    events: readonly DeliveredEvent[],
  ): Promise<void> {
    const [backend]: { pid: number }[] = await tx.query('SELECT pg_backend_pid() AS pid');
    const handling = handle(events, tx).then(
      () => ({ error: null }),
      (error: unknown) => ({ error: { thrown: error } }),
    );
    const result = await within(timeoutMs, handling);
    if (result === undefined) {
      // It may go on any time. Its connection must be gone by then, or what it still does would be committed.
      await this.database.query('SELECT pg_terminate_backend($1, $2)', [backend?.pid, LONGEST_ENDING_MS]);
      throw new HandlerTimeoutError(timeoutMs);
    }
    if (result.error !== null) throw result.error.thrown;
  }
}

/** Whether the connection is still there. An aborted transaction is an answer too. */
async function isUsable(tx: EntityManager): Promise<boolean> {
  try {
    await tx.query('SELECT 1');
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === TRANSACTION_ABORTED;
  }
}

import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { type EventRow, eventOf } from './outbox-cursors.repository';
import type { DeliveredEvent } from './outbox-subscribers';

/** With the pauses below: dead after about a day and a half of failing, as deliveries are. */
const MOST_ATTEMPTS = 12;
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 6 * 60 * 60 * 1_000;

/** Doubles with each attempt; spread, so that what failed together does not come back together. */
const PAUSE = `least(${FIRST_PAUSE_MS} * power(2, attempts), ${LONGEST_PAUSE_MS}) * (0.75 + random() / 2) * interval '1 millisecond'`;

export interface OutboxFailure {
  subscriber: string;
  event: DeliveredEvent;
  /** Failed ones so far. */
  attempts: number;
}

/** Events that a subscriber could not be told of: tried again on their own, in the end dead. */
@Injectable()
export class OutboxFailures {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** In the transaction that moves the cursor past the event. */
  async add(tx: EntityManager, subscriber: string, event: DeliveredEvent, error: string): Promise<void> {
    await tx.query(
      `INSERT INTO outbox_failures (account_id, event_id, subscriber, position, error, next_attempt_at)
       SELECT account_id, event_id, subscriber, position, error, now() + ${PAUSE}
         FROM (VALUES ($1::uuid, $2::uuid, $3::text, $4::bigint, $5::text, 0))
           AS failed (account_id, event_id, subscriber, position, error, attempts)
        -- Not for an account that is being deleted, whose events go with it.
        WHERE EXISTS (SELECT FROM meta_accounts WHERE id = $1::uuid)
       ON CONFLICT DO NOTHING`,
      [event.accountId, event.id, subscriber, event.position, error],
    );
  }

  /** Which of these have something that is due. */
  async due(subscribers: readonly string[]): Promise<string[]> {
    const rows: { name: string }[] = await this.database.query(
      `SELECT name FROM unnest($1::text[]) AS subscriber (name)
        WHERE EXISTS (SELECT FROM outbox_failures f
                       WHERE f.subscriber = name AND f.state = 'waiting' AND f.next_attempt_at <= now())`,
      [subscribers],
    );
    return rows.map(({ name }) => name);
  }

  /** Takes the one that has been due longest and that nobody else holds, until the end of `tx`. */
  async lockDue(tx: EntityManager, subscriber: string): Promise<OutboxFailure | null> {
    const [row]: (EventRow & { attempts: number })[] = await tx.query(
      `SELECT f.position, f.attempts, e.id, e.kind, e.account_id, e.payload, e.conversation_id, e.seq, e.created_at,
              e.trace_parent
         FROM outbox_failures f JOIN domain_events e ON e.id = f.event_id
        WHERE f.subscriber = $1 AND f.state = 'waiting' AND f.next_attempt_at <= now()
        ORDER BY f.next_attempt_at LIMIT 1 FOR UPDATE OF f SKIP LOCKED`,
      [subscriber],
    );
    return row === undefined ? null : { subscriber, event: eventOf(row), attempts: row.attempts };
  }

  async settle(tx: EntityManager, { subscriber, event }: OutboxFailure): Promise<void> {
    await tx.query(
      'DELETE FROM outbox_failures WHERE account_id = $1 AND event_id = $2 AND subscriber = $3',
      [event.accountId, event.id, subscriber],
    );
  }

  /** @returns whether that was the last attempt */
  async putOff({ subscriber, event, attempts }: OutboxFailure, error: string): Promise<boolean> {
    const [rows]: [{ state: string }[], number] = await this.database.query(
      `UPDATE outbox_failures
          SET attempts = attempts + 1, error = $5, updated_at = now(), next_attempt_at = now() + ${PAUSE},
              state = CASE WHEN attempts + 1 >= ${MOST_ATTEMPTS} THEN 'dead' ELSE 'waiting' END
        -- The attempts as they were read: another process may have tried in between, and have counted.
        WHERE account_id = $1 AND event_id = $2 AND subscriber = $3 AND attempts = $4 RETURNING state`,
      [event.accountId, event.id, subscriber, attempts, error],
    );
    return rows[0]?.state === 'dead';
  }

  /** How many events each subscriber was never told of, and the latest error. Those without any are left out. */
  async dead(): Promise<{ subscriber: string; count: number; error: string }[]> {
    return this.database.query(
      `SELECT subscriber, count(*)::int AS count, (array_agg(error ORDER BY updated_at DESC))[1] AS error
         FROM outbox_failures WHERE state = 'dead' GROUP BY subscriber ORDER BY subscriber`,
    );
  }

  /**
   * Lets the dead of a subscriber be tried again, from the first attempt on: after the cause was mended.
   * @returns how many
   */
  async revive(subscriber: string): Promise<number> {
    const [, count]: [unknown[], number] = await this.database.query(
      `UPDATE outbox_failures SET state = 'waiting', attempts = 1, next_attempt_at = now(), updated_at = now()
        WHERE subscriber = $1 AND state = 'dead'`,
      [subscriber],
    );
    return count;
  }
}

import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { firstIdAt } from '../database/ids';

export interface EventFact {
  id: string;
  accountId: string;
  kind: string;
  status: string | null;
  createdAt: Date;
  traceParent: string | null;
  /** Its place in the order in which subscribers are told; null while it has none, or when that is forgotten. */
  position: string | null;
}

export interface CursorFact {
  subscriber: string;
  position: string;
  eventId: string;
}

export interface EventFailureFact {
  eventId: string;
  subscriber: string;
  state: 'waiting' | 'dead';
  attempts: number;
  nextAttemptAt: Date;
  error: string;
  createdAt: Date;
  updatedAt: Date;
}

export interface OutboundFact {
  id: string;
  endpointId: string;
  eventId: string;
  url: string;
  type: string;
  state: 'pending' | 'delivered' | 'dead' | 'held';
  attempts: number;
  dueAt: Date | null;
  holdUntil: Date | null;
  lastError: string | null;
  finishedAt: Date | null;
}

export interface OutboundAttemptFact {
  deliveryId: string;
  number: number;
  at: Date;
  durationMs: number;
  status: number | null;
  failure: string | null;
}

export interface EventSearch {
  accountId: string;
  /** When the transactions began that told of it: their rows say so, and their events have the same time. */
  instants: readonly Date[];
  messageIds: readonly string[];
  /** Digests of occurrences, for events that tell of one whichever transaction did. */
  fingerprints?: readonly Buffer[];
}

/** Ids of events are made by the process's clock, the time of a transaction by the database's: apart by less than this. */
const AROUND_MS = 35_000;
const MOST_INSTANTS = 30;
/** Of one account within the window; more are made by nobody in that time. */
const MOST_LOOKED_AT = 50_000;
const MOST_EVENTS = 60;

/** What is told of events of the outbox, to whom, and what came of it. */
@Injectable()
export class EventFacts {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /**
   * Events about messages, without an index on what events are about, which every event would pay for: found by the time of
   * the transaction that made them, along the index on the account's events.
   */
  async find({ accountId, instants, messageIds, fingerprints = [] }: EventSearch): Promise<EventFact[]> {
    const windows = [...new Set(instants.map((at) => at.getTime()))].slice(0, MOST_INSTANTS);
    return this.database.query(
      `WITH near AS (
         SELECT e.id FROM unnest($2::timestamptz[], $3::uuid[], $4::uuid[]) AS told (at, first, last)
          CROSS JOIN LATERAL (
            SELECT id, payload->>'messageId' AS message_id, created_at FROM domain_events
             WHERE account_id = $1 AND id >= told.first AND id < told.last ORDER BY id LIMIT ${MOST_LOOKED_AT}) AS e
          WHERE date_trunc('milliseconds', e.created_at) = told.at AND e.message_id = ANY($5::text[])
         UNION
         SELECT id FROM domain_events
          WHERE account_id = $1 AND fingerprint = ANY($6::bytea[]) AND fingerprint IS NOT NULL)
       SELECT e.id, e.account_id AS "accountId", e.kind, e.payload->>'status' AS status, e.created_at AS "createdAt",
              e.trace_parent AS "traceParent", batch.position
         FROM (SELECT id FROM near ORDER BY id LIMIT ${MOST_EVENTS}) AS found
         JOIN domain_events e ON e.id = found.id LEFT JOIN outbox_batches batch ON batch.batch_id = e.batch_id
        ORDER BY e.id`,
      [
        accountId,
        windows.map((at) => new Date(at)),
        windows.map((at) => firstIdAt(new Date(at - AROUND_MS))),
        windows.map((at) => firstIdAt(new Date(at + AROUND_MS))),
        messageIds,
        fingerprints,
      ],
    );
  }

  async cursors(): Promise<CursorFact[]> {
    return this.database.query(
      'SELECT subscriber, position, event_id AS "eventId" FROM outbox_cursors ORDER BY subscriber LIMIT 100',
    );
  }

  async failures(accountId: string, eventIds: readonly string[]): Promise<EventFailureFact[]> {
    if (eventIds.length === 0) return [];
    return this.database.query(
      `SELECT event_id AS "eventId", subscriber, state, attempts, next_attempt_at AS "nextAttemptAt", error,
              created_at AS "createdAt", updated_at AS "updatedAt"
         FROM outbox_failures WHERE account_id = $1 AND event_id = ANY($2::uuid[])
        ORDER BY created_at LIMIT 100`,
      [accountId, eventIds],
    );
  }

  /** By endpoint, of which an account has a few: so there is an index for it. */
  async outbound(accountId: string, eventIds: readonly string[]): Promise<OutboundFact[]> {
    if (eventIds.length === 0) return [];
    return this.database.query(
      `SELECT d.id, d.endpoint_id AS "endpointId", d.event_id AS "eventId", e.url, d.type, d.state, d.attempts,
              d.due_at AS "dueAt", d.hold_until AS "holdUntil", d.last_error AS "lastError", d.finished_at AS "finishedAt"
         FROM (SELECT account_id, id, url FROM notification_endpoints WHERE account_id = $1 ORDER BY id LIMIT 100) AS e
         JOIN notification_deliveries d ON d.account_id = e.account_id AND d.endpoint_id = e.id
          AND d.event_id = ANY($2::uuid[])
        ORDER BY d.id LIMIT 60`,
      [accountId, eventIds],
    );
  }

  async outboundAttempts(accountId: string, deliveryIds: readonly string[]): Promise<OutboundAttemptFact[]> {
    if (deliveryIds.length === 0) return [];
    return this.database.query(
      `SELECT delivery_id AS "deliveryId", number, at, duration_ms AS "durationMs", status, failure
         FROM notification_attempts WHERE account_id = $1 AND delivery_id = ANY($2::uuid[])
        ORDER BY at LIMIT 120`,
      [accountId, deliveryIds],
    );
  }
}

import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import type { AccountId, ConversationId } from '../database/ids';
import type { DeliveredEvent, RegisteredSubscriber } from './outbox-subscribers';

/** Stands for "all of the batch", which no batch grows beyond: it is written by one statement. */
export const WHOLE_BATCH = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
const NOTHING_OF_BATCH = '00000000-0000-0000-0000-000000000000';

/** How many events a subscriber gets at once. */
export const PAGE_SIZE = 500;
/** How many are looked at for that: of most, only their kind. */
const LOOKED_AT = 2_000;

/** Up to where somebody was told: everything before, and the event itself. */
export interface OutboxPlace {
  position: string;
  eventId: string;
}

export interface LockedCursor extends OutboxPlace {
  /** The last place that had been given when the cursor was locked. */
  lastPosition: string;
}

/** What comes next for a subscriber. */
export interface OutboxPage {
  /** Those of its kinds, in order. */
  events: DeliveredEvent[];
  /** Where the cursor stands after them; null when it stands there already. */
  end: OutboxPlace | null;
  /** Whether that is the end of the outbox, as it was when this was read. */
  isLast: boolean;
}

export interface EventRow {
  position: string;
  id: string;
  kind: string;
  account_id: AccountId;
  payload: unknown;
  conversation_id: ConversationId | null;
  seq: string | null;
  created_at: Date;
  trace_parent: string | null;
}

/** Last comes the place that was looked at last; a batch without events, as a deleted account leaves it, has no event there. */
type PageRow = (EventRow & { looked_at: null }) | { position: string; id: string | null; looked_at: number };

/** Where subscribers stand in the outbox, and what they are to be told next. */
@Injectable()
export class OutboxCursors {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** Gives those that were never here their place: the present end, or the beginning. */
  async ensure(subscribers: readonly Pick<RegisteredSubscriber, 'name' | 'from'>[]): Promise<void> {
    await this.database.query(
      `INSERT INTO outbox_cursors (subscriber, position, event_id)
       SELECT name, CASE WHEN from_end THEN last_position ELSE 0 END, $3::uuid
         FROM unnest($1::text[], $2::boolean[]) AS subscriber (name, from_end), outbox_sequence
       ON CONFLICT DO NOTHING`,
      [subscribers.map(({ name }) => name), subscribers.map(({ from }) => from === 'end'), WHOLE_BATCH],
    );
  }

  /** Which of these have not been told of everything. Cheap: it is asked every second by every worker. */
  async behind(subscribers: readonly string[]): Promise<string[]> {
    const rows: { subscriber: string }[] = await this.database.query(
      `SELECT subscriber FROM outbox_cursors, outbox_sequence
        WHERE subscriber = ANY($1) AND (position < last_position OR event_id <> $2)`,
      [subscribers, WHOLE_BATCH],
    );
    return rows.map(({ subscriber }) => subscriber);
  }

  /** @returns null when another process is telling this subscriber */
  async lock(tx: EntityManager, subscriber: string): Promise<LockedCursor | null> {
    const [row]: { position: string; event_id: string; last_position: string }[] = await tx.query(
      `SELECT position, event_id, last_position FROM outbox_cursors, outbox_sequence
        WHERE subscriber = $1 FOR UPDATE OF outbox_cursors SKIP LOCKED`,
      [subscriber],
    );
    if (row === undefined) return null;
    return { position: row.position, eventId: row.event_id, lastPosition: row.last_position };
  }

  /** @param most how many events of its kinds the subscriber is to get at most */
  async read(
    tx: EntityManager,
    cursor: LockedCursor,
    kinds: ReadonlySet<string>,
    most: number,
  ): Promise<OutboxPage> {
    // As many batches as hold a page, the sizes added up; from each the events after the cursor. Nested in this way so
    // that a reader who lies far behind reads a page's worth of rows, whatever the planner expects. Of those that are not
    // for the subscriber nothing leaves the database.
    const rows: PageRow[] = await tx.query(
      `WITH page AS MATERIALIZED (
         SELECT batch.position, event.id, event.kind, event.account_id, event.conversation_id, event.seq,
                event.created_at, event.payload, event.trace_parent
           FROM (SELECT position, batch_id,
                        sum(CASE WHEN position = $1 THEN 0 ELSE size END) OVER (ORDER BY position) - size AS before
                   FROM (SELECT * FROM outbox_batches
                          WHERE position >= $1::bigint + ($2::uuid = $5::uuid)::integer
                          ORDER BY position LIMIT $3) AS nearest) AS batch
           LEFT JOIN LATERAL (
             SELECT * FROM domain_events
              WHERE batch_id = batch.batch_id AND id > CASE WHEN batch.position = $1 THEN $2::uuid ELSE $6::uuid END
              ORDER BY id LIMIT $3) AS event ON true
          WHERE batch.before < $3
          ORDER BY batch.position, event.id LIMIT $3),
       wanted AS (SELECT * FROM page WHERE kind = ANY($4) ORDER BY position, id LIMIT $7)
       SELECT wanted.*, NULL::integer AS looked_at FROM wanted
       UNION ALL
       (SELECT position, id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, (SELECT count(*) FROM page)::integer
          FROM page ORDER BY position DESC, id DESC NULLS LAST LIMIT 1)
       ORDER BY looked_at NULLS FIRST, position, id`,
      [
        cursor.position,
        cursor.eventId,
        LOOKED_AT,
        [...kinds],
        WHOLE_BATCH,
        NOTHING_OF_BATCH,
        // One more tells whether there is more.
        most + 1,
      ],
    );
    return pageOf(rows, cursor, most);
  }

  async move(tx: EntityManager, subscriber: string, { position, eventId }: OutboxPlace): Promise<void> {
    await tx.query(
      'UPDATE outbox_cursors SET position = $2, event_id = $3, updated_at = now() WHERE subscriber = $1',
      [subscriber, position, eventId],
    );
  }
}

function pageOf(rows: readonly PageRow[], cursor: LockedCursor, most: number): OutboxPage {
  const events: DeliveredEvent[] = [];
  for (const row of rows) {
    if (row.looked_at !== null) {
      const isCutOff = row.looked_at === LOOKED_AT;
      const eventId = isCutOff && row.id !== null ? row.id : WHOLE_BATCH;
      return { events, end: { position: row.position, eventId }, isLast: !isCutOff };
    }
    const previous = events.at(-1);
    if (previous !== undefined && events.length === most)
      return { events, end: { position: previous.position, eventId: previous.id }, isLast: false };
    events.push(eventOf(row));
  }
  // Nothing more is there: whatever places were given meanwhile belong to batches that retention has removed.
  const end = isAtEnd(cursor) ? null : { position: cursor.lastPosition, eventId: WHOLE_BATCH };
  return { events, end, isLast: true };
}

function isAtEnd({ position, eventId, lastPosition }: LockedCursor): boolean {
  return eventId === WHOLE_BATCH && BigInt(position) >= BigInt(lastPosition);
}

/** What the outbox holds was written by `Outbox.record`, whose types say that kind and payload fit. */
export function eventOf(row: EventRow): DeliveredEvent {
  return {
    id: row.id,
    kind: row.kind,
    accountId: row.account_id,
    payload: row.payload,
    conversation:
      row.conversation_id === null || row.seq === null ? null : { id: row.conversation_id, seq: row.seq },
    createdAt: row.created_at,
    position: row.position,
    traceParent: row.trace_parent,
  } as DeliveredEvent;
}

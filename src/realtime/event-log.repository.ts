import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { AccountId } from '../database/ids';
import type { DeliveredEvent } from '../domain-events/outbox-subscribers';
import { type EventRow, WHOLE_BATCH, eventOf } from '../domain-events/outbox-cursors.repository';
import { PUBLISHED_KINDS } from '../public-events/public-event';
import { type EventPlace, endOf } from './event-place';

/** How many events, of whatever account and kind, one page looks at. */
const LOOKED_AT = 10_000;

/** What comes after a place. */
export interface EventPage {
  events: DeliveredEvent[];
  /** Where one stands after them. */
  end: EventPlace;
  /** Whether that was the end of everything when this was read. */
  isLast: boolean;
  /** What lay between the place and these is no longer kept. */
  isGone: boolean;
}

interface PageRow extends EventRow {
  upto: string | null;
  oldest: string | null;
  last_position: string;
}

/** Reads the log of events at any place, for as long as it is kept. It changes nothing: any number may read at once. */
@Injectable()
export class EventLog {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** The last place that was given. */
  async lastPosition(): Promise<bigint> {
    const [row]: { last_position: string }[] = await this.database.query(
      'SELECT last_position FROM outbox_sequence',
    );
    return BigInt(row?.last_position ?? 0);
  }

  /**
   * @param accountIds whose events
   * @param everywhere kinds of which those of all accounts are read
   * @param most how many events at most; fewer when that took long enough to find
   */
  async page(
    after: EventPlace,
    accountIds: readonly AccountId[],
    everywhere: readonly string[],
    most: number,
  ): Promise<EventPage> {
    // A reader never lags behind what is kept, unless it begins there: with the end of a batch it has all before the next.
    const isWhole = after.eventId === WHOLE_BATCH;
    const rows: PageRow[] = await this.database.query(
      `WITH batches AS MATERIALIZED (
         SELECT position, batch_id
           FROM (SELECT position, batch_id, sum(size) OVER (ORDER BY position) - size AS before
                   FROM (SELECT * FROM outbox_batches WHERE position >= $1::bigint + $3::boolean::integer
                          ORDER BY position LIMIT ${LOOKED_AT}) AS nearest) AS sized
          WHERE before < ${LOOKED_AT}),
       wanted AS (
         SELECT b.position, e.* FROM batches b CROSS JOIN LATERAL (
           SELECT id, kind, account_id, payload, conversation_id, seq, created_at FROM domain_events
            WHERE batch_id = b.batch_id AND (b.position > $1::bigint OR id > $2::uuid)
              AND kind = ANY($4) AND (account_id = ANY($5) OR kind = ANY($6))
            ORDER BY id LIMIT $7) e
          ORDER BY b.position, e.id LIMIT $7)
       SELECT (SELECT max(position) FROM batches) AS upto, (SELECT min(position) FROM outbox_batches) AS oldest,
              s.last_position, w.*
         FROM outbox_sequence s LEFT JOIN wanted w ON true ORDER BY w.position, w.id`,
      [
        String(after.position),
        after.eventId,
        isWhole,
        PUBLISHED_KINDS,
        accountIds,
        everywhere,
        // One more tells whether there is more.
        most + 1,
      ],
    );
    return pageOf(rows, after, isWhole, most);
  }

  /** Where the event with this id stands; null when it is of nobody of these, or no longer kept. */
  async find(accountIds: readonly AccountId[], id: string): Promise<EventPlace | null> {
    const [row]: { position: string; id: string }[] = await this.database.query(
      `SELECT b.position, e.id FROM domain_events e JOIN outbox_batches b ON b.batch_id = e.batch_id
        WHERE e.id = $2 AND e.account_id = ANY($1)`,
      [accountIds, id],
    );
    return row === undefined ? null : { position: BigInt(row.position), eventId: row.id };
  }
}

function pageOf(rows: readonly PageRow[], after: EventPlace, isWhole: boolean, most: number): EventPage {
  const [meta] = rows;
  if (meta === undefined) throw new Error('The outbox has lost its sequence.');
  const last = BigInt(meta.last_position);
  const found = rows.filter(({ id }) => (id as string | null) !== null);
  const events = found.slice(0, most).map(eventOf);
  const cutAt = found.length > most ? events.at(-1) : undefined;
  const upto = meta.upto === null ? null : BigInt(meta.upto);
  const end =
    cutAt === undefined
      ? endOf(upto ?? (last > after.position ? last : after.position))
      : { position: BigInt(cutAt.position), eventId: cutAt.id };
  return {
    events,
    end,
    isLast: cutAt === undefined && (upto === null || upto >= last),
    isGone: isGone(after, isWhole, meta.oldest === null ? last + 1n : BigInt(meta.oldest)),
  };
}

/** Batches are forgotten from the oldest on: what is missed lies before the oldest that is left. */
function isGone(after: EventPlace, isWhole: boolean, oldest: bigint): boolean {
  return after.position + (isWhole ? 1n : 0n) < oldest;
}

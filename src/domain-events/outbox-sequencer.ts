import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { SharedRedis } from '../queue/shared-redis';

const MOST_AT_ONCE = 1_000;
/** Where it is told, to processes that only read, that there are new events. Under the installation's prefix. */
export const OUTBOX_PLACED_CHANNEL = 'outbox-placed';

/**
 * Gives committed batches their place in the order that subscribers read them in.
 *
 * A place given by the writing transaction would not do: one that takes place 7 and commits after 8 was read is missed by
 * everybody who went on from 8. Here places are given only to what is committed, by one process at a time, and become
 * visible in their order: whoever has read up to a place has seen all before it.
 */
@Injectable()
export class OutboxSequencer {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly redis: SharedRedis,
  ) {}

  /**
   * Places everything that is committed by now.
   * @returns how many batches got a place, or null when another process is at it
   */
  async run(): Promise<number | null> {
    let total = 0;
    // Asked every second by every worker: a look writes nothing, taking the lock does.
    while (await this.hasArrivals()) {
      // The statements below each have to see what was committed before them.
      const placed = await this.database.transaction('READ COMMITTED', (tx) => this.place(tx));
      if (placed === null) return total === 0 ? null : total;
      total += placed;
      // Not awaited: whoever misses it looks by itself a second later.
      if (placed > 0) void this.redis.publish(OUTBOX_PLACED_CHANNEL, '');
      if (placed < MOST_AT_ONCE) break;
    }
    return total;
  }

  private async hasArrivals(): Promise<boolean> {
    const [row]: { found: boolean }[] = await this.database.query(
      'SELECT EXISTS (SELECT FROM outbox_arrivals) AS found',
    );
    return row?.found === true;
  }

  private async place(tx: EntityManager): Promise<number | null> {
    const [last]: { last_position: string }[] = await tx.query(
      'SELECT last_position FROM outbox_sequence FOR UPDATE SKIP LOCKED',
    );
    if (last === undefined) return null;
    // The time of arrival is the database's own, taken while the transaction ran: of two where one began after the
    // other's commit it is the later, which clocks of several machines would not promise.
    const [row]: { size: number }[] = await tx.query(
      `WITH oldest AS MATERIALIZED (
         SELECT ctid AS place FROM outbox_arrivals ORDER BY arrived_at, batch_id LIMIT $2),
       taken AS (
         DELETE FROM outbox_arrivals WHERE ctid = ANY (ARRAY(SELECT place FROM oldest))
         RETURNING arrived_at, batch_id, size),
       placed AS (
         INSERT INTO outbox_batches (position, batch_id, size, arrived_at)
         SELECT $1::bigint + row_number() OVER (ORDER BY arrived_at, batch_id), batch_id, size, arrived_at FROM taken
         RETURNING position)
       SELECT count(*)::integer AS size FROM placed`,
      [last.last_position, MOST_AT_ONCE],
    );
    const size = row?.size ?? 0;
    // Not the highest place in the table, which retention may have emptied: a place is given once, ever.
    if (size > 0) await tx.query('UPDATE outbox_sequence SET last_position = last_position + $1', [size]);
    return size;
  }
}

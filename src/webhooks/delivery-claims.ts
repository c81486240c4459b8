import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { DeliveryId } from '../database/ids';
import type { DeliveryLane } from './delivery-lane';

/** A delivery that this transaction holds: nobody else sees it until the commit. */
export interface ClaimedDelivery {
  id: DeliveryId;
  lane: DeliveryLane;
  body: Buffer;
  receivedAt: Date;
}

interface Row {
  id: DeliveryId;
  lane: DeliveryLane;
  received_at: Date;
  bytes: number;
  /** Null for those that are large. */
  body: Buffer | null;
}

/** Bodies up to this size come along with their claim: a whole batch of them may be in memory at once. */
const SMALL_BYTES = 32 * 1024;
/** Of larger ones, so many together; the rest stays for the next batch. */
const MOST_LARGE_BYTES = 8 * 1024 * 1024;

const COLUMNS = `id, lane, received_at, octet_length(body) AS bytes, CASE WHEN octet_length(body) <= ${SMALL_BYTES} THEN body END AS body`;
const DUE = `state = 'pending' AND next_attempt_at <= now()`;

/** Takes deliveries that are due for processing, in order, past those that others hold. */
@Injectable()
export class DeliveryClaims {
  /** Those that were not tried before; and whether there may be more. */
  async fresh(
    tx: EntityManager,
    lane: DeliveryLane,
    limit: number,
  ): Promise<{ deliveries: ClaimedDelivery[]; isMore: boolean }> {
    const rows: Row[] = await tx.query(
      `SELECT ${COLUMNS} FROM webhook_deliveries WHERE lane = $1 AND ${DUE} AND attempts = 0
        ORDER BY next_attempt_at, id LIMIT $2 FOR UPDATE SKIP LOCKED`,
      [lane, limit],
    );
    const deliveries = await this.complete(tx, rows);
    return { deliveries, isMore: rows.length === limit || deliveries.length < rows.length };
  }

  /** One that failed before. */
  async retry(tx: EntityManager, lane: DeliveryLane): Promise<ClaimedDelivery[]> {
    return this.complete(
      tx,
      await tx.query(
        `SELECT ${COLUMNS} FROM webhook_deliveries WHERE lane = $1 AND ${DUE} AND attempts > 0
          ORDER BY next_attempt_at, id LIMIT 1 FOR UPDATE SKIP LOCKED`,
        [lane],
      ),
    );
  }

  /** Of these, those that are still due and that nobody else holds. */
  async these(tx: EntityManager, ids: readonly DeliveryId[]): Promise<ClaimedDelivery[]> {
    return this.complete(
      tx,
      await tx.query(
        `SELECT ${COLUMNS} FROM webhook_deliveries WHERE id = ANY($1) AND ${DUE}
          ORDER BY next_attempt_at, id FOR UPDATE SKIP LOCKED`,
        [ids],
      ),
    );
  }

  /** A few bodies of 3 MB are as much work as hundreds of common ones, and hundreds of them would not fit into memory. */
  private async complete(tx: EntityManager, rows: readonly Row[]): Promise<ClaimedDelivery[]> {
    let bytes = 0;
    const large = rows.filter((row) => {
      if (row.body !== null) return false;
      bytes += row.bytes;
      return bytes === row.bytes || bytes <= MOST_LARGE_BYTES;
    });
    const bodies = new Map<DeliveryId, Buffer>();
    if (large.length > 0) {
      const found: { id: DeliveryId; body: Buffer }[] = await tx.query(
        'SELECT id, body FROM webhook_deliveries WHERE id = ANY($1)',
        [large.map(({ id }) => id)],
      );
      for (const { id, body } of found) bodies.set(id, body);
    }
    return rows.flatMap(({ id, lane, received_at: receivedAt, body: small }) => {
      const body = small ?? bodies.get(id);
      return body === undefined ? [] : [{ id, lane, body, receivedAt }];
    });
  }
}

import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { firstIdAt } from '../../database/ids';
import { giveTurns } from './delivery-turns';
import type { DeliveryState, EndpointKey } from './endpoint-states';

export interface ReplayFilter {
  states: readonly DeliveryState[];
  types: readonly string[] | undefined;
  from: Date;
  until: Date;
  limit: number;
}

/** `UPDATE … RETURNING` answers `[rows, count]` through TypeORM's PostgreSQL driver. */
type Updated<Row> = [rows: Row[], count: number];

const IN_LINE_AGAIN = `state = 'pending', tries = 0, hold_until = NULL, claimed_until = NULL, finished_at = NULL,
  due_at = CASE WHEN partition_id IS NULL THEN now() END`;

/** Puts deliveries in line once more, in the order of their conversations. Whoever calls holds the endpoint's row. */
@Injectable()
export class DeliveryReplays {
  /** Without effect on one that is under way, or whose content was erased. @returns whether it is in line now */
  async replayOne(tx: EntityManager, key: EndpointKey, id: string): Promise<boolean> {
    const [rows]: Updated<{ partition_id: string | null }> = await tx.query(
      `UPDATE notification_deliveries SET ${IN_LINE_AGAIN}
        WHERE account_id = $1 AND endpoint_id = $2 AND id = $3 AND body IS NOT NULL
          AND (claimed_until IS NULL OR claimed_until <= now())
        RETURNING partition_id`,
      [key.accountId, key.endpointId, id],
    );
    await this.lineUp(tx, key, rows);
    return rows.length > 0;
  }

  /** The oldest first. @returns how many are in line now, at most the limit */
  async replayMany(tx: EntityManager, key: EndpointKey, filter: ReplayFilter): Promise<number> {
    const [rows]: Updated<{ partition_id: string | null }> = await tx.query(
      `UPDATE notification_deliveries SET ${IN_LINE_AGAIN}
        WHERE account_id = $1 AND id IN (
          SELECT id FROM notification_deliveries
           WHERE account_id = $1 AND endpoint_id = $2 AND state = ANY($3::text[]) AND body IS NOT NULL
             AND ($4::text[] IS NULL OR type = ANY($4)) AND id >= $5 AND id < $6
           ORDER BY id LIMIT $7)
        RETURNING partition_id`,
      [
        key.accountId,
        key.endpointId,
        filter.states,
        filter.types ?? null,
        firstIdAt(filter.from),
        firstIdAt(filter.until),
        filter.limit,
      ],
    );
    await this.lineUp(tx, key, rows);
    return rows.length;
  }

  private async lineUp(
    tx: EntityManager,
    { accountId, endpointId }: EndpointKey,
    rows: readonly { partition_id: string | null }[],
  ): Promise<void> {
    if (rows.length === 0) return;
    await giveTurns(
      tx,
      rows.flatMap(({ partition_id: partitionId }) =>
        partitionId === null ? [] : [{ accountId, endpointId, partitionId }],
      ),
    );
    await tx.query(
      'UPDATE notification_endpoints SET due_at = least(due_at, now()) WHERE account_id = $1 AND id = $2',
      [accountId, endpointId],
    );
  }
}

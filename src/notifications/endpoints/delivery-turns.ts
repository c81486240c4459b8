import type { EntityManager } from 'typeorm';
import type { EndpointKey } from './endpoint-states';

export interface PartitionKey extends EndpointKey {
  partitionId: string;
}

/**
 * Gives the next delivery of each partition its turn. Of those that have not been tried only the first is in line; where an
 * earlier one failed, it waits with it until `hold_until`; where an earlier one is being tried for the first time, until
 * that is settled.
 * @param tx holds the rows of the endpoints, so that nobody else changes their lines meanwhile
 */
export async function giveTurns(tx: EntityManager, partitions: readonly PartitionKey[]): Promise<void> {
  if (partitions.length === 0) return;
  await tx.query(
    `WITH wanted AS MATERIALIZED (
       SELECT DISTINCT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS w (account_id, endpoint_id, partition_id)),
     first AS MATERIALIZED (
       SELECT w.*, d.id FROM wanted w CROSS JOIN LATERAL (
         SELECT d.id FROM notification_deliveries d
          WHERE d.account_id = w.account_id AND d.endpoint_id = w.endpoint_id AND d.partition_id = w.partition_id
            AND d.state = 'pending' AND d.tries = 0
          ORDER BY d.rank, d.id LIMIT 1) d),
     tried AS MATERIALIZED (
       SELECT w.account_id, w.endpoint_id, w.partition_id, bool_or(d.hold_until IS NULL) AS is_open,
              max(d.hold_until) AS hold_until
         FROM wanted w JOIN notification_deliveries d USING (account_id, endpoint_id, partition_id)
        WHERE d.state = 'pending' AND d.due_at IS NOT NULL AND d.tries > 0
        GROUP BY 1, 2, 3)
     UPDATE notification_deliveries d
        SET due_at = CASE WHEN d.id <> f.id OR t.is_open THEN NULL
                          ELSE greatest(least(d.due_at, now()), t.hold_until) END
       FROM first f LEFT JOIN tried t USING (account_id, endpoint_id, partition_id)
      WHERE d.account_id = f.account_id AND d.endpoint_id = f.endpoint_id AND d.partition_id = f.partition_id
        AND d.state = 'pending' AND d.tries = 0 AND (d.id = f.id OR d.due_at IS NOT NULL)`,
    [
      partitions.map(({ accountId }) => accountId),
      partitions.map(({ endpointId }) => endpointId),
      partitions.map(({ partitionId }) => partitionId),
    ],
  );
}

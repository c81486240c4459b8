import type { DataSource } from 'typeorm';
import { sha256 } from '../../crypto/secret-hash';
import { firstIdAt } from '../../database/ids';
import { CANARY_OBJECT, PROBE_BODY } from '../../webhooks/canary/canary-body';

const DAY_MS = 86_400_000;

/** When Meta last delivered something with a right signature, in the last week; null: not since. Our own do not count. */
export async function lastRealDelivery(database: DataSource): Promise<Date | null> {
  const rows: { received_at: Date }[] = await database.query(
    // By id, which is the time of receipt, from the newest on.
    `SELECT received_at FROM webhook_deliveries
      WHERE id > $1 AND object IS DISTINCT FROM $2 AND digest <> $3 ORDER BY id DESC LIMIT 1`,
    // What waits for a worker has no object yet.
    [firstIdAt(new Date(Date.now() - 7 * DAY_MS)), CANARY_OBJECT, sha256(PROBE_BODY)],
  );
  return rows[0]?.received_at ?? null;
}

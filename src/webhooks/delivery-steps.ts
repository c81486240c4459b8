import type { EntityManager } from 'typeorm';
import type { DeliveryId } from '../database/ids';
import { Tracing } from '../tracing/tracing';
import { currentRequestId, currentTraceParent } from '../tracing/work-scope';
import type { ClaimedDelivery } from './delivery-claims';

/** Whom a delivery's request was in a trace; only where it is recorded. */
export interface DeliveryOrigin {
  requestId: string;
  traceParent: string;
}

/** In a log line. */
const MOST_IDS_TOLD = 20;

/** That an attempt failed. In the transaction that says when the next one is due. */
export async function recordFailure(
  tx: EntityManager,
  id: DeliveryId,
  { state, attempts, nextAttemptAt }: { state: 'pending' | 'dead'; attempts: number; nextAttemptAt: Date },
  error: string,
): Promise<void> {
  const isDead = state === 'dead';
  await tx.query(
    `INSERT INTO webhook_delivery_steps (delivery_id, kind, attempt, next_attempt_at, error)
     VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
    [id, isDead ? 'dead' : 'failed', attempts, isDead ? null : nextAttemptAt, error],
  );
}

/** SQL for a statement that replays deliveries and returns their ids as `replayed`: who asked for it, and by which request. */
export function replayStep(user: string, request: string, trace: string): string {
  return `INSERT INTO webhook_delivery_steps (delivery_id, kind, user_id, request_id, trace_parent)
          SELECT id, 'replayed', ${user}::uuid, ${request}::text, ${trace}::text FROM replayed ON CONFLICT DO NOTHING`;
}

/** For `replayStep`. */
export function replayedBy(userId: string): (string | null)[] {
  return [userId, currentRequestId(), currentTraceParent()];
}

/**
 * Processes a batch as a part of what its deliveries came with: many in one batch have a trace of their own each, so the
 * batch links to all of them, and each gets a mark that leads to the batch.
 */
export async function inBatchOf<T>(
  tracing: Tracing,
  tx: EntityManager,
  deliveries: readonly ClaimedDelivery[],
  work: () => Promise<T>,
): Promise<T> {
  const ids = deliveries.map(({ id }) => id);
  return tracing.run(
    {
      name: 'process webhook deliveries',
      kind: 'consumer',
      causes: tracing.isOn ? await originsOf(tx, ids) : [],
      attributes: { 'messaging.system': 'inbox', 'messaging.batch.message_count': ids.length },
      fields: { deliveryIds: ids.slice(0, MOST_IDS_TOLD), deliveries: ids.length },
    },
    async (recording) => {
      const result = await work();
      if (recording !== null && recording.causes.length > 1)
        tracing.markIn(recording.causes, 'process webhook delivery', recording.span);
      return result;
    },
  );
}

async function originsOf(tx: EntityManager, ids: readonly DeliveryId[]): Promise<string[]> {
  const rows: { trace_parent: string }[] = await tx.query(
    `SELECT DISTINCT ON (delivery_id) trace_parent FROM webhook_delivery_steps
      WHERE delivery_id = ANY($1) AND trace_parent IS NOT NULL ORDER BY delivery_id, at DESC`,
    [ids],
  );
  return rows.map((row) => row.trace_parent);
}

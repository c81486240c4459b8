import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { DeliveryId } from '../database/ids';
import type { DeliveryOutcome } from './delivery-outcome';
import type { UnroutedEvent } from './event-router';

/** Writes down how deliveries ended, in the transaction of their effects. */
@Injectable()
export class DeliverySettlement {
  /** Remembers what the events of nobody's assets wait for: somebody who connects them. */
  async quarantine(
    tx: EntityManager,
    homeless: readonly UnroutedEvent[],
    outcomes: ReadonlyMap<DeliveryId, DeliveryOutcome>,
  ): Promise<void> {
    if (homeless.length === 0) return;
    const waits = new Map<string, { kind: string; metaId: string; deliveryId: DeliveryId }>();
    for (const { deliveryId, event } of homeless) {
      outcomes
        .get(deliveryId)
        ?.quarantine(
          `nobody here has connected ${event.asset?.kind ?? 'the asset'} ${event.asset?.metaId ?? ''}`,
        );
      for (const ref of [event.asset, event.parent])
        if (ref !== null) waits.set(`${ref.kind} ${ref.metaId} ${deliveryId}`, { ...ref, deliveryId });
    }
    const rows = [...waits.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
    await tx.query(
      `INSERT INTO webhook_quarantine (kind, meta_id, delivery_id)
       SELECT * FROM unnest($1::text[], $2::text[], $3::uuid[]) ON CONFLICT DO NOTHING`,
      [
        rows.map(({ kind }) => kind),
        rows.map(({ metaId }) => metaId),
        rows.map(({ deliveryId }) => deliveryId),
      ],
    );
  }

  async settle(tx: EntityManager, outcomes: readonly DeliveryOutcome[]): Promise<void> {
    await tx.query(
      `UPDATE webhook_deliveries d
          SET state = o.state, object = o.object, events_processed = o.processed, events_ignored = o.ignored,
              events_quarantined = o.quarantined, events_dead = 0, ignored = o.reasons, reason = o.reason, error = NULL,
              attempts = d.attempts + 1, processed_at = now()
         FROM unnest($1::uuid[], $2::text[], $3::text[], $4::int[], $5::int[], $6::int[], $7::jsonb[], $8::text[])
                AS o (id, state, object, processed, ignored, quarantined, reasons, reason)
        WHERE d.id = o.id`,
      [
        outcomes.map((outcome) => outcome.id),
        outcomes.map((outcome) => outcome.state),
        outcomes.map((outcome) => outcome.object),
        outcomes.map((outcome) => outcome.processed),
        outcomes.map((outcome) => outcome.ignoredCount),
        outcomes.map((outcome) => outcome.quarantined),
        outcomes.map((outcome) => JSON.stringify(outcome.ignoredReasons)),
        outcomes.map((outcome) => outcome.reason),
      ],
    );
  }
}

import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { newId } from '../database/ids';
import { currentTraceParent } from '../tracing/work-scope';
import type { DomainEvent } from './domain-events';
import { markForWaking } from './outbox-waker';

/** Writes events beside the change that they tell of: both are committed or neither. */
@Injectable()
export class Outbox {
  /**
   * Subscribers are told after the commit, of the events of one call in the order given here. The relay is woken by
   * itself when `tx` is committed.
   * @param tx the transaction that makes the change
   */
  async record(tx: EntityManager, events: readonly DomainEvent[]): Promise<void> {
    if (events.length === 0) return;
    // The id is the order within the batch. Fingerprints are inserted in their own order: two transactions that tell of
    // the same occurrences would otherwise wait for each other's rows crosswise.
    const rows = events.map((event) => ({ id: newId(), event, fingerprint: event.fingerprint ?? null }));
    rows.sort((a, b) => byFingerprint(a.fingerprint, b.fingerprint));
    await tx.query(
      `WITH told AS (
         INSERT INTO domain_events (id, account_id, kind, payload, conversation_id, seq, fingerprint, batch_id, trace_parent)
         SELECT event.*, $8::uuid, $9::text
           FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::jsonb[], $5::uuid[], $6::bigint[], $7::bytea[]) AS event
         ON CONFLICT DO NOTHING RETURNING 1),
       counted AS (SELECT count(*)::integer AS size FROM told)
       INSERT INTO outbox_arrivals (batch_id, size) SELECT $8::uuid, size FROM counted WHERE size > 0`,
      [
        rows.map(({ id }) => id),
        rows.map(({ event }) => event.accountId),
        rows.map(({ event }) => event.kind),
        rows.map(({ event }) => JSON.stringify(event.payload)),
        rows.map(({ event }) => event.conversation?.id ?? null),
        rows.map(({ event }) => event.conversation?.seq ?? null),
        rows.map(({ fingerprint }) => fingerprint),
        newId(),
        currentTraceParent(),
      ],
    );
    markForWaking(tx);
  }
}

function byFingerprint(a: Buffer | null, b: Buffer | null): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null);
  return Buffer.compare(a, b);
}

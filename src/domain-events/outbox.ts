import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { newId } from '../database/ids';
import type { DomainEvent } from './domain-events';

/** Writes events beside the change that they tell of: both are committed or neither. */
@Injectable()
export class Outbox {
  async record(tx: EntityManager, events: readonly DomainEvent[]): Promise<void> {
    if (events.length === 0) return;
    await tx.query(
      `INSERT INTO domain_events (id, account_id, kind, payload, conversation_id, seq, fingerprint)
       SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::jsonb[], $5::uuid[], $6::bigint[], $7::bytea[])
       ON CONFLICT DO NOTHING`,
      [
        events.map(() => newId()),
        events.map((event) => event.accountId),
        events.map((event) => event.kind),
        events.map((event) => JSON.stringify(event.payload)),
        events.map((event) => event.conversation?.id ?? null),
        events.map((event) => event.conversation?.seq ?? null),
        events.map((event) => event.fingerprint ?? null),
      ],
    );
  }
}

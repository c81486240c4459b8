import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { redactDelivery } from './delivery-redaction';
import type { ClaimedErasure, ErasureStep, StepResult } from './erasure-stage';

/** Read at once: some megabytes, of which PostgreSQL hands over what has the person's numbers or ids in it. */
const DELIVERIES_AT_ONCE = 2_000;
const NIL = '00000000-0000-0000-0000-000000000000';

interface ChunkRow {
  last: string | null;
  found: { id: string; body: string }[];
}

/**
 * Takes a person out of the deliveries of Meta's that are kept. What a delivery tells of others stays, and can still be
 * processed or replayed; that it came is still known by the digest of what it was.
 */
@Injectable()
export class DeliveryRemoval implements ErasureStep {
  readonly stage = 'deliveries';

  /** `place` is the last delivery that was looked at. */
  async run(tx: EntityManager, { accountId, identities, place }: ClaimedErasure): Promise<StepResult> {
    const values = [...new Set(identities.map(({ value }) => value))];
    const [chunk]: ChunkRow[] = await tx.query(
      `WITH chunk AS MATERIALIZED (
         SELECT id, body FROM webhook_deliveries WHERE id > $1 ORDER BY id LIMIT ${DELIVERIES_AT_ONCE})
       SELECT (SELECT id FROM chunk ORDER BY id DESC LIMIT 1) AS last,
              (SELECT coalesce(jsonb_agg(jsonb_build_object('id', id, 'body', encode(body, 'base64'))), '[]')
                 FROM chunk
                WHERE EXISTS (SELECT FROM unnest($2::text[]) AS known (value)
                               WHERE position(convert_to(known.value, 'UTF8') IN body) > 0)) AS found`,
      [place ?? NIL, values],
    );
    if (chunk?.last == null) return { removed: {}, next: 'done' };
    const assets: { meta_id: string }[] =
      chunk.found.length === 0
        ? []
        : await tx.query('SELECT meta_id FROM assets WHERE account_id = $1', [accountId]);
    const redacted = {
      values: new Set(values),
      entryIds: new Set(assets.map((asset) => asset.meta_id)),
    };
    const changed = chunk.found.flatMap(({ id, body }) => {
      const rest = redactDelivery(Buffer.from(body, 'base64'), redacted);
      return rest === null ? [] : [{ id, rest }];
    });
    if (changed.length > 0)
      await tx.query(
        `UPDATE webhook_deliveries d SET body = told.body
           FROM unnest($1::uuid[], $2::bytea[]) AS told (id, body) WHERE d.id = told.id`,
        [changed.map(({ id }) => id), changed.map(({ rest }) => rest)],
      );
    return { removed: { deliveries: changed.length }, next: 'more', place: chunk.last };
  }
}

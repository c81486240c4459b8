import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { sha256 } from '../crypto/secret-hash';
import type { DeliveryId } from '../database/ids';
import { newId } from '../database/ids';
import { JobQueue } from '../queue/job-queue';

/** Takes deliveries in. What it has answered for is on disk; everything else may be done later, or again. */
@Injectable()
export class WebhookInboxService {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly jobs: JobQueue,
  ) {}

  /**
   * Stores a verified body. The same bytes a second time are the same delivery: Meta repeats what it believes lost.
   * @throws whatever PostgreSQL throws; then nothing is stored, the answer is 503 and Meta delivers again
   */
  async receive(body: Buffer): Promise<void> {
    const isJson = looksLikeJsonObject(body);
    const rows: { id: DeliveryId }[] = await this.database.query(
      `WITH fresh AS (
         INSERT INTO webhook_digests (digest, delivery_id) VALUES ($1, $2)
         ON CONFLICT DO NOTHING RETURNING digest, delivery_id)
       INSERT INTO webhook_deliveries (id, digest, body, state, reason, processed_at)
       SELECT delivery_id, digest, $3, $4, $5, $6 FROM fresh RETURNING id`,
      [
        sha256(body),
        newId<DeliveryId>(),
        body,
        isJson ? 'pending' : 'ignored',
        isJson ? null : 'the body is not JSON',
        isJson ? null : new Date(),
      ],
    );
    // Not awaited: a lost wake-up only delays, the sweeper finds the row.
    if (rows.length > 0 && isJson) void this.jobs.add('webhook-inbox', 'process', {});
  }
}

/**
 * Whether the bytes begin and end as a JSON object does. Enough to tell a sender that is not Meta; parsing is the
 * processor's work, after the acknowledgement.
 */
export function looksLikeJsonObject(body: Buffer): boolean {
  const text = body.subarray(0, 64).toString('latin1').trimStart();
  const end = body.subarray(-64).toString('latin1').trimEnd();
  return text.startsWith('{') && end.endsWith('}');
}

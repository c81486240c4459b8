import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { sha256 } from '../crypto/secret-hash';
import type { DeliveryId } from '../database/ids';
import { newId } from '../database/ids';
import { ServiceUnavailableError } from '../errors/app.error';

export interface IncomingDelivery {
  body: Buffer;
  /** Why it is stored as ignored at once; null for those that the processor shall look at. */
  ignoredBecause: string | null;
}

interface Waiting extends IncomingDelivery {
  id: DeliveryId;
  digest: Buffer;
  resolve: (isNew: boolean) => void;
  reject: (error: unknown) => void;
}

/** Rows of one INSERT; more gain nothing, and hold up who comes first. */
const MOST_ROWS = 500;
/** A batch of the largest bodies that Meta sends would not fit into one message to PostgreSQL. */
const MOST_BATCH_BYTES = 16 * 1024 * 1024;
/** While one commits the next one fills. */
const MOST_IN_FLIGHT = 2;
/** What may wait for PostgreSQL in this process; beyond it senders are told to come again. */
const MOST_WAITING_BYTES = 64 * 1024 * 1024;
const MOST_WAITING_ROWS = 20_000;
/** Meta takes an answer that is later than this for a failure: better to say so. */
const LONGEST_WAIT_MS = 10_000;

/**
 * Writes deliveries to the inbox: those that arrive while a batch commits share the next INSERT and its one commit. Each
 * is answered for only when its own row is on disk.
 */
@Injectable()
export class DeliveryWriter {
  private readonly waiting: Waiting[] = [];
  private waitingBytes = 0;
  private inFlight = 0;
  private isScheduled = false;

  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /**
   * @returns whether it is new; false for bytes that were stored before
   * @throws ServiceUnavailableError when PostgreSQL is slower than the senders; nothing is promised then
   */
  async write(delivery: IncomingDelivery): Promise<boolean> {
    if (
      this.waitingBytes + delivery.body.length > MOST_WAITING_BYTES ||
      this.waiting.length >= MOST_WAITING_ROWS
    )
      throw new ServiceUnavailableError('More deliveries arrive than can be stored. Send it again later.');
    return new Promise<boolean>((resolve, reject) => {
      const timer = setTimeout(() => {
        // Stored or not: who repeats it adds nothing, as the same bytes are one delivery.
        reject(new ServiceUnavailableError('The delivery could not be stored in time. Send it again.'));
      }, LONGEST_WAIT_MS);
      this.waiting.push({
        ...delivery,
        id: newId<DeliveryId>(),
        digest: sha256(delivery.body),
        resolve: (isNew) => {
          clearTimeout(timer);
          resolve(isNew);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error instanceof Error ? error : new Error('The delivery could not be stored.'));
        },
      });
      this.waitingBytes += delivery.body.length;
      this.schedule();
    });
  }

  /** In the next turn of the event loop: requests that were read in this one share a batch. */
  private schedule(): void {
    if (this.isScheduled || this.inFlight >= MOST_IN_FLIGHT || this.waiting.length === 0) return;
    this.isScheduled = true;
    setImmediate(() => {
      this.isScheduled = false;
      void this.flush();
      this.schedule();
    });
  }

  private async flush(): Promise<void> {
    const batch = this.take();
    if (batch.length === 0) return;
    this.inFlight += 1;
    try {
      const fresh = await this.insert(batch);
      for (const row of batch) row.resolve(fresh.has(row.id));
    } catch (error) {
      for (const row of batch) row.reject(error);
    } finally {
      this.inFlight -= 1;
      this.schedule();
    }
  }

  private take(): Waiting[] {
    let bytes = 0;
    let count = 0;
    while (count < MOST_ROWS && count < this.waiting.length) {
      bytes += this.waiting[count]?.body.length ?? 0;
      if (count > 0 && bytes > MOST_BATCH_BYTES) break;
      count += 1;
    }
    const batch = this.waiting.splice(0, count);
    for (const row of batch) this.waitingBytes -= row.body.length;
    return batch;
  }

  /** @returns the ids of those whose bytes were not there yet */
  private async insert(batch: readonly Waiting[]): Promise<Set<DeliveryId>> {
    const rows: { id: DeliveryId }[] = await this.database.query(
      `WITH fresh AS (
         INSERT INTO webhook_digests (digest, delivery_id)
         SELECT digest, id FROM unnest($1::bytea[], $2::uuid[]) AS d (digest, id) ORDER BY digest
         ON CONFLICT DO NOTHING RETURNING delivery_id)
       INSERT INTO webhook_deliveries (id, digest, body, state, reason, processed_at)
       SELECT d.id, d.digest, d.body, CASE WHEN d.reason IS NULL THEN 'pending' ELSE 'ignored' END, d.reason,
              CASE WHEN d.reason IS NULL THEN NULL ELSE now() END
         FROM unnest($1::bytea[], $2::uuid[], $3::bytea[], $4::text[]) AS d (digest, id, body, reason)
         JOIN fresh ON fresh.delivery_id = d.id
       RETURNING id`,
      [
        batch.map((row) => row.digest),
        batch.map((row) => row.id),
        batch.map((row) => row.body),
        batch.map((row) => row.ignoredBecause),
      ],
    );
    return new Set(rows.map(({ id }) => id));
  }
}

import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { DeliveryId } from '../database/ids';
import { newId } from '../database/ids';
import { ServiceUnavailableError } from '../errors/app.error';
import type { DeliveryLane } from './delivery-lane';
import type { DeliveryOrigin } from './delivery-steps';

export interface IncomingDelivery {
  body: Buffer;
  lane: DeliveryLane;
  /** Why it is stored as ignored at once; null for those that the processor shall look at. */
  ignoredBecause: string | null;
  /** Where it belongs in a trace; null where it is not recorded. */
  origin: DeliveryOrigin | null;
}

interface Waiting extends IncomingDelivery {
  id: DeliveryId;
  /** Of `Date.now()`: until when an answer is still worth something. */
  deadline: number;
  resolve: () => void;
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
const CHECK_EVERY_MS = 500;
/** Only for those that are traced: all others cost nothing more. */
const NOTE_ORIGINS = `,
       noted AS (
         INSERT INTO webhook_delivery_steps (delivery_id, kind, request_id, trace_parent)
         SELECT t.id, 'received', t."requestId", t."traceParent"
           FROM jsonb_to_recordset($7::jsonb) AS t (id uuid, "requestId" text, "traceParent" text)
           JOIN fresh ON fresh.delivery_id = t.id)`;

/**
 * Writes deliveries to the inbox: those that arrive while a batch commits share the next INSERT and its one commit. Each
 * is answered for only when its own row is on disk.
 */
@Injectable()
export class DeliveryWriter implements OnApplicationShutdown {
  /** In order of arrival, and thus of their deadlines. */
  private readonly waiting: Waiting[] = [];
  private readonly inFlight = new Set<readonly Waiting[]>();
  private waitingBytes = 0;
  private isScheduled = false;
  private deadlines: NodeJS.Timeout | undefined;
  private onStored: (lanes: readonly DeliveryLane[]) => void = () => undefined;

  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** @param listener called after each commit with the lanes that got something to process */
  whenStored(listener: (lanes: readonly DeliveryLane[]) => void): void {
    this.onStored = listener;
  }

  onApplicationShutdown(): void {
    clearInterval(this.deadlines);
  }

  /**
   * Resolves once it is on disk, be it now or because the same bytes were stored before.
   * @throws ServiceUnavailableError when PostgreSQL is slower than the senders; nothing is promised then
   */
  async write(delivery: IncomingDelivery): Promise<void> {
    if (
      this.waitingBytes + delivery.body.length > MOST_WAITING_BYTES ||
      this.waiting.length >= MOST_WAITING_ROWS
    )
      throw new ServiceUnavailableError('More deliveries arrive than can be stored. Send it again later.');
    // One clock for all: a timer for each costs more than the rest of its waiting.
    this.deadlines ??= setInterval(() => {
      this.rejectLate();
    }, CHECK_EVERY_MS).unref();
    return new Promise((resolve, reject) => {
      this.waiting.push({
        body: delivery.body,
        lane: delivery.lane,
        ignoredBecause: delivery.ignoredBecause,
        origin: delivery.origin,
        id: newId<DeliveryId>(),
        deadline: Date.now() + LONGEST_WAIT_MS,
        resolve,
        reject,
      });
      this.waitingBytes += delivery.body.length;
      this.schedule();
    });
  }

  /** In the next turn of the event loop: requests that were read in this one share a batch. */
  private schedule(): void {
    if (this.isScheduled || this.inFlight.size >= MOST_IN_FLIGHT || this.waiting.length === 0) return;
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
    this.inFlight.add(batch);
    try {
      const lanes = await this.insert(batch);
      for (const row of batch) row.resolve();
      if (lanes.length > 0) this.onStored(lanes);
    } catch (error) {
      for (const row of batch) row.reject(error);
    } finally {
      this.inFlight.delete(batch);
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

  /** Stored or not in the end: who repeats it adds nothing, as the same bytes are one delivery. */
  private rejectLate(): void {
    const now = Date.now();
    for (const batch of [this.waiting, ...this.inFlight]) {
      for (const row of batch) {
        if (row.deadline > now) break;
        row.reject(new ServiceUnavailableError('The delivery could not be stored in time. Send it again.'));
      }
    }
    const firstInTime = this.waiting.findIndex((row) => row.deadline > now);
    const late = this.waiting.splice(0, firstInTime < 0 ? this.waiting.length : firstInTime);
    for (const row of late) this.waitingBytes -= row.body.length;
  }

  /**
   * All bodies travel as one binary value and are cut apart there: an array of them would be written out in hex, which
   * costs more than everything else done here.
   * @returns the lanes in which something new waits to be processed
   */
  private async insert(batch: readonly Waiting[]): Promise<DeliveryLane[]> {
    let offset = 1;
    const starts = batch.map((row) => {
      const start = offset;
      offset += row.body.length;
      return start;
    });
    const traced = batch.flatMap(({ id, origin }) => (origin === null ? [] : [{ id, ...origin }]));
    const rows: { lane: DeliveryLane }[] = await this.database.query(
      `WITH arrived AS MATERIALIZED (
         SELECT id, lane, reason, substring($1::bytea FROM start FOR length) AS body
           FROM unnest($2::uuid[], $3::int[], $4::int[], $5::text[], $6::text[]) AS a (id, start, length, lane, reason)),
       fresh AS (
         INSERT INTO webhook_digests (digest, delivery_id)
         SELECT sha256(body) AS digest, id FROM arrived ORDER BY digest
         ON CONFLICT DO NOTHING RETURNING digest, delivery_id),
       stored AS (
         INSERT INTO webhook_deliveries (id, digest, body, lane, state, reason, processed_at)
         SELECT a.id, fresh.digest, a.body, a.lane, CASE WHEN a.reason IS NULL THEN 'pending' ELSE 'ignored' END, a.reason,
                CASE WHEN a.reason IS NULL THEN NULL ELSE now() END
           FROM arrived a JOIN fresh ON fresh.delivery_id = a.id
         RETURNING lane, state)${traced.length === 0 ? '' : NOTE_ORIGINS}
       SELECT DISTINCT lane FROM stored WHERE state = 'pending'`,
      [
        Buffer.concat(batch.map((row) => row.body)),
        arrayLiteral(batch.map((row) => row.id)),
        arrayLiteral(starts),
        arrayLiteral(batch.map((row) => row.body.length)),
        arrayLiteral(batch.map((row) => row.lane)),
        batch.map((row) => row.ignoredBecause),
        ...(traced.length === 0 ? [] : [JSON.stringify(traced)]),
      ],
    );
    return rows.map(({ lane }) => lane);
  }
}

/** Of values that need no quotes. */
function arrayLiteral(values: readonly (string | number)[]): string {
  return `{${values.join(',')}}`;
}

import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { AssetsService } from '../assets/assets.service';
import type { DeliveryId } from '../database/ids';
import { sha256 } from '../crypto/secret-hash';
import { Outbox } from '../domain-events/outbox';
import { InboxMetrics } from './inbox.metrics';
import { recordFailure } from './delivery-steps';
import { parseDeliveryBody } from './parsers/delivery.parser';

/** With the pauses below: dead after about a day and a half of failing. */
const MOST_ATTEMPTS = 12;
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 6 * 60 * 60 * 1000;
const LONGEST_ERROR = 1_000;

interface PutOffRow {
  attempts: number;
  state: 'pending' | 'dead';
  nextAttemptAt: Date;
}

/** Deliveries that fail by themselves: tried again with growing pauses, then parked, told of, and kept for a replay. */
@Injectable()
export class DeadLetters {
  private readonly log = new Logger(DeadLetters.name);

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly assets: AssetsService,
    private readonly outbox: Outbox,
    private readonly metrics: InboxMetrics,
  ) {}

  async putOff(id: DeliveryId, error: unknown): Promise<void> {
    const message = (error instanceof Error ? `${error.name}: ${error.message}` : 'unknown error')
      .replaceAll('\u0000', '\uFFFD')
      .slice(0, LONGEST_ERROR)
      .toWellFormed();
    const row = await this.database.transaction(async (tx) => {
      const [rows]: [PutOffRow[], number] = await tx.query(
        `UPDATE webhook_deliveries
            SET attempts = attempts + 1, error = $2, state = CASE WHEN attempts + 1 >= $3 THEN 'dead' ELSE 'pending' END,
                next_attempt_at = now() + least($4 * power(2, attempts), $5) * (0.75 + random() / 2) * interval '1 millisecond'
          WHERE id = $1 AND state = 'pending' RETURNING attempts, state, next_attempt_at AS "nextAttemptAt"`,
        [id, message, MOST_ATTEMPTS, FIRST_PAUSE_MS, LONGEST_PAUSE_MS],
      );
      const [row] = rows;
      if (row !== undefined) await recordFailure(tx, id, row, message);
      if (row?.state === 'dead') await this.bury(tx, id, message);
      return row;
    });
    if (row === undefined) return;
    if (row.state === 'dead') this.metrics.died();
    if (row.state === 'dead')
      this.log.error(`Delivery ${id} is dead after ${row.attempts} attempts: ${message}`);
    else this.log.warn(`Delivery ${id} failed, attempt ${row.attempts}: ${message}`);
  }

  /** Counts its events as dead, and tells the accounts that some of them are for. */
  private async bury(tx: EntityManager, id: DeliveryId, message: string): Promise<void> {
    const [row]: { body: Buffer; received_at: Date }[] = await tx.query(
      'SELECT body, received_at FROM webhook_deliveries WHERE id = $1',
      [id],
    );
    if (row === undefined) return;
    const { object, events, unrecognized } = parseDeliveryBody(row.body, row.received_at);
    await tx.query(
      `UPDATE webhook_deliveries SET object = $2, events_processed = 0, events_ignored = 0, events_quarantined = 0,
              events_dead = $3, ignored = '[]', reason = NULL WHERE id = $1`,
      [id, object, events.length + unrecognized.length],
    );
    const refs = events.flatMap(({ asset, parent }) => [asset, parent]).filter((ref) => ref !== null);
    const owners = await this.assets.ownersOf(tx, refs);
    const accountIds = new Set([...owners.values()].map(({ accountId }) => accountId));
    await this.outbox.record(
      tx,
      [...accountIds].map((accountId) => ({
        kind: 'webhook.delivery_dead',
        accountId,
        payload: { deliveryId: id, error: message },
        // A delivery that dies again after a replay is the same misfortune.
        fingerprint: sha256(`webhook.delivery_dead ${id}`),
      })),
    );
  }
}

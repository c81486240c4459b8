import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import type { DeliveryId } from '../database/ids';
import { isConnectionLoss } from '../http/connection-loss';
import { parseJsonLosslessly } from '../json/lossless-json';
import { EventRouter, type UnroutedEvent } from './event-router';
import { parseDelivery } from './parsers/delivery.parser';
import type { ParsedDelivery, WebhookEventKind } from './webhook-events';
import { type RoutedEvent, WebhookHandlerRegistry } from './webhook-handler.registry';

const BATCH_SIZE = 200;
/** With the pauses below: dead after about a day and a half of failing. */
const MOST_ATTEMPTS = 12;
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 6 * 60 * 60 * 1000;

interface ClaimedRow {
  id: DeliveryId;
  body: Buffer;
  received_at: Date;
}

interface Outcome {
  id: DeliveryId;
  object: string;
  processed: number;
  ignored: number;
  quarantined: number;
  reason: string | null;
}

/**
 * Turns stored deliveries into their effects. A batch is one transaction: claim, parse, route, hand to the handlers, mark.
 * Dying anywhere leaves the rows pending with none of their effects. When a batch fails it is halved until the delivery
 * that fails stands alone; that one is tried again later, and finally parked as dead.
 */
@Injectable()
export class WebhookProcessor {
  private readonly log = new Logger(WebhookProcessor.name);

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly router: EventRouter,
    private readonly handlers: WebhookHandlerRegistry,
  ) {}

  /** Works until nothing is due. Any number of processes may do so at once. */
  async drain(): Promise<number> {
    let total = 0;
    for (;;) {
      const ids = await this.due();
      if (ids.length === 0) return total;
      const done = await this.processAll(ids);
      total += done;
      // Everything due is in the hands of other processes.
      if (done === 0) return total;
    }
  }

  private async due(): Promise<DeliveryId[]> {
    const rows: { id: DeliveryId }[] = await this.database.query(
      `SELECT id FROM webhook_deliveries WHERE state = 'pending' AND next_attempt_at <= now()
        ORDER BY next_attempt_at, id LIMIT $1`,
      [BATCH_SIZE],
    );
    return rows.map(({ id }) => id);
  }

  /** @returns how many deliveries this process settled or put off */
  private async processAll(ids: readonly DeliveryId[]): Promise<number> {
    try {
      return await this.database.transaction((tx) => this.processIn(tx, ids));
    } catch (error) {
      // The database is away: no delivery is to blame, and there is nowhere to write it down. The sweeper comes back.
      if (isConnectionLoss(error)) throw error;
      const [only] = ids;
      if (ids.length > 1 || only === undefined) {
        const middle = Math.ceil(ids.length / 2);
        return (await this.processAll(ids.slice(0, middle))) + (await this.processAll(ids.slice(middle)));
      }
      await this.putOff(only, error);
      return 1;
    }
  }

  private async processIn(tx: EntityManager, ids: readonly DeliveryId[]): Promise<number> {
    const rows: ClaimedRow[] = await tx.query(
      `SELECT id, body, received_at FROM webhook_deliveries
        WHERE id = ANY($1) AND state = 'pending' AND next_attempt_at <= now()
        ORDER BY next_attempt_at, id FOR UPDATE SKIP LOCKED`,
      [ids],
    );
    if (rows.length === 0) return 0;
    const outcomes = new Map<DeliveryId, Outcome>();
    const events: UnroutedEvent[] = [];
    for (const row of rows) {
      const parsed = parseBody(row);
      outcomes.set(row.id, {
        id: row.id,
        object: parsed.object,
        processed: 0,
        ignored: parsed.unrecognized.length,
        quarantined: 0,
        reason: parsed.unrecognized[0] === undefined ? null : reasonOf(parsed.unrecognized[0]),
      });
      for (const event of parsed.events) events.push({ deliveryId: row.id, event });
    }

    const { routed, homeless } = await this.router.route(tx, events);
    await this.dispatch(tx, routed, outcomes);
    await this.quarantine(tx, homeless, outcomes);
    await this.settle(tx, [...outcomes.values()]);
    return rows.length;
  }

  private async dispatch(
    tx: EntityManager,
    events: readonly RoutedEvent[],
    outcomes: ReadonlyMap<DeliveryId, Outcome>,
  ): Promise<void> {
    const byKind = new Map<WebhookEventKind, RoutedEvent[]>();
    for (const event of events) {
      const outcome = outcomes.get(event.deliveryId);
      if (outcome === undefined) continue;
      if (!this.handlers.hasHandlerFor(event.kind)) {
        outcome.ignored += 1;
        outcome.reason ??= `nothing here acts on ${event.kind}`;
        continue;
      }
      outcome.processed += 1;
      const list = byKind.get(event.kind);
      if (list === undefined) byKind.set(event.kind, [event]);
      else list.push(event);
    }
    for (const [kind, list] of byKind) await this.handlers.dispatch(kind, list, tx);
  }

  private async quarantine(
    tx: EntityManager,
    homeless: readonly UnroutedEvent[],
    outcomes: ReadonlyMap<DeliveryId, Outcome>,
  ): Promise<void> {
    if (homeless.length === 0) return;
    const rows = homeless.flatMap(({ deliveryId, event }) => {
      const outcome = outcomes.get(deliveryId);
      if (outcome !== undefined) {
        outcome.quarantined += 1;
        outcome.reason = `nobody here has connected ${event.asset?.kind ?? 'the asset'} ${event.asset?.metaId ?? ''}`;
      }
      return [event.asset, event.parent].flatMap((ref) => (ref === null ? [] : [{ ...ref, deliveryId }]));
    });
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

  private async settle(tx: EntityManager, outcomes: readonly Outcome[]): Promise<void> {
    await tx.query(
      `UPDATE webhook_deliveries d
          SET state = CASE WHEN o.quarantined > 0 THEN 'quarantined' WHEN o.processed > 0 THEN 'processed' ELSE 'ignored' END,
              object = o.object, events_processed = o.processed, events_ignored = o.ignored,
              events_quarantined = o.quarantined, reason = o.reason, error = NULL, attempts = d.attempts + 1,
              processed_at = now()
         FROM unnest($1::uuid[], $2::text[], $3::int[], $4::int[], $5::int[], $6::text[])
                AS o (id, object, processed, ignored, quarantined, reason)
        WHERE d.id = o.id`,
      [
        outcomes.map((outcome) => outcome.id),
        outcomes.map((outcome) => outcome.object),
        outcomes.map((outcome) => outcome.processed),
        outcomes.map((outcome) => outcome.ignored),
        outcomes.map((outcome) => outcome.quarantined),
        outcomes.map((outcome) => outcome.reason),
      ],
    );
  }

  private async putOff(id: DeliveryId, error: unknown): Promise<void> {
    const message = error instanceof Error ? `${error.name}: ${error.message}` : 'unknown error';
    const [rows]: [{ attempts: number; state: string }[], number] = await this.database.query(
      `UPDATE webhook_deliveries
          SET attempts = attempts + 1, error = $2,
              state = CASE WHEN attempts + 1 >= $3 THEN 'dead' ELSE 'pending' END,
              next_attempt_at = now() + least($4 * power(2, attempts), $5) * (0.75 + random() / 2) * interval '1 millisecond'
        WHERE id = $1 AND state = 'pending' RETURNING attempts, state`,
      [id, message.slice(0, 1_000), MOST_ATTEMPTS, FIRST_PAUSE_MS, LONGEST_PAUSE_MS],
    );
    const [row] = rows;
    if (row === undefined) return;
    if (row.state === 'dead')
      this.log.error(`Delivery ${id} is dead after ${row.attempts} attempts: ${message}`);
    else this.log.warn(`Delivery ${id} failed, attempt ${row.attempts}: ${message}`);
  }
}

function parseBody(row: ClaimedRow): ParsedDelivery {
  let body: unknown;
  try {
    body = parseJsonLosslessly(row.body.toString('utf8'));
  } catch {
    return {
      object: '',
      events: [],
      unrecognized: [{ object: '', field: null, reason: 'the body is not JSON', raw: null }],
    };
  }
  return parseDelivery(body, row.received_at);
}

function reasonOf(item: { object: string; field: string | null; reason: string }): string {
  const place = [item.object, item.field].filter((part) => part !== null && part !== '').join('.');
  return (place === '' ? item.reason : `${place}: ${item.reason}`).slice(0, 1_000);
}

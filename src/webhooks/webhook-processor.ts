import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { AppConfig } from '../config/app-config';
import type { DeliveryId } from '../database/ids';
import { beginBatch } from '../database/batch-transaction';
import { repeatLostRaces } from '../database/lost-race';
import { isConnectionLoss } from '../http/connection-loss';
import { Tracing } from '../tracing/tracing';
import { withLogFields } from '../tracing/work-scope';
import { type ClaimedDelivery, DeliveryClaims } from './delivery-claims';
import { DeadLetters } from './dead-letters';
import type { DeliveryLane } from './delivery-lane';
import { DeliveryOutcome } from './delivery-outcome';
import { DeliverySettlement } from './delivery-settlement';
import { inBatchOf } from './delivery-steps';
import { InboxMetrics } from './inbox.metrics';
import { EventRouter, type UnroutedEvent } from './event-router';
import { parseDeliveryBody } from './parsers/delivery.parser';
import type { WebhookEventKind } from './webhook-events';
import { type RoutedEvent, WebhookHandlerRegistry } from './webhook-handler.registry';

/** Bulk work holds its locks for less long, for live messages may be about the same people. */
const SMALLER_BULK = 10;
/** Those that failed before go alone, so that they fail alone; and only so many between two batches. */
const RETRIES_AT_ONCE = 5;
/** As long as new ones keep coming; when they are done, it looks at once. */
const LOOK_FOR_RETRIES_EVERY_MS = 500;

/**
 * Turns stored deliveries into their effects. A batch is one transaction: claim, parse, route, hand to the handlers, mark.
 * Dying anywhere leaves the rows pending with none of their effects. When a batch fails it is halved until the delivery
 * that fails stands alone; that one is tried again later, and finally parked as dead.
 */
@Injectable()
export class WebhookProcessor implements OnModuleDestroy {
  private readonly log = new Logger(WebhookProcessor.name);
  private isStopping = false;

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly config: AppConfig,
    private readonly claims: DeliveryClaims,
    private readonly settlement: DeliverySettlement,
    private readonly deadLetters: DeadLetters,
    private readonly router: EventRouter,
    private readonly handlers: WebhookHandlerRegistry,
    private readonly metrics: InboxMetrics,
    private readonly tracing: Tracing,
  ) {}

  /** Before anybody waits for running jobs: what is in hand is finished, the rest is left to others. */
  onModuleDestroy(): void {
    this.isStopping = true;
  }

  /**
   * Works until nothing of the lane is due that nobody else has in hand; what arrives while it works on the last batch has a
   * wake-up of its own. Any number of processes may do so at once.
   * @returns how many deliveries were settled or put off
   */
  async drain(lane: DeliveryLane): Promise<number> {
    let total = 0;
    let lookAgainAt = 0;
    while (!this.isStopping) {
      const look = { isMore: true };
      let done = await this.processNext(async (tx) => {
        const { deliveries, isMore } = await this.claims.fresh(tx, lane, this.batchSizeOf(lane));
        look.isMore = isMore;
        return deliveries;
      });
      if (!look.isMore || Date.now() >= lookAgainAt) {
        const retried = await this.retrySome(lane);
        lookAgainAt = Date.now() + LOOK_FOR_RETRIES_EVERY_MS;
        look.isMore ||= retried === RETRIES_AT_ONCE;
        done += retried;
      }
      total += done;
      if (!look.isMore || done === 0) break;
    }
    return total;
  }

  private async retrySome(lane: DeliveryLane): Promise<number> {
    for (let retries = 0; retries < RETRIES_AT_ONCE; retries++) {
      const retried = await this.processNext((tx) => this.claims.retry(tx, lane));
      if (retried === 0) return retries;
    }
    return RETRIES_AT_ONCE;
  }

  private batchSizeOf(lane: DeliveryLane): number {
    const size = this.config.env.WEBHOOK_BATCH_SIZE;
    return lane === 'bulk' ? Math.ceil(size / SMALLER_BULK) : size;
  }

  /** @returns how many deliveries this process settled or put off */
  private async processNext(
    claim: (tx: EntityManager) => Promise<readonly ClaimedDelivery[]>,
  ): Promise<number> {
    let rows: readonly ClaimedDelivery[] = [];
    let outcomes: readonly DeliveryOutcome[] = [];
    try {
      await repeatLostRaces(() =>
        this.database.transaction(async (tx) => {
          await beginBatch(tx);
          rows = await claim(tx);
          outcomes =
            rows.length > 0 ? await inBatchOf(this.tracing, tx, rows, () => this.process(tx, rows)) : [];
        }),
      );
      this.metrics.visible(rows, outcomes);
    } catch (error) {
      // The database is away: no delivery is to blame, and there is nowhere to write it down. The sweeper comes back.
      if (isConnectionLoss(error) || rows.length === 0) throw error;
      await this.isolate(
        rows.map(({ id }) => id),
        error,
      );
    }
    return rows.length;
  }

  private async isolate(ids: readonly DeliveryId[], error: unknown): Promise<void> {
    const [only] = ids;
    if (ids.length === 1 && only !== undefined) {
      await withLogFields({ deliveryId: only }, () => this.deadLetters.putOff(only, error));
      return;
    }
    const middle = Math.ceil(ids.length / 2);
    this.log.warn(`A batch of ${ids.length} deliveries failed and is halved: ${messageOf(error)}`);
    for (const half of [ids.slice(0, middle), ids.slice(middle)])
      await this.processNext((tx) => this.claims.these(tx, half));
  }

  private async process(
    tx: EntityManager,
    rows: readonly ClaimedDelivery[],
  ): Promise<readonly DeliveryOutcome[]> {
    const outcomes = new Map<DeliveryId, DeliveryOutcome>();
    const events: UnroutedEvent[] = [];
    for (const row of rows) {
      const parsed = parseDeliveryBody(row.body, row.receivedAt);
      const outcome = new DeliveryOutcome(row.id);
      outcome.object = parsed.object;
      for (const item of parsed.unrecognized) outcome.ignoreItem(item);
      outcomes.set(row.id, outcome);
      for (const event of parsed.events) events.push({ deliveryId: row.id, event });
    }
    const { routed, homeless } = await this.router.route(tx, events);
    await this.dispatch(tx, routed, outcomes);
    await this.settlement.quarantine(tx, homeless, outcomes);
    const settled = [...outcomes.values()];
    await this.settlement.settle(tx, settled);
    return settled;
  }

  private async dispatch(
    tx: EntityManager,
    events: readonly RoutedEvent[],
    outcomes: ReadonlyMap<DeliveryId, DeliveryOutcome>,
  ): Promise<void> {
    const byKind = new Map<WebhookEventKind, RoutedEvent[]>();
    for (const event of events) {
      const list = byKind.get(event.kind);
      if (list === undefined) byKind.set(event.kind, [event]);
      else list.push(event);
    }
    for (const kind of this.handlers.kinds()) {
      const list = byKind.get(kind);
      if (list === undefined) continue;
      byKind.delete(kind);
      const ignored = await this.handlers.dispatch(kind, list, tx);
      for (const event of list) {
        const outcome = outcomes.get(event.deliveryId);
        const reason = ignored.get(event);
        if (outcome === undefined) continue;
        if (reason === undefined) outcome.processed += 1;
        else outcome.ignore(`${kind}: ${reason}`);
      }
    }
    for (const [kind, list] of byKind)
      for (const event of list) outcomes.get(event.deliveryId)?.ignore(`nothing here acts on ${kind}`);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown error';
}

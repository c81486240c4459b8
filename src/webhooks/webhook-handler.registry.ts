import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AccountId, AssetId, DeliveryId } from '../database/ids';
import type { WebhookEvent, WebhookEventKind } from './webhook-events';

/** An event together with the connected account that it belongs to, or none for events of the app itself. */
export type RoutedEvent<K extends WebhookEventKind = WebhookEventKind> = WebhookEvent<K> & {
  deliveryId: DeliveryId;
  owner: { accountId: AccountId; assetId: AssetId } | null;
};

/** An event, whatever its kind. */
type OfDelivery = Pick<RoutedEvent, 'deliveryId'>;

/** Where a handler says which events it made nothing of. All others count as processed. */
export class EventLedger {
  private readonly leftAside = new Map<OfDelivery, string>();

  ignore(event: OfDelivery, reason: string): void {
    this.leftAside.set(event, reason);
  }

  reasonFor(event: OfDelivery): string | undefined {
    return this.leftAside.get(event);
  }
}

/**
 * Called inside the inbox transaction, with every event of its kind of a whole batch, in order of arrival. The same
 * event may come again (replay, retry of the batch): effects are upserts. No Graph calls and no jobs from here: the
 * transaction may roll back, so what has to happen after the commit is a row of the outbox.
 */
export interface WebhookHandler<K extends WebhookEventKind> {
  readonly kind: K;
  handle(events: readonly RoutedEvent<K>[], tx: EntityManager, ledger: EventLedger): Promise<void>;
}

@Injectable()
export class WebhookHandlerRegistry {
  private readonly handlers: { [K in WebhookEventKind]?: WebhookHandler<K>[] } = {};

  /** Called from a platform module's `onModuleInit`; several handlers may listen to one kind. */
  register<K extends WebhookEventKind>(handler: WebhookHandler<K>): void {
    Object.assign(this.handlers, { [handler.kind]: [...(this.handlers[handler.kind] ?? []), handler] });
  }

  hasHandlerFor(kind: WebhookEventKind): boolean {
    return this.handlers[kind] !== undefined;
  }

  /** In the order in which batches dispatch them: always the same, or two batches could lock each other out. */
  kinds(): WebhookEventKind[] {
    return Object.keys(this.handlers) as WebhookEventKind[];
  }

  /** @returns the events that every one of their handlers left aside, with the reason */
  async dispatch<K extends WebhookEventKind>(
    kind: K,
    events: readonly RoutedEvent<K>[],
    tx: EntityManager,
  ): Promise<Map<RoutedEvent<K>, string>> {
    const ledgers: EventLedger[] = [];
    for (const handler of this.handlers[kind] ?? []) {
      const ledger = new EventLedger();
      await handler.handle(events, tx, ledger);
      ledgers.push(ledger);
    }
    const ignored = new Map<RoutedEvent<K>, string>();
    for (const event of events) {
      const reasons = ledgers.map((ledger) => ledger.reasonFor(event));
      if (reasons[0] !== undefined && reasons.every((reason) => reason !== undefined))
        ignored.set(event, reasons[0]);
    }
    return ignored;
  }
}

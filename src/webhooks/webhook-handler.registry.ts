import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AccountId, AssetId, DeliveryId } from '../database/ids';
import type { WebhookEvent, WebhookEventKind } from './webhook-events';

/** An event together with the connected account that it belongs to, or none for events of the app itself. */
export type RoutedEvent<K extends WebhookEventKind = WebhookEventKind> = WebhookEvent<K> & {
  deliveryId: DeliveryId;
  owner: { accountId: AccountId; assetId: AssetId } | null;
};

/**
 * Called inside the inbox transaction, with every event of its kind of a whole batch, in order of arrival. The same
 * event may come again (replay, retry of the batch): effects are upserts. No Graph calls and no jobs from here: the
 * transaction may roll back, so what has to happen after the commit is a row of the outbox.
 */
export interface WebhookHandler<K extends WebhookEventKind> {
  readonly kind: K;
  handle(events: readonly RoutedEvent<K>[], tx: EntityManager): Promise<void>;
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

  async dispatch<K extends WebhookEventKind>(
    kind: K,
    events: readonly RoutedEvent<K>[],
    tx: EntityManager,
  ): Promise<void> {
    const handlers: WebhookHandler<K>[] = this.handlers[kind] ?? [];
    for (const handler of handlers) await handler.handle(events, tx);
  }
}

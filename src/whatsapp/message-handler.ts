import { Logger } from '@nestjs/common';
import type { EventLedger, RoutedEvent } from '../webhooks/webhook-handler.registry';
import type { WebhookEventKind } from '../webhooks/webhook-events';
import type { Home } from './message-arrivals';

const logger = new Logger('WhatsAppMessages');

/**
 * What `read` makes of each event, in their order. An event that is odd in itself must not fail the batch that it came
 * with: it is counted as ignored with the reason, and its delivery stays in the inbox.
 * @param read null for an event of which nothing can be made
 */
export function readEach<K extends WebhookEventKind, T>(
  events: readonly RoutedEvent<K>[],
  ledger: EventLedger,
  read: (home: Home, event: RoutedEvent<K>) => T | null,
): T[] {
  const items: T[] = [];
  for (const event of events) {
    try {
      if (event.owner === null) {
        ledger.ignore(event, 'it belongs to no number or account');
        continue;
      }
      const { accountId, assetId } = event.owner;
      const item = read({ accountId, assetId }, event);
      if (item !== null) items.push(item);
      else ledger.ignore(event, 'nothing can be made of it');
    } catch (error) {
      // A fault of ours: it shows in the delivery's reasons, and can be replayed once it is mended.
      const reason = error instanceof Error ? error.message : 'unknown error';
      ledger.ignore(event, `it could not be read: ${reason}`);
      // The content stays out of the log: it is somebody's message.
      const { kind, deliveryId } = event;
      logger.warn({ message: `An event was left aside: ${reason}`, kind, deliveryId });
    }
  }
  return items;
}

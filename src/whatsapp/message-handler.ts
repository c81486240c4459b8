import { Logger } from '@nestjs/common';
import type { RoutedEvent } from '../webhooks/webhook-handler.registry';
import type { WebhookEventKind } from '../webhooks/webhook-events';
import type { Home } from './message-arrivals';

const logger = new Logger('WhatsAppMessages');

/**
 * What `read` makes of each event that has an owner, in their order. An event that is odd in itself must not fail the
 * batch that it came with: it is told of here, and its delivery stays in the inbox.
 * @param read null for an event of which nothing can be made
 */
export function readEach<K extends WebhookEventKind, T>(
  events: readonly RoutedEvent<K>[],
  read: (home: Home, event: RoutedEvent<K>) => T | null,
): T[] {
  const items: T[] = [];
  for (const event of events) {
    if (event.owner === null) continue;
    try {
      const { accountId, assetId } = event.owner;
      const item = read({ accountId, assetId }, event);
      if (item !== null) items.push(item);
      else reportOddity(event, 'nothing can be made of it');
    } catch (error) {
      reportOddity(event, error instanceof Error ? error.message : 'unknown error');
    }
  }
  return items;
}

/** The content stays out of the log: it is somebody's message. */
export function reportOddity(event: { kind: string; deliveryId: string }, reason: string): void {
  logger.warn({
    message: `An event was left aside: ${reason}`,
    kind: event.kind,
    deliveryId: event.deliveryId,
  });
}

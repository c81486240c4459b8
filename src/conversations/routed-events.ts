import { Logger } from '@nestjs/common';
import type { EventLedger, RoutedEvent } from '../webhooks/webhook-handler.registry';

const logger = new Logger('InboundEvents');

/** Whose an event is, and what it came with. */
type EventHome = NonNullable<RoutedEvent['owner']> & Pick<RoutedEvent, 'deliveryId'>;

/** The reason for events that have nothing better to say. */
export const NOTHING_IN_IT = 'nothing can be made of it';

/**
 * What `read` makes of each event, in their order. An event that is odd in itself must not fail the batch that it came
 * with: it is counted as ignored with the reason, and its delivery stays in the inbox.
 * @param reason why nothing can be made of an event for which `read` answers null
 */
export function readEach<Event extends Pick<RoutedEvent, 'kind' | 'deliveryId' | 'owner'>, T>(
  events: readonly Event[],
  ledger: EventLedger,
  reason: string,
  read: (home: EventHome, event: Event) => T | null,
): T[] {
  return events.flatMap((event): T[] => {
    if (event.owner === null) {
      ledger.ignore(event, 'it belongs to no number, Page or account');
      return [];
    }
    try {
      const item = read({ ...event.owner, deliveryId: event.deliveryId }, event);
      if (item !== null) return [item];
      ledger.ignore(event, reason);
    } catch (error) {
      // A fault of ours: it shows in the delivery's reasons, and can be replayed once it is mended.
      const fault = error instanceof Error ? error.message : 'unknown error';
      ledger.ignore(event, `it could not be read: ${fault}`);
      // The content stays out of the log: it is somebody's message.
      const { kind, deliveryId } = event;
      logger.warn({ message: `An event was left aside: ${fault}`, kind, deliveryId });
    }
    return [];
  });
}

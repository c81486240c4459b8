import type { AccountId, AssetId } from '../database/ids';
import type { WebhookEventKind } from '../webhooks/webhook-events';
import type { RoutedEvent } from '../webhooks/webhook-handler.registry';

/** An event that belongs to a connected account, with whose it is beside what it says. */
export type OwnedEvent<K extends WebhookEventKind> = RoutedEvent<K> & {
  owner: { accountId: AccountId; assetId: AssetId };
};

/** Events of things that nobody connected have no row to change. */
export function ownedEvents<K extends WebhookEventKind>(events: readonly RoutedEvent<K>[]): OwnedEvent<K>[] {
  return events.filter((event): event is OwnedEvent<K> => event.owner !== null);
}

/** Of several about the same thing the newest; of equally old ones the last that arrived. */
export function newestByKey<E extends { occurredAt: Date }>(
  events: readonly E[],
  keyOf: (event: E) => string,
): E[] {
  const newest = new Map<string, E>();
  for (const event of events) {
    const key = keyOf(event);
    const before = newest.get(key);
    if (before === undefined || event.occurredAt >= before.occurredAt) newest.set(key, event);
  }
  return [...newest.values()];
}

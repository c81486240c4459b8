import type { DeliveryContent, DeliveryFact, StepFact, TouchedFact } from './delivery-facts.repository';
import { type TimelineEntry, briefly, counted, entryOf, instantText } from './timeline-entry';

export interface DeliveryFactsFound {
  delivery: DeliveryFact;
  steps: readonly StepFact[];
  content: DeliveryContent;
  touched: readonly TouchedFact[];
}

/** What happened to a delivery of Meta's, and what it made. */
export function deliveryEntries(found: DeliveryFactsFound): TimelineEntry[] {
  const { delivery, steps, content, touched } = found;
  const ids = { deliveryId: delivery.id };
  const received = steps.find(({ kind }) => kind === 'received');
  const kinds = [...content.kinds].map(([kind, count]) => (count === 1 ? kind : `${count} × ${kind}`));
  return [
    entryOf(
      delivery.receivedAt,
      'delivery.received',
      `It arrived and was stored${kinds.length === 0 ? '' : `, with ${briefly(kinds.join(', '))}`}.`,
      ids,
      received,
    ),
    ...steps.filter(({ kind }) => kind !== 'received').map((step) => stepEntry(step, delivery)),
    ...touched.flatMap((message) => touchedEntries(message, delivery)),
    ...(delivery.processedAt === null ? [] : [endEntry(delivery.processedAt, delivery)]),
  ];
}

function stepEntry(step: StepFact, { id }: DeliveryFact): TimelineEntry {
  const ids = { deliveryId: id, userId: step.userId };
  if (step.kind === 'replayed')
    return entryOf(
      step.at,
      'delivery.replayed',
      `${step.userName ?? 'A user'} had it processed again.`,
      ids,
      step,
    );
  if (step.kind === 'dead')
    return entryOf(
      step.at,
      'delivery.dead',
      `Attempt ${step.attempt ?? '?'} failed, the last: it is parked as dead and can be replayed. ${briefly(step.error)}`,
      ids,
    );
  return entryOf(
    step.at,
    'delivery.failed',
    `Attempt ${step.attempt ?? '?'} failed${step.nextAttemptAt === null ? '' : `, again at ${instantText(step.nextAttemptAt)}`}: ${briefly(step.error)}`,
    ids,
  );
}

function touchedEntries(message: TouchedFact, { id }: DeliveryFact): TimelineEntry[] {
  const ids = {
    messageId: message.messageId,
    conversationId: message.conversationId,
    externalId: message.externalId,
  };
  const entries: TimelineEntry[] = [];
  if (message.isFromHere) {
    if (message.isNewContact)
      entries.push(
        entryOf(message.createdAt, 'contact.created', 'A contact was made for whom it is from.', {
          contactId: message.contactId,
        }),
      );
    entries.push(
      entryOf(message.createdAt, 'message.stored', `A message (${message.type}) was stored.`, ids),
    );
  }
  for (const { status, at, createdAt } of message.statuses ?? [])
    entries.push(
      entryOf(
        new Date(createdAt),
        'message.status',
        `A message became ${status}, at ${instantText(new Date(at))} by Meta’s clock.`,
        { ...ids, deliveryId: id },
      ),
    );
  return entries;
}

/** `processed_at` is of the last time that it came to an end, whatever was asked for since. */
function endEntry(at: Date, { id, state, events, ignored, reason }: DeliveryFact): TimelineEntry {
  const ids = { deliveryId: id };
  const parts = [
    events.processed > 0 ? `${counted(events.processed, 'event')} processed` : '',
    events.ignored > 0 ? `${counted(events.ignored, 'event')} ignored (${briefly(reasonsOf(ignored))})` : '',
    events.quarantined > 0 ? `${counted(events.quarantined, 'event')} quarantined (${briefly(reason)})` : '',
  ].filter((part) => part !== '');
  const kind = state === 'pending' || state === 'dead' ? 'processed' : state;
  return entryOf(
    at,
    `delivery.${kind}`,
    `It was processed: ${parts.join(', ') || (reason ?? 'nothing was in it')}.`,
    ids,
  );
}

function reasonsOf(ignored: DeliveryFact['ignored']): string {
  return ignored.map(({ reason, count }) => (count === 1 ? reason : `${count} × ${reason}`)).join('; ');
}

/** What the delivery waits for; null where it has come to its end. */
export function waitingForDelivery({ delivery, steps }: DeliveryFactsFound, now: Date): TimelineEntry | null {
  const { id, state, nextAttemptAt, receivedAt, processedAt, lane, reason } = delivery;
  const ids = { deliveryId: id };
  const last = steps.find(({ kind }) => kind !== 'received');
  const since = last?.at ?? receivedAt;
  if (state === 'quarantined')
    return entryOf(
      processedAt ?? since,
      'waiting',
      `Waiting for somebody to connect what it is for: ${briefly(reason)}.`,
      ids,
    );
  if (state === 'dead')
    return entryOf(since, 'waiting', 'Waiting for somebody to mend the cause and replay it.', ids);
  if (state !== 'pending') return null;
  return nextAttemptAt > now
    ? entryOf(since, 'waiting', `Waiting for the next attempt, at ${instantText(nextAttemptAt)}.`, ids)
    : entryOf(since, 'waiting', `Waiting for a worker of the lane ${lane}.`, ids);
}

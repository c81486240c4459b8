import { createdAtOf } from '../database/ids';
import type {
  CursorFact,
  EventFact,
  EventFailureFact,
  OutboundAttemptFact,
  OutboundFact,
} from './event-facts.repository';
import { type TimelineEntry, briefly, counted, entryOf, instantText } from './timeline-entry';

/** Who listens to which events, in this release. */
export interface Listener {
  name: string;
  kinds: ReadonlySet<string>;
}

export interface EventFactsFound {
  events: readonly EventFact[];
  cursors: readonly CursorFact[];
  failures: readonly EventFailureFact[];
  outbound: readonly OutboundFact[];
  attempts: readonly OutboundAttemptFact[];
}

const PLACE_GIVEN_WITHIN_MS = 600_000;

/** What events told, to whom, and what came of that. */
export function eventEntries(found: EventFactsFound, listeners: readonly Listener[]): TimelineEntry[] {
  return [
    ...found.events.map((event) => eventEntry(event, found, listeners)),
    ...found.failures.map(failureEntry),
    ...found.outbound.flatMap((delivery) => outboundEntries(delivery, found.attempts)),
  ];
}

/** What of it is still to come; null where nothing is. The one that has waited longest. */
export function waitingForEvents(
  found: EventFactsFound,
  listeners: readonly Listener[],
): TimelineEntry | null {
  for (const failure of found.failures)
    if (failure.state === 'waiting')
      return entryOf(
        failure.createdAt,
        'waiting',
        `Waiting for ${failure.subscriber} to be told again at ${instantText(failure.nextAttemptAt)}: ${briefly(failure.error)}`,
        { eventId: failure.eventId },
      );
  for (const delivery of found.outbound)
    if (delivery.state === 'pending' || delivery.state === 'held')
      return entryOf(createdAtOf(delivery.id), 'waiting', outboundWait(delivery), {
        endpointId: delivery.endpointId,
        endpointDeliveryId: delivery.id,
      });
  for (const event of found.events) {
    const { behind } = toldOf(event, found.cursors, listeners);
    if (behind.length > 0)
      return entryOf(
        event.createdAt,
        'waiting',
        `Waiting for ${behind.join(', ')} to be told of ${event.kind}.`,
        {
          eventId: event.id,
        },
      );
  }
  return null;
}

function eventEntry(
  event: EventFact,
  { cursors }: EventFactsFound,
  listeners: readonly Listener[],
): TimelineEntry {
  const { told, behind } = toldOf(event, cursors, listeners);
  const status = event.status === null ? '' : ` (${event.status})`;
  return entryOf(
    event.createdAt,
    'event.recorded',
    [
      `The event ${event.kind}${status} was recorded.`,
      told.length > 0 ? `Told: ${told.join(', ')}.` : '',
      behind.length > 0 ? `Not yet told: ${behind.join(', ')}.` : '',
    ]
      .filter((part) => part !== '')
      .join(' '),
    { eventId: event.id },
    { traceParent: event.traceParent },
  );
}

/** By how far each has come: a subscriber is told in order. What failed stands among the failures. */
function toldOf(
  { kind, id, position, createdAt }: EventFact,
  cursors: readonly CursorFact[],
  listeners: readonly Listener[],
): { told: string[]; behind: string[] } {
  const told: string[] = [];
  const behind: string[] = [];
  // Places are given within moments, and forgotten once everybody was told.
  if (position === null && Date.now() - createdAt.getTime() > PLACE_GIVEN_WITHIN_MS) return { told, behind };
  for (const { name, kinds } of listeners) {
    const cursor = cursors.find(({ subscriber }) => subscriber === name);
    if (!kinds.has(kind) || cursor === undefined) continue;
    const isPast =
      position !== null &&
      (BigInt(cursor.position) > BigInt(position) || (cursor.position === position && cursor.eventId >= id));
    (isPast ? told : behind).push(name);
  }
  return { told, behind };
}

function failureEntry(failure: EventFailureFact): TimelineEntry {
  const { subscriber, attempts, state, updatedAt, eventId, error } = failure;
  return entryOf(
    updatedAt,
    state === 'dead' ? 'event.dead' : 'event.failed',
    state === 'dead'
      ? `${subscriber} was never told: given up after ${counted(attempts, 'attempt')}. ${briefly(error)}`
      : `${subscriber} could not be told, attempt ${attempts}: ${briefly(error)}`,
    { eventId },
  );
}

function outboundEntries(delivery: OutboundFact, attempts: readonly OutboundAttemptFact[]): TimelineEntry[] {
  const host = hostOf(delivery.url);
  const ids = { endpointId: delivery.endpointId, endpointDeliveryId: delivery.id, eventId: delivery.eventId };
  const entries = [
    entryOf(
      createdAtOf(delivery.id),
      'outbound.queued',
      `${delivery.type} was put in line for ${host}.`,
      ids,
    ),
    ...attempts
      .filter(({ deliveryId }) => deliveryId === delivery.id)
      .map((attempt) =>
        entryOf(
          attempt.at,
          attempt.failure === null ? 'outbound.delivered' : 'outbound.failed',
          attempt.failure === null
            ? `${host} took it: HTTP ${attempt.status ?? ''} after ${attempt.durationMs} ms.`
            : `${host} did not take it, attempt ${attempt.number}: ${attempt.status === null ? '' : `HTTP ${attempt.status}, `}${attempt.failure}.`,
          ids,
        ),
      ),
  ];
  if (delivery.state === 'dead')
    entries.push(
      entryOf(
        delivery.finishedAt ?? createdAtOf(delivery.id),
        'outbound.dead',
        `Given up for ${host} after ${counted(delivery.attempts, 'attempt')}: ${briefly(delivery.lastError)}`,
        ids,
      ),
    );
  return entries;
}

function outboundWait({ url, state, dueAt, holdUntil }: OutboundFact): string {
  const host = hostOf(url);
  if (state === 'held') return `Held: the outbound webhook to ${host} is switched off.`;
  const until = holdUntil ?? dueAt;
  return until === null
    ? `Waiting for earlier deliveries to ${host}, which go first.`
    : `Waiting for the delivery to ${host}, due at ${instantText(until)}.`;
}

/** Addresses may hold secrets further on. */
function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'the endpoint';
}

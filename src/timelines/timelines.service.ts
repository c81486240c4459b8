import { Injectable } from '@nestjs/common';
import { ConversationAccess } from '../conversations/inbox/conversation-access.service';
import { isUuid } from '../database/ids';
import { OutboxSubscribers } from '../domain-events/outbox-subscribers';
import { NotFoundError } from '../errors/app.error';
import type { AuthenticatedUser } from '../identity/authenticated-user';
import { deliveryEntries, waitingForDelivery } from './delivery-entries';
import { DeliveryFacts } from './delivery-facts.repository';
import { type EventFactsFound, eventEntries, waitingForEvents } from './event-entries';
import { EventFacts, type EventSearch } from './event-facts.repository';
import { type MessageFactsFound, messageEntries, waitingFor } from './message-entries';
import { type MessageFact, MessageFacts } from './message-facts.repository';
import { type Timeline, timelineOf } from './timeline-entry';

const MOST_ENTRIES = 200;
const NO_EVENTS: EventFactsFound = { events: [], cursors: [], failures: [], outbound: [], attempts: [] };

/** What happened to a message or a delivery, put together from what is stored anyway. It changes nothing. */
@Injectable()
export class Timelines {
  constructor(
    private readonly access: ConversationAccess,
    private readonly messages: MessageFacts,
    private readonly deliveries: DeliveryFacts,
    private readonly events: EventFacts,
    private readonly subscribers: OutboxSubscribers,
  ) {}

  /** @throws NotFoundError also for what the user may not see */
  async ofMessage(user: AuthenticatedUser, conversationId: string, messageId: string): Promise<Timeline> {
    const { key } = await this.access.require(user, conversationId);
    const message = isUuid(messageId) ? await this.messages.message(key.accountId, key.id, messageId) : null;
    if (message === null) throw new NotFoundError('There is no such message.');
    const found = await this.factsOf(message);
    const events = await this.eventsOf({
      accountId: message.accountId,
      messageIds: [message.id],
      instants: [message.createdAt, ...found.statuses.map(({ createdAt }) => createdAt)],
    });
    const listeners = this.subscribers.all();
    return timelineOf(
      [...messageEntries(found), ...eventEntries(events, listeners)],
      waitingFor(found, new Date()) ?? waitingForEvents(events, listeners),
      MOST_ENTRIES,
    );
  }

  /** @throws NotFoundError */
  async ofDelivery(id: string): Promise<Timeline> {
    const delivery = await this.deliveries.delivery(id);
    const [steps, content] = await Promise.all([
      this.deliveries.steps(delivery.id),
      this.deliveries.content(delivery),
    ]);
    const touched = await this.deliveries.touched(delivery.id, content);
    const accountIds = new Set(
      [...content.fingerprints, ...touched].map(({ accountId }): string => accountId),
    );
    const told: EventFactsFound[] = [];
    for (const accountId of accountIds) {
      const ours = touched.filter((message) => message.accountId === accountId);
      told.push(
        await this.eventsOf({
          accountId,
          messageIds: ours.map(({ messageId }) => messageId),
          instants: ours.flatMap(({ isFromHere, createdAt, statuses }) => [
            ...(isFromHere ? [createdAt] : []),
            ...(statuses ?? []).map((status) => new Date(status.createdAt)),
          ]),
          fingerprints: content.fingerprints
            .filter((event) => event.accountId === accountId)
            .map(({ fingerprint }) => fingerprint),
        }),
      );
    }
    const found = { delivery, steps, content, touched };
    const listeners = this.subscribers.all();
    const waiting = told.map((events) => waitingForEvents(events, listeners)).find((entry) => entry !== null);
    return timelineOf(
      [...deliveryEntries(found), ...told.flatMap((events) => eventEntries(events, listeners))],
      waitingForDelivery(found, new Date()) ?? waiting ?? null,
      MOST_ENTRIES,
    );
  }

  private async factsOf(message: MessageFact): Promise<MessageFactsFound> {
    const [statuses, send, attempts, media, sentiment, campaign, senderName] = await Promise.all([
      this.messages.statuses(message),
      this.messages.send(message),
      this.messages.attempts(message),
      this.messages.media(message),
      this.messages.sentiment(message),
      this.messages.campaign(message),
      this.messages.nameOf(message.senderType === 'agent' ? message.senderId : null),
    ]);
    const deliveryIds = new Set([message.deliveryId, ...statuses.map(({ deliveryId }) => deliveryId)]);
    const failure = statuses.find(({ status, error }) => status === 'failed' && error !== null);
    const [deliveries, notifications] = await Promise.all([
      this.messages.deliveries([...deliveryIds].filter((id) => id !== null)),
      failure?.error == null
        ? []
        : this.messages.failureNotifications(message, String(failure.error.code), failure.createdAt),
    ]);
    return {
      message,
      senderName,
      statuses,
      send,
      attempts,
      deliveries,
      media,
      sentiment,
      campaign,
      notifications,
    };
  }

  private async eventsOf(search: EventSearch): Promise<EventFactsFound> {
    const events = await this.events.find(search);
    if (events.length === 0) return NO_EVENTS;
    const ids = events.map(({ id }) => id);
    const [cursors, failures, outbound] = await Promise.all([
      this.events.cursors(),
      this.events.failures(search.accountId, ids),
      this.events.outbound(search.accountId, ids),
    ]);
    const attempts = await this.events.outboundAttempts(
      search.accountId,
      outbound.map(({ id }) => id),
    );
    return { events, cursors, failures, outbound, attempts };
  }
}

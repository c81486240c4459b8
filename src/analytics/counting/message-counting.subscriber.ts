import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type DeliveredEvent, OutboxSubscribers } from '../../domain-events/outbox-subscribers';
import { MessageCounting } from './message-counting.service';

/** Statuses come in several for each message: what is counted later is counted once for more of them. */
const LOOK_AT_STATUSES_EVERY_MS = 1_000;

/**
 * Counts messages soon after they are stored or their status rises. What the events of statuses are about stands among the
 * changes anyway; they say that it is time to look, unless that was a moment ago: the sweep looks again.
 */
@Injectable()
export class MessageCountingSubscriber implements OnModuleInit {
  private lookAgainAt = 0;

  constructor(
    private readonly subscribers: OutboxSubscribers,
    private readonly counting: MessageCounting,
  ) {}

  onModuleInit(): void {
    this.subscribers.register({
      name: 'message-metrics',
      kinds: ['message.created', 'message.status'],
      // Messages that were counted before are not counted again.
      from: 'beginning',
      handle: (events, tx) => this.count(events, tx),
    });
  }

  private async count(
    events: readonly DeliveredEvent<'message.created' | 'message.status'>[],
    tx: EntityManager,
  ): Promise<void> {
    const created = events.flatMap(({ kind, accountId, payload }) =>
      kind === 'message.created' ? [{ accountId, messageId: payload.messageId }] : [],
    );
    if (created.length === 0 && Date.now() < this.lookAgainAt) return;
    await this.counting.count(tx, created);
    this.lookAgainAt = Date.now() + LOOK_AT_STATUSES_EVERY_MS;
  }
}

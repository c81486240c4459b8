import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type DeliveredEvent, OutboxSubscribers } from '../../domain-events/outbox-subscribers';
import { TOLD_KINDS, findingsOf } from '../rules/rule-table';
import type { Occurrence } from './notification-board';
import { ConversationChannels } from './conversation-channels';
import { NotificationWriter } from './notification-writer';
import { SubjectNames } from './subject-names';

/** Listens to what happens, and keeps what a person should know of it. */
@Injectable()
export class NotificationsSubscriber implements OnModuleInit {
  constructor(
    private readonly subscribers: OutboxSubscribers,
    private readonly writer: NotificationWriter,
    private readonly names: SubjectNames,
    private readonly channels: ConversationChannels,
  ) {}

  onModuleInit(): void {
    this.subscribers.register({
      name: 'notifications',
      kinds: TOLD_KINDS,
      handle: (events, tx) => this.handle(events, tx),
    });
  }

  private async handle(events: readonly DeliveredEvent[], tx: EntityManager): Promise<void> {
    const channelOf = await this.channels.load(tx, events);
    const found = events.flatMap((event) =>
      findingsOf(event, { channelOf: (id) => channelOf(event.accountId, id) }).map((finding) => ({
        event,
        finding,
      })),
    );
    const nameOf = await this.names.load(
      tx,
      found.flatMap(({ event: { accountId }, finding }) =>
        finding.effect === 'raise' ? [{ accountId, subject: finding.subject }] : [],
      ),
    );
    await this.writer.write(
      tx,
      found.map(({ event, finding }): Occurrence => ({
        accountId: event.accountId,
        position: event.position,
        eventId: event.id,
        at: event.createdAt,
        finding,
        name: finding.effect === 'raise' ? nameOf(event.accountId, finding.subject) : null,
      })),
    );
  }
}

import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { DomainEvent } from '../../domain-events/domain-events';
import { Outbox } from '../../domain-events/outbox';
import { BoardRepository } from './board.repository';
import { NotificationBoard, type Occurrence } from './notification-board';
import { NotificationMetrics } from './notification.metrics';
import { SERVICE_ID, type StoredNotification, newsOf } from './stored-notification';

/** Writes what happened into notifications, and tells of these. */
@Injectable()
export class NotificationWriter {
  constructor(
    private readonly rows: BoardRepository,
    private readonly outbox: Outbox,
    private readonly metrics: NotificationMetrics,
  ) {}

  /** @param occurrences in the order of their events */
  async write(tx: EntityManager, occurrences: readonly Occurrence[]): Promise<void> {
    if (occurrences.length === 0) return;
    const now = await this.rows.lock(tx);
    const board = new NotificationBoard(now, await this.rows.load(tx, occurrences));
    for (const occurrence of occurrences) board.apply(occurrence);
    const changes = board.changes();
    await this.rows.save(tx, changes);
    for (const { notification, isCreated } of changes.notifications)
      if (isCreated) this.metrics.made(notification.kind);
    await this.tell(
      tx,
      changes.notifications.map(({ notification, isCreated, isNews }) => ({
        notification,
        event: isCreated
          ? { kind: 'notification.created', accountId: notification.accountId, payload: newsOf(notification) }
          : updatedOf(notification, isNews),
      })),
    );
  }

  /** Ends what was known to end by now, as a restriction for some days. @returns how many, at most `limit` */
  async endDue(tx: EntityManager, limit: number): Promise<number> {
    const ended = await this.rows.endDue(tx, await this.rows.lock(tx), limit);
    await this.tell(
      tx,
      ended.map((notification) => ({ notification, event: updatedOf(notification, false) })),
    );
    return ended.length;
  }

  /** What is about the service has no account, and the outbox is the accounts'. */
  private async tell(
    tx: EntityManager,
    told: readonly { notification: StoredNotification; event: DomainEvent }[],
  ): Promise<void> {
    await this.outbox.record(
      tx,
      told.flatMap(({ notification, event }) => (notification.accountId === SERVICE_ID ? [] : [event])),
    );
  }
}

function updatedOf(notification: StoredNotification, isNews: boolean): DomainEvent<'notification.updated'> {
  return {
    kind: 'notification.updated',
    accountId: notification.accountId,
    payload: { ...newsOf(notification), isNews },
  };
}

import { Injectable } from '@nestjs/common';
import { MetricsRegistry } from '../../operations/metrics/metrics-registry';
import type { NotificationKind } from '../notification-kinds';

/** What people are told of. */
@Injectable()
export class NotificationMetrics {
  private readonly created;

  constructor(metrics: MetricsRegistry) {
    this.created = metrics.counter('notifications_total', 'Notifications that were made, by kind.', ['kind']);
  }

  /** Within the transaction that writes it: one that is rolled back and repeated is counted twice. */
  made(kind: NotificationKind): void {
    this.created.inc({ kind });
  }
}

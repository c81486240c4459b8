import { Injectable } from '@nestjs/common';
import { SharedGauges } from '../operations/metrics/shared-gauges';
import { OutboxLag } from './outbox-lag.service';

/** How far those who are told of what happened are behind. */
@Injectable()
export class OutboxMetrics {
  constructor(shared: SharedGauges, lag: OutboxLag) {
    const events = shared.gauge('outbox_lag_events', 'Events that a subscriber has not got to.', [
      'subscriber',
    ]);
    const seconds = shared.gauge(
      'outbox_lag_seconds',
      'How long the first of them waits; 0 when none does.',
      ['subscriber'],
    );
    const failed = shared.gauge(
      'outbox_failed_events',
      'Events that a subscriber failed to deal with: `failing` are tried again, `dead` were given up.',
      ['subscriber', 'state'],
    );
    shared.share('outbox', [events, seconds, failed], async () =>
      (await lag.read()).flatMap(({ subscriber, events: behind, oldestAgeMs, failing, dead }) => [
        { gauge: events, labels: { subscriber }, value: behind },
        { gauge: seconds, labels: { subscriber }, value: oldestAgeMs / 1_000 },
        { gauge: failed, labels: { subscriber, state: 'failing' }, value: failing },
        { gauge: failed, labels: { subscriber, state: 'dead' }, value: dead },
      ]),
    );
  }
}

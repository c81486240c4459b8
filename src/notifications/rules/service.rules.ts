import type { InboxAlarm } from '../../webhooks/inbox-stats';
import { type Raised, raise } from './finding';

/** What is wrong with the service itself, for its admins. */
export interface ServiceTroubles {
  /** Parts of the service that were never told of some events. */
  failing: readonly { subscriber: string; count: number; error: string }[];
  alarms: readonly InboxAlarm[];
}

/** Everything that is wrong at present; what was wrong before and is not here is over. */
export function troublesOf({ failing, alarms }: ServiceTroubles): Raised[] {
  return [
    ...failing.map(({ subscriber, count, error }) =>
      raise({
        kind: 'service.subscriber_failing',
        topic: 'service.subscriber',
        group: subscriber,
        subject: { type: 'subscriber', id: subscriber },
        severity: 'critical',
        isLasting: true,
        one: (name) => ({
          title: `“${name}” has given up on ${count === 1 ? 'an event' : `${count} events`}`,
          message:
            'It failed with them for more than a day. See the log for the cause; once that is mended, let them be tried again before EVENT_RETENTION_DAYS are over.',
        }),
        payload: { subscriber, count, error },
      }),
    ),
    ...alarms.map(({ code, message }) =>
      raise({
        kind: code === 'LAG' ? 'service.deliveries_late' : 'service.deliveries_dead',
        topic: `service.inbox:${code}`,
        group: code,
        subject: { type: 'service', id: 'webhook-inbox' },
        severity: 'critical',
        isLasting: true,
        one: () => ({
          title:
            code === 'LAG'
              ? 'Webhook deliveries are processed too late'
              : 'Webhook deliveries could not be processed',
          message,
        }),
        payload: { code },
      }),
    ),
  ];
}

import type { LockedLogin } from '../../identity/locked-logins.repository';
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

/**
 * A user’s login that was made to wait. Somebody who mistypes, and a guess at passwords from many addresses, are told apart and
 * never together.
 */
export function lockedLogin({ userId, isEverywhere, failures, lockedUntil }: LockedLogin): Raised {
  const scope = isEverywhere ? 'everywhere' : 'address';
  const routes =
    'GET /api/users/{id}/lockout shows how many failed, and from where; POST /api/users/{id}/unlock lets a user in at once.';
  return raise({
    kind: 'service.login_locked',
    topic: `service.login:${scope}`,
    group: scope,
    subject: { type: 'user', id: userId },
    severity: isEverywhere ? 'warning' : 'info',
    isLasting: false,
    one: (name) => ({
      title: isEverywhere
        ? `Wrong passwords are tried for ${name} from many addresses`
        : `The login of ${name} waits after wrong passwords`,
      message: isEverywhere
        ? `${failures} in a day. Until it ends, ${name} can log in only from where that worked in the last 30 days. ${routes}`
        : `${failures} came from one address, which has to wait; other addresses do not. Somebody may have forgotten the password, or may be guessing it. ${routes}`,
    }),
    many: (count) => ({
      title: isEverywhere
        ? `Wrong passwords are tried for ${count} users from many addresses`
        : `The logins of ${count} users wait after wrong passwords`,
      message: isEverywhere
        ? `These users can log in only from where that worked in the last 30 days. Several at once are hardly an accident. ${routes}`
        : `From one address each. Several at once may be somebody who guesses passwords. ${routes}`,
    }),
    payload: { userId, scope, failures, lockedUntil },
  });
}

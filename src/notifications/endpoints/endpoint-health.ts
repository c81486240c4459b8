import type { CallOutcome } from './endpoint-call';
import type { DisableReason } from './endpoint-states';
import { probeDelayMs } from './retry-schedule';

/** How an endpoint has done of late, over all its deliveries. */
export interface EndpointHealth {
  /** In a row. */
  failures: number;
  failingSince: Date | null;
  /** People were told that it fails. */
  isTold: boolean;
  isProbing: boolean;
}

export interface HealthChange {
  failures: number;
  failingSince: Date | null;
  isTold: boolean;
  /** When the next single delivery is tried; null: several at once, as they come. */
  probeInMs: number | null;
  /** Nothing is sent before that. */
  pauseMs: number | null;
  isSlow: boolean;
  disable: DisableReason | null;
  /** What people are to be told. */
  news: 'failing' | 'recovered' | null;
  /** It takes messages again: what waits need not wait any longer. */
  isBack: boolean;
}

/** A receiver may fail for so long before people are told. */
export const TOLD_AFTER_MS = 60 * 60_000;
/** What takes longer takes the places of slow ones. */
const SLOW_MS = 3_000;

export function afterOutcome(
  health: EndpointHealth,
  outcome: Pick<CallOutcome, 'failure' | 'durationMs' | 'retryAfterMs'>,
  { now, random, disableAfterMs }: { now: Date; random: number; disableAfterMs: number },
): HealthChange {
  const isSlow = outcome.failure === 'timeout' || outcome.durationMs >= SLOW_MS;
  if (outcome.failure === null)
    return {
      failures: 0,
      failingSince: null,
      isTold: false,
      probeInMs: null,
      pauseMs: null,
      isSlow,
      disable: null,
      news: health.isTold ? 'recovered' : null,
      isBack: health.isProbing,
    };
  const failures = health.failures + 1;
  const failingSince = health.failingSince ?? now;
  const failingMs = now.getTime() - failingSince.getTime();
  const disable =
    outcome.failure === 'gone'
      ? ('gone' as const)
      : failingMs >= disableAfterMs
        ? ('failing' as const)
        : null;
  const probeInMs = disable === null ? probeDelayMs(failures, failingMs, random) : null;
  const isToldNow = disable === null && !health.isTold && probeInMs !== null && failingMs >= TOLD_AFTER_MS;
  return {
    failures,
    failingSince,
    isTold: health.isTold || isToldNow || disable !== null,
    probeInMs,
    pauseMs: outcome.failure === 'limited' ? outcome.retryAfterMs : null,
    isSlow,
    disable,
    news: isToldNow ? 'failing' : null,
    isBack: false,
  };
}

import type { AppError } from '../../errors/app.error';
import {
  GraphError,
  GraphRateLimitedError,
  GraphReauthRequiredError,
  GraphUnavailableError,
  provesNotAccepted,
} from '../../graph-client/graph.error';
import type { PublicationError, WaitReason } from '../entities/instagram-publication.entity';
import { type RefusalKind, publicationErrorOf, refusalOf } from './publication-errors';

/** What was being done when a call failed. `publish` is the one that must not happen twice. */
export type PublishingStep = 'open' | 'quota' | 'create' | 'look' | 'publish' | 'reconcile';

/** How it goes on. */
export type StepOutcome =
  | { next: 'fail'; error: PublicationError }
  /** The same step again. `isCounted`: it may not fail for ever. */
  | { next: 'wait'; delayMs: number; waitingFor: WaitReason; isCounted: boolean }
  /** Everything is prepared anew, from the first container on. */
  | { next: 'anew'; error: PublicationError }
  /** Meta is asked again whether it is ready. */
  | { next: 'process' }
  | { next: 'unknown' };

/** What came before. */
export interface StepHistory {
  /** In a row, before this one. */
  failures: number;
  /** How often everything was prepared anew. */
  rounds: number;
  /** Meta was told to publish before, and did not answer. */
  hadLostAnswer: boolean;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const BACKOFF_MS = [15 * SECOND, 30 * SECOND, MINUTE, 2 * MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE];
const LONGEST_BACKOFF_MS = 60 * MINUTE;
/** About six hours of an outage at Meta. */
const MOST_FAILURES = 12;
/** Of Meta's "try again", which it also says of files that it will never take. */
const MOST_REFUSALS = 3;
const MOST_ROUNDS = 3;
const QUOTA_AGAIN_MS = 15 * MINUTE;
const REAUTH_AGAIN_MS = 60 * MINUTE;

export function backoffMs(failures: number): number {
  return BACKOFF_MS[failures] ?? LONGEST_BACKOFF_MS;
}

/** Pure: how a publication goes on after a call about it failed. */
export function outcomeOf(
  step: PublishingStep,
  error: AppError,
  history: StepHistory,
  onQuotaUsedUp: 'wait' | 'fail',
): StepOutcome {
  // Nobody may give up on what Meta was told to publish, as long as Meta can be asked what became of it.
  if (step === 'reconcile') return waitToAskAgain(error, history);
  const refusal =
    error instanceof GraphError && !(error instanceof GraphRateLimitedError) ? refusalOf(error.meta) : null;
  if (step === 'publish' && mayBePublished(error, refusal?.kind)) return { next: 'unknown' };
  const told = publicationErrorOf(error);
  // What cannot be read any more is gone.
  const kind = refusal?.kind ?? (step === 'look' && isUnknownObject(error) ? 'anew' : undefined);
  switch (kind) {
    case 'final':
      return { next: 'fail', error: told };
    case 'not-ready':
      return { next: 'process' };
    case 'quota':
      return onQuotaUsedUp === 'fail'
        ? { next: 'fail', error: told }
        : { next: 'wait', delayMs: QUOTA_AGAIN_MS, waitingFor: 'quota', isCounted: false };
    case 'anew':
      // The container may be gone because it was published: only reading tells.
      if (history.hadLostAnswer) return { next: 'unknown' };
      return history.rounds < MOST_ROUNDS ? { next: 'anew', error: told } : { next: 'fail', error: told };
    case 'again':
      return history.failures < MOST_REFUSALS
        ? waiting(backoffMs(history.failures + 1), 'meta')
        : { next: 'fail', error: told };
    case undefined:
      return generalOutcome(error, told, history);
  }
}

/**
 * Beside lost answers: "Something went wrong" of Meta's own has been seen for what appeared all the same, so that it proves
 * nothing here. Reading the container costs little.
 */
function mayBePublished(error: AppError, refusal: RefusalKind | undefined): boolean {
  if (!(error instanceof GraphError)) return false;
  if (!provesNotAccepted(error) || refusal === 'again') return true;
  return refusal === undefined && error instanceof GraphUnavailableError && error.meta !== null;
}

/** Meta's words for what is not there, or not for this token. */
export function isUnknownObject(error: unknown): boolean {
  return error instanceof GraphError && (error.meta?.code === 100 || error.meta?.code === 803);
}

function generalOutcome(error: AppError, told: PublicationError, { failures }: StepHistory): StepOutcome {
  if (error instanceof GraphRateLimitedError)
    return { next: 'wait', delayMs: error.retryAfterMs, waitingFor: 'rate_limit', isCounted: false };
  if (!error.retryable || failures >= MOST_FAILURES) return { next: 'fail', error: told };
  const asked = error instanceof GraphUnavailableError ? (error.waitMs ?? 0) : 0;
  return waiting(Math.max(asked, backoffMs(failures)), 'meta');
}

function waitToAskAgain(error: AppError, { failures }: StepHistory): StepOutcome {
  if (error instanceof GraphRateLimitedError)
    return { next: 'wait', delayMs: error.retryAfterMs, waitingFor: 'rate_limit', isCounted: false };
  if (error instanceof GraphReauthRequiredError) return waiting(REAUTH_AGAIN_MS, 'reauth');
  return waiting(backoffMs(failures), 'meta');
}

function waiting(delayMs: number, waitingFor: WaitReason): StepOutcome {
  return { next: 'wait', delayMs, waitingFor, isCounted: true };
}

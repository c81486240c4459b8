import { AppError } from '../../errors/app.error';
import {
  type GraphError,
  GraphRateLimitedError,
  GraphReauthRequiredError,
  GraphRejectedError,
  GraphUnavailableError,
} from '../../graph-client/graph.error';
import type { PublicationProblem } from './publication-states';

/**
 * What a call that failed means for the publication:
 * - `again`: nothing was published, and another attempt makes sense.
 * - `failed`: nothing was published, and Meta will say the same again.
 * - `unknown`: Meta may have done it. It must not be repeated; Meta is read instead.
 */
export type CallVerdict =
  | { outcome: 'again'; inMs: number; problem: PublicationProblem }
  | { outcome: 'failed'; problem: PublicationProblem }
  | { outcome: 'unknown'; problem: PublicationProblem };

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
/** After that long somebody who wanted it published at once no longer does. */
export const LONGEST_TRYING_MS = 15 * MINUTE_MS;
const LONGEST_PAUSE_MS = 2 * MINUTE_MS;
/** "Could not read the page behind the link", which is sometimes so for a moment; one further attempt is worth it. */
const LINK_UNREADABLE = 1609005;

/**
 * The call that publishes has failed.
 * @param attempt this one included
 */
export function verdictOnPublishing(error: unknown, attempt: number, ageMs: number): CallVerdict {
  const problem = problemOf(error);
  if (error instanceof GraphUnavailableError) {
    // Not even a connection: nothing can have been read of the request.
    if (error.meta === null && error.outcome === 'not-sent') return again(error, attempt, ageMs, problem);
    if (error.meta?.code === LINK_UNREADABLE)
      return attempt >= 2
        ? { outcome: 'failed', problem: asRefusal(problem) }
        : { outcome: 'again', inMs: 2 * SECOND_MS, problem };
    // "Something went wrong" is said of posts, too, that stand on the Page afterwards.
    return { outcome: 'unknown', problem };
  }
  if (error instanceof GraphRateLimitedError) return again(error, attempt, ageMs, problem);
  if (error instanceof GraphRejectedError || error instanceof GraphReauthRequiredError)
    return { outcome: 'failed', problem };
  // A defect of ours, wherever it was.
  return { outcome: 'unknown', problem };
}

/** A call that shows nothing to anybody has failed: it may be repeated whatever became of it. */
export function verdictOnPreparing(error: unknown, attempt: number, ageMs: number): CallVerdict {
  const problem = problemOf(error);
  if (error instanceof GraphUnavailableError) {
    if (error.meta?.code === LINK_UNREADABLE && attempt >= 2)
      return { outcome: 'failed', problem: asRefusal(problem) };
    return again(error, attempt, ageMs, problem);
  }
  if (error instanceof GraphRateLimitedError) return again(error, attempt, ageMs, problem);
  if (error instanceof AppError) return { outcome: 'failed', problem };
  return again(null, attempt, ageMs, problem);
}

/** Milliseconds until Meta is read again for a publication of unknown outcome, longer each time. */
export function nextReadingInMs(readings: number): number {
  return Math.min(10 * MINUTE_MS, 2 * SECOND_MS * 2 ** readings);
}

/** As the envelope of an error tells it, with what is known beside Meta's own words. */
export function problemOf(error: unknown): PublicationProblem {
  if (!(error instanceof AppError))
    return {
      code: 'SERVER_ERROR',
      status: 500,
      message: 'Something went wrong here. It was logged.',
      details: {},
    };
  const hint = 'meta' in error ? hintOf(error as GraphError) : null;
  return {
    code: error.code,
    status: error.status,
    message: error.message,
    details: hint === null ? error.details : { ...error.details, hint },
  };
}

/** What is not tried any more is not to be tried again by whoever asked either. */
function asRefusal(problem: PublicationProblem): PublicationProblem {
  return { ...problem, code: 'META_REJECTED', status: 422 };
}

function again(
  error: AppError | null,
  attempt: number,
  ageMs: number,
  problem: PublicationProblem,
): CallVerdict {
  const usualMs = Math.min(LONGEST_PAUSE_MS, SECOND_MS * 2 ** attempt);
  const inMs = error instanceof GraphRateLimitedError ? Math.max(usualMs, error.retryAfterMs) : usualMs;
  return ageMs + inMs > LONGEST_TRYING_MS
    ? { outcome: 'failed', problem }
    : { outcome: 'again', inMs, problem };
}

/** What Meta means, where its own sentence does not help. */
const HINTS: readonly (readonly [code: number, hint: string])[] = [
  [
    506,
    'Meta refuses the same post twice within a short time. It stands on the Page already, or change its text.',
  ],
  [
    324,
    'Meta could not use a photo: it has to be a JPEG, PNG, GIF, BMP, TIFF or WebP file that opens without a login.',
  ],
  [
    LINK_UNREADABLE,
    'Meta could not open the link. It has to work without a login, and let Meta’s crawler in.',
  ],
  [1363161, 'Meta takes times from 10 minutes to 30 days ahead.'],
  [1363174, 'Meta takes times from 10 minutes to 30 days ahead.'],
  [368, 'Meta holds the Page back for a while, usually a day, because of its policies.'],
  [389, 'Meta could not fetch the video. Its address has to be public and give the file itself.'],
  [390, 'Meta could not fetch the video. Its address has to be public and give the file itself.'],
  [352, 'Meta does not take this format of video. MP4 with H.264 and AAC always works.'],
  [6000, 'Meta could not take the video. MP4 with H.264 and AAC always works.'],
];

function hintOf({ meta }: GraphError): string | null {
  if (meta === null) return null;
  return HINTS.find(([code]) => code === meta.code || code === meta.subcode)?.[1] ?? null;
}

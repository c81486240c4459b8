import { NotFoundError } from '../../errors/app.error';
import { GraphError, GraphRateLimitedError, GraphReauthRequiredError } from '../../graph-client/graph.error';

export const INSIGHT_PROBLEMS = ['permission', 'token', 'limited', 'unavailable', 'rejected'] as const;

/** What keeps the figures of a Page or account from being read. */
export interface InsightProblem {
  /**
   * `permission`: a permission or task is missing. `token`: the connection has to be renewed. `limited`: too many calls.
   * `unavailable`: Meta has trouble. `rejected`: Meta refuses for another reason.
   */
  code: (typeof INSIGHT_PROBLEMS)[number];
  message: string;
  /** How long to leave it alone. */
  waitMs: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const LEAST_PAUSE_MS = 15 * MINUTE_MS;
const MOST_PAUSE_MS = 6 * HOUR_MS;

/**
 * null for a fault of ours. What waits for a person is tried once a day, and at once when the person connects again.
 * @param failures how often in a row it has failed before
 */
export function problemOf(error: unknown, failures = 0): InsightProblem | null {
  if (error instanceof GraphReauthRequiredError) {
    const code = error.meta?.code ?? null;
    const isPermission =
      code === 10 ||
      (code !== null && code >= 200 && code < 300) ||
      'missingTasks' in error.details ||
      'missingPermission' in error.details;
    return { code: isPermission ? 'permission' : 'token', message: error.message, waitMs: DAY_MS };
  }
  if (error instanceof GraphRateLimitedError)
    return {
      code: 'limited',
      message: error.message,
      waitMs: Math.max(error.retryAfterMs, LEAST_PAUSE_MS),
    };
  if (error instanceof GraphError && error.retryable)
    return {
      code: 'unavailable',
      message: error.message,
      waitMs: Math.min(LEAST_PAUSE_MS * 2 ** Math.min(failures, 10), MOST_PAUSE_MS),
    };
  if (error instanceof GraphError || error instanceof NotFoundError)
    return { code: 'rejected', message: error.message, waitMs: DAY_MS };
  return null;
}

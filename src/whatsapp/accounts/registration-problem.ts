import {
  GraphConfigurationError,
  GraphRateLimitedError,
  GraphRejectedError,
} from '../../graph-client/graph.error';

const HOUR_MS = 3_600_000;
const UNIT_MS: Readonly<Record<string, number>> = {
  second: 1_000,
  minute: 60_000,
  hour: HOUR_MS,
  day: 24 * HOUR_MS,
};

/** Codes that Meta uses for a wrong entry as well as for too many of them; its words tell which. */
const REQUEST_CODE = 136024;
const VERIFY_CODE = 136025;
const TOO_MANY_PINS = 133008;
const PINS_TOO_FAST = 133009;

const ADVICE: ReadonlyMap<number, string> = new Map([
  [REQUEST_CODE, 'Look whether the number is verified already; a landline needs the method VOICE.'],
  [VERIFY_CODE, 'Enter the code of the newest SMS or call, or request another one.'],
]);

/**
 * What a refusal of Meta's about codes and PINs comes to: a limit where Meta says to wait, with its own time, else what
 * to do about it. Errors that are about something else come back as they are.
 */
export function registrationProblem(error: unknown): unknown {
  if (!(error instanceof GraphRejectedError)) return error;
  const code = error.meta?.code ?? null;
  if (code === null || ![REQUEST_CODE, VERIFY_CODE, TOO_MANY_PINS, PINS_TOO_FAST].includes(code))
    return error;
  const { action: _action, meta: _meta, ...details } = error.details;
  const init = { meta: error.meta, details };
  const words = `${error.message} ${error.meta?.title ?? ''} ${error.meta?.message ?? ''}`;
  const waitMs = waitIn(words);
  const isLimit =
    code === TOO_MANY_PINS || code === PINS_TOO_FAST || /too many|try again (later|in)|wait/i.test(words);
  if (waitMs !== null || isLimit)
    return new GraphRateLimitedError(error.message, 'number', waitMs ?? HOUR_MS, init);
  const advice = ADVICE.get(code);
  return advice === undefined ? error : new GraphConfigurationError(error.message, advice, init);
}

/**
 * Runs a call about codes, PINs or registration.
 * @throws GraphRateLimitedError with Meta's own time where it names one in words
 */
export async function withRegistrationProblems<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw registrationProblem(error);
  }
}

/** `try again in 2 hours`, `wait 45 minutes`: the longest time in a sentence, or null. */
export function waitIn(text: string): number | null {
  const times = [...text.matchAll(/(\d{1,4})\s*(second|minute|hour|day)s?\b/gi)].map(
    ([, count, unit]) => Number(count) * (UNIT_MS[unit?.toLowerCase() ?? ''] ?? 0),
  );
  return times.length === 0 ? null : Math.max(...times);
}

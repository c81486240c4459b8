import { NotFoundError } from '../errors/app.error';
import {
  GraphConfigurationError,
  GraphRateLimitedError,
  GraphReauthRequiredError,
  GraphRejectedError,
  GraphUnavailableError,
  GraphUnreadableAnswerError,
} from '../graph-client/graph.error';
import { graphErrorOf, rateLimitOf } from '../graph-client/graph-error.mapper';
import { type FailedTry, MAX_TRIES, outcomeOf } from './sending-outcome';

const metaError = (code: number, subcode: number | null = null) => ({
  meta: {
    code,
    subcode,
    type: 'OAuthException',
    title: null,
    message: `(#${code}) Refused`,
    fbtraceId: 'A1',
  },
});
const outcome = (error: unknown, rest: Partial<FailedTry> = {}) =>
  outcomeOf({ error, attempt: 1, limited: 0, ageMs: 0, wasCalled: true, random: () => 0, ...rest });
const HOUR = 3_600_000;

describe('what becomes of a message whose sending failed', () => {
  it.each([
    ['a time-out', new GraphUnavailableError('timeout', 'unknown')],
    ['HTML instead of an answer', new GraphUnreadableAnswerError('HTML', 502)],
    ['an error that is not from Meta', new TypeError('terminated')],
  ])('%s leaves the outcome unknown, and it is never sent again', (_, error) => {
    expect(outcome(error)).toMatchObject({ state: 'unknown' });
  });

  it('is tried again, ever later, when Meta says that it failed for the moment and did not go out', () => {
    const error = new GraphUnavailableError('busy', 'not-sent', metaError(133004));
    const delays = [1, 2, 3, 4].map((attempt) => outcome(error, { attempt }));
    expect(delays).toMatchObject(
      [1_000, 2_000, 4_000, 8_000].map((delayMs) => ({ state: 'retry', delayMs })),
    );
    expect(outcome(error, { attempt: MAX_TRIES })).toMatchObject({
      state: 'failed',
      error: { code: 133004 },
    });
  });

  it.each([
    [131000, MAX_TRIES],
    [131016, MAX_TRIES],
    [2, MAX_TRIES],
    [1, 2],
  ])('is tried again after code %d with a 5xx, %d times in all', (code, tries) => {
    const error = graphErrorOf({ httpStatus: 500, headers: {}, body: { error: metaError(code).meta } });
    expect(outcome(error, { attempt: tries - 1 })).toMatchObject({ state: 'retry', error: { code } });
    expect(outcome(error, { attempt: tries })).toMatchObject({ state: 'failed', error: { code } });
  });

  it('is tried again after HTTP 429, whatever its body', () => {
    const error = rateLimitOf({ 'retry-after': '3' });
    expect(outcome(error)).toMatchObject({ state: 'retry', delayMs: 3_000 });
    expect(outcome(rateLimitOf({ 'retry-after': '0' }))).toMatchObject({ state: 'retry', delayMs: 1_000 });
  });

  it('is tried twice only when the code may mean a bad request', () => {
    const error = new GraphUnavailableError('unknown', 'not-sent', metaError(1));
    expect(outcome(error)).toMatchObject({ state: 'retry' });
    expect(outcome(error, { attempt: 2 })).toMatchObject({ state: 'failed' });
  });

  it('waits as long as Meta asks while the number moves to a higher throughput', () => {
    const error = new GraphUnavailableError('maintenance', 'not-sent', metaError(131057), 60_000);
    expect(outcome(error)).toMatchObject({ state: 'retry', delayMs: 60_000 });
  });

  it('waits out a limit however often, for up to a day', () => {
    const error = new GraphRateLimitedError('too fast', 'number', 5_000, metaError(130429));
    expect(outcome(error, { attempt: 40, ageMs: 23 * HOUR })).toMatchObject({
      state: 'retry',
      delayMs: 5_000,
    });
    expect(outcome(error, { ageMs: 24 * HOUR })).toMatchObject({ state: 'failed', error: { code: 130429 } });
  });

  it('waits four times longer each time when one person gets too many', () => {
    const error = new GraphRateLimitedError('pair', 'pair', 6_000, metaError(131056));
    expect(outcome(error)).toMatchObject({ delayMs: 6_000 });
    expect(outcome(error, { limited: 2 })).toMatchObject({ delayMs: 96_000, isLimit: true });
  });

  it('adds up to a quarter, so that those who waited do not come back all at once', () => {
    const error = new GraphRateLimitedError('too fast', 'number', 4_000, metaError(130429));
    expect(outcome(error, { random: () => 0.999_999 })).toMatchObject({ delayMs: 5_000 });
  });

  it('fails with our word for it when the account has to be connected again', () => {
    const error = new GraphReauthRequiredError('Session has expired', metaError(190, 463));
    expect(outcome(error)).toMatchObject({
      state: 'failed',
      error: { code: 'META_REAUTH_REQUIRED', details: '190: (#190) Refused' },
    });
  });

  it.each([
    ['refuses the content', new GraphRejectedError('no', metaError(131026)), 131026],
    [
      'wants something put in order first',
      new GraphConfigurationError('pay', 'pay', metaError(131042)),
      131042,
    ],
  ])('fails with Meta’s own code when Meta %s', (_, error, code) => {
    expect(outcome(error)).toMatchObject({ state: 'failed', error: { code, message: `(#${code}) Refused` } });
  });

  it('waits for up to an hour while Meta cannot be reached at all', () => {
    const error = new GraphUnavailableError('circuit open', 'not-sent');
    expect(outcome(error, { attempt: 30, ageMs: HOUR / 2 })).toMatchObject({
      state: 'retry',
      delayMs: 60_000,
    });
    expect(outcome(error, { ageMs: HOUR })).toMatchObject({
      state: 'failed',
      error: { code: 'META_UNAVAILABLE' },
    });
  });

  it('waits when something of ours failed before Meta was called, and says nothing of the inside', () => {
    const error = new Error('connect ECONNREFUSED 10.0.0.7:5432');
    const result = outcome(error, { wasCalled: false });
    expect(result).toMatchObject({ state: 'retry', error: { code: 'SERVER_ERROR' } });
    expect(JSON.stringify(result)).not.toContain('10.0.0.7');
  });

  it('fails when it must not go out any more', () => {
    expect(outcome(new NotFoundError('gone'), { wasCalled: false })).toMatchObject({
      state: 'failed',
      error: { code: 'NOT_FOUND', message: 'gone' },
    });
  });
});

import {
  type GraphErrorMeta,
  GraphRateLimitedError,
  GraphReauthRequiredError,
  GraphRejectedError,
  GraphUnavailableError,
} from '../../graph-client/graph.error';
import { NotFoundError } from '../../errors/app.error';
import { nextReadingInMs, problemOf, verdictOnPreparing, verdictOnPublishing } from './publication-outcome';

const meta = (code: number): GraphErrorMeta => ({
  code,
  subcode: null,
  type: 'OAuthException',
  title: null,
  message: `(#${code})`,
  fbtraceId: null,
});
const MINUTE_MS = 60_000;

describe('the call that publishes', () => {
  const verdict = (error: unknown, attempt = 1, ageMs = 0): string =>
    verdictOnPublishing(error, attempt, ageMs).outcome;

  it.each([
    ['no answer in time', new GraphUnavailableError('late', 'unknown')],
    ['an answer cut off', new GraphUnavailableError('cut', 'unknown')],
    ['something went wrong at Meta', new GraphUnavailableError('oops', 'not-sent', { meta: meta(1) })],
    ['a service of Meta’s down', new GraphUnavailableError('down', 'not-sent', { meta: meta(2) })],
    ['a defect of ours', new TypeError('undefined is not a function')],
  ])('may have been heard: %s. It is not made again', (_, error) => {
    expect(verdict(error)).toBe('unknown');
  });

  it.each([
    ['no connection', new GraphUnavailableError('refused', 'not-sent')],
    ['a limit', new GraphRateLimitedError('limit', 'page', 5 * MINUTE_MS)],
    [
      'a link that could not be read this time',
      new GraphUnavailableError('link', 'not-sent', { meta: meta(1609005) }),
    ],
  ])('was not heard: %s. It is made again', (_, error) => {
    expect(verdict(error)).toBe('again');
  });

  it.each([
    ['a refusal', new GraphRejectedError('no', { meta: meta(506) })],
    ['a dead token', new GraphReauthRequiredError('dead', { meta: meta(190) })],
  ])('will be refused again: %s', (_, error) => {
    expect(verdict(error)).toBe('failed');
  });

  it('says of a link that cannot be read what is a refusal, not that Meta is away', () => {
    const error = new GraphUnavailableError('link', 'not-sent', { meta: meta(1609005) });
    expect(verdictOnPublishing(error, 2, 0)).toMatchObject({
      problem: { code: 'META_REJECTED', status: 422 },
    });
  });

  it('reads a link twice at most, and tries nothing for longer than people wait', () => {
    expect(verdict(new GraphUnavailableError('link', 'not-sent', { meta: meta(1609005) }), 2)).toBe('failed');
    expect(verdict(new GraphUnavailableError('refused', 'not-sent'), 5, 15 * MINUTE_MS)).toBe('failed');
    expect(verdict(new GraphRateLimitedError('limit', 'page', 60 * MINUTE_MS))).toBe('failed');
    expect(
      verdictOnPublishing(new GraphRateLimitedError('limit', 'page', 5 * MINUTE_MS), 1, 0),
    ).toMatchObject({
      inMs: 5 * MINUTE_MS,
    });
  });
});

describe('what nobody sees', () => {
  it('is done again whatever became of it, unless it is refused', () => {
    const verdict = (error: unknown): string => verdictOnPreparing(error, 1, 0).outcome;
    expect(verdict(new GraphUnavailableError('late', 'unknown'))).toBe('again');
    expect(verdict(new GraphUnavailableError('oops', 'not-sent', { meta: meta(1) }))).toBe('again');
    expect(verdict(new Error('disk'))).toBe('again');
    expect(verdict(new GraphRejectedError('no', { meta: meta(324) }))).toBe('failed');
    expect(verdict(new NotFoundError('gone'))).toBe('failed');
  });
});

describe('what is told of an error', () => {
  it('is Meta’s and what to do about it, and nothing of our own defects', () => {
    expect(problemOf(new GraphRejectedError('no', { meta: meta(506) }))).toMatchObject({
      code: 'META_REJECTED',
      status: 422,
      details: { hint: expect.stringContaining('twice') as unknown },
    });
    expect(problemOf(new Error('password=1'))).toEqual({
      code: 'SERVER_ERROR',
      status: 500,
      message: 'Something went wrong here. It was logged.',
      details: {},
    });
  });
});

it('reads ever more seldom, but never less than every ten minutes', () => {
  const pauses = [0, 1, 2, 3, 20].map(nextReadingInMs);
  expect(pauses).toEqual([2_000, 4_000, 8_000, 16_000, 10 * MINUTE_MS]);
});

import fc from 'fast-check';
import {
  GraphRateLimitedError,
  GraphReauthRequiredError,
  GraphRejectedError,
  GraphUnavailableError,
  GraphUnreadableAnswerError,
} from './graph.error';
import type { GraphRetryPolicy } from './graph-request';
import { isRefusedAfterRetries, MAX_TRIES, nextAttemptInMs } from './graph-retry';

const unknown = new GraphUnavailableError('time-out', 'unknown');
const notSent = new GraphUnavailableError('refused', 'not-sent');
const ask = (policy: GraphRetryPolicy, error: unknown, tries = 1, more: object = {}): number | null =>
  nextAttemptInMs({ policy, error, tries, elapsedMs: 0, budgetMs: 60_000, random: () => 1, ...more });

describe('nextAttemptInMs', () => {
  it('doubles from a second, up to five attempts', () => {
    expect([1, 2, 3, 4, 5].map((tries) => ask('safe', unknown, tries))).toEqual([
      1_000,
      2_000,
      4_000,
      8_000,
      null,
    ]);
  });

  it('spreads over the whole of each step', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: MAX_TRIES - 1 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (tries, chance) => {
          const delay = ask('safe', unknown, tries, { random: () => chance });
          expect(delay).toBe(Math.round(chance * 1_000 * 2 ** (tries - 1)));
        },
      ),
    );
  });

  it('repeats what may be done twice, and else only what was proven not to be done', () => {
    expect(ask('safe', unknown)).not.toBeNull();
    expect(ask('safe', new GraphUnreadableAnswerError('HTML', 502))).not.toBeNull();
    expect(ask('until-proven-accepted', unknown)).toBeNull();
    expect(ask('until-proven-accepted', new GraphUnreadableAnswerError('HTML', 502))).toBeNull();
    expect(ask('until-proven-accepted', notSent)).not.toBeNull();
    expect(ask('never', notSent)).toBeNull();
  });

  it('repeats nothing that will fail again', () => {
    for (const error of [
      new GraphRejectedError('no'),
      new GraphReauthRequiredError('no'),
      new Error('defect'),
      undefined,
    ]) {
      expect(ask('safe', error)).toBeNull();
    }
  });

  it('sleeps over a limit of seconds, as long as Meta says, and reports a longer one', () => {
    expect(ask('safe', new GraphRateLimitedError('slow', 'number', 2_500))).toBe(2_500);
    expect(ask('until-proven-accepted', new GraphRateLimitedError('slow', 'number', 2_500))).toBe(2_500);
    expect(ask('safe', new GraphRateLimitedError('slow', 'app', 5_000))).toBeNull();
  });

  it('comes back when the server asks for it', () => {
    expect(ask('safe', new GraphUnavailableError('maintenance', 'unknown', {}, 2_000), 3)).toBe(2_000);
    expect(ask('safe', new GraphUnavailableError('maintenance', 'unknown', {}, 60_000))).toBeNull();
  });

  it('starts nothing after the time is over', () => {
    expect(ask('safe', unknown, 1, { elapsedMs: 59_000 })).toBe(1_000);
    expect(ask('safe', unknown, 1, { elapsedMs: 59_001 })).toBeNull();
  });

  it('gives up earlier on codes that mostly mean a bad request', () => {
    const meta = { code: 1, subcode: null, type: null, title: null, message: 'unknown', fbtraceId: null };
    const error = new GraphUnavailableError('unknown', 'not-sent', { meta });
    expect(ask('safe', error, 1)).not.toBeNull();
    expect(ask('safe', error, 2)).toBeNull();
    expect([isRefusedAfterRetries(error, 1), isRefusedAfterRetries(error, 2)]).toEqual([false, true]);
    expect(isRefusedAfterRetries(unknown, 5)).toBe(false);
  });
});

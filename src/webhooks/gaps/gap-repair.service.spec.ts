import { ForbiddenError } from '../../errors/app.error';
import {
  GraphRateLimitedError,
  GraphReauthRequiredError,
  GraphUnavailableError,
} from '../../graph-client/graph.error';
import { setbackOf } from './gap-repair.service';

const HOUR_MS = 3_600_000;

describe('what follows a failed repair', () => {
  it('is another attempt after a pause that grows to an hour, a bounded number of times', () => {
    const down = new GraphUnavailableError('Meta does not answer.', 'unknown');
    const pauses: number[] = [];
    let attempts = 1;
    for (; attempts < 100; attempts++) {
      const { nextAttemptInMs, waitsForAccount } = setbackOf(down, attempts);
      expect(waitsForAccount).toBe(false);
      if (nextAttemptInMs === null) break;
      pauses.push(nextAttemptInMs);
    }
    expect(attempts).toBeLessThan(100);
    expect(pauses.length).toBeGreaterThan(3);
    expect(pauses).toEqual([...pauses].sort((a, b) => a - b));
    expect(Math.max(...pauses)).toBeLessThanOrEqual(HOUR_MS);
  });

  it('is a pause no shorter than Meta asks for', () => {
    const limited = new GraphRateLimitedError('Too many calls.', 'page', 5 * HOUR_MS);
    expect(setbackOf(limited, 1).nextAttemptInMs).toBe(5 * HOUR_MS);
  });

  it('is waiting for the account when its connection is what fails', () => {
    expect(setbackOf(new GraphReauthRequiredError('Expired.'), 1)).toMatchObject({ waitsForAccount: true });
    // A permission that stays missing keeps the connection working, and would be tried for ever.
    expect(setbackOf(new GraphReauthRequiredError('Expired.'), 50)).toMatchObject({
      waitsForAccount: false,
      nextAttemptInMs: null,
    });
  });

  it('is nothing when Meta refuses for good, and says why; of our own failures it says nothing', () => {
    expect(setbackOf(new ForbiddenError('Not allowed.'), 1)).toEqual({
      note: 'Not allowed.',
      nextAttemptInMs: null,
      waitsForAccount: false,
    });
    expect(setbackOf(new Error('SELECT * FROM secrets'), 1).note).not.toContain('secrets');
  });
});

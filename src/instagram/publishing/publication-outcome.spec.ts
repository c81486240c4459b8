import { NotFoundError } from '../../errors/app.error';
import {
  type GraphErrorMeta,
  GraphRateLimitedError,
  GraphReauthRequiredError,
  GraphRejectedError,
  GraphUnavailableError,
} from '../../graph-client/graph.error';
import { type StepHistory, backoffMs, outcomeOf } from './publication-outcome';

const MINUTE = 60_000;
const fresh: StepHistory = { failures: 0, rounds: 0, hadLostAnswer: false };
const meta = (code: number, subcode: number | null = null): GraphErrorMeta => ({
  code,
  subcode,
  type: null,
  title: null,
  message: 'Meta’s words',
  fbtraceId: 'trace',
});
const refused = (code: number, subcode: number | null = null) =>
  new GraphRejectedError('No.', { meta: meta(code, subcode) });
const lost = new GraphUnavailableError('No answer.', 'unknown');
const neverSent = new GraphUnavailableError('No connection.', 'not-sent');
const wrong = new GraphUnavailableError('Something went wrong.', 'not-sent', { meta: meta(2) });

describe('when telling Meta to publish fails', () => {
  const after = (error: Parameters<typeof outcomeOf>[1], history: Partial<StepHistory> = {}) =>
    outcomeOf('publish', error, { ...fresh, ...history }, 'wait');

  it('nothing is done again unless it is certain that Meta did not do it', () => {
    expect(after(lost)).toEqual({ next: 'unknown' });
    expect(after(wrong)).toEqual({ next: 'unknown' });
    expect(after(refused(-1, 2_207_001))).toEqual({ next: 'unknown' });
    expect(after(refused(1, 2_207_032))).toEqual({ next: 'unknown' });
  });

  it('what never left may be sent again, and so may what was too fast', () => {
    expect(after(neverSent)).toMatchObject({ next: 'wait', waitingFor: 'meta', isCounted: true });
    expect(after(new GraphRateLimitedError('Slow down.', 'account', 90_000))).toEqual({
      next: 'wait',
      delayMs: 90_000,
      waitingFor: 'rate_limit',
      isCounted: false,
    });
  });

  it('Meta’s “not ready” has it asked again, its daily limit has it waited for', () => {
    expect(after(refused(9007, 2_207_027))).toEqual({ next: 'process' });
    expect(after(refused(9007))).toEqual({ next: 'process' });
    expect(after(refused(9, 2_207_042))).toMatchObject({ next: 'wait', waitingFor: 'quota' });
    expect(outcomeOf('publish', refused(9, 2_207_042), fresh, 'fail')).toMatchObject({
      next: 'fail',
      error: { code: 'QUOTA_USED_UP', retryHelps: true },
    });
  });

  it('a container that is gone is made anew, unless a lost answer may have published it', () => {
    expect(after(refused(24, 2_207_008))).toMatchObject({ next: 'anew' });
    expect(after(refused(-2, 2_207_020))).toMatchObject({ next: 'anew' });
    expect(after(refused(24, 2_207_008), { hadLostAnswer: true })).toEqual({ next: 'unknown' });
    expect(after(refused(24, 2_207_008), { rounds: 3 })).toMatchObject({ next: 'fail' });
  });

  it('a refusal for good ends it with what to do', () => {
    expect(after(refused(25, 2_207_050))).toMatchObject({
      next: 'fail',
      error: { code: 'ACCOUNT_RESTRICTED', metaCode: 25, metaSubcode: 2_207_050, fbtraceId: 'trace' },
    });
    expect(after(new GraphReauthRequiredError('Connect again.'))).toMatchObject({
      next: 'fail',
      error: { code: 'META_REAUTH_REQUIRED', advice: expect.stringContaining('Connect') as unknown },
    });
  });
});

describe('when preparing fails', () => {
  const after = (error: Parameters<typeof outcomeOf>[1], history: Partial<StepHistory> = {}) =>
    outcomeOf('create', error, { ...fresh, ...history }, 'wait');

  it('a lost answer is harmless: it is done again, less and less often, and not for ever', () => {
    expect(after(lost)).toMatchObject({ next: 'wait', delayMs: 15_000, isCounted: true });
    expect(after(lost, { failures: 4 })).toMatchObject({ delayMs: 5 * MINUTE });
    expect(after(lost, { failures: 12 })).toMatchObject({ next: 'fail' });
    expect(backoffMs(99)).toBe(60 * MINUTE);
  });

  it('Meta’s own “try again” is believed three times', () => {
    expect(after(refused(1, 2_207_032))).toMatchObject({ next: 'wait', delayMs: 30_000 });
    expect(after(refused(1, 2_207_032), { failures: 3 })).toMatchObject({
      next: 'fail',
      error: { code: 'META_TROUBLE' },
    });
  });

  it('what Meta refuses for another reason fails in Meta’s words', () => {
    expect(after(refused(100))).toMatchObject({
      next: 'fail',
      error: { code: 'META_REJECTED', message: 'No.' },
    });
    expect(after(new NotFoundError('The file is gone.'))).toMatchObject({ next: 'fail' });
  });

  it('a container that cannot be read any more is made anew', () => {
    expect(outcomeOf('look', refused(100, 33), fresh, 'wait')).toMatchObject({ next: 'anew' });
  });
});

describe('when finding out what became of it fails', () => {
  it('it is asked again, whatever Meta says and however often', () => {
    for (const error of [lost, wrong, refused(100, 33), refused(25, 2_207_050), new NotFoundError('x')])
      expect(outcomeOf('reconcile', error, { ...fresh, failures: 99 }, 'fail')).toMatchObject({
        next: 'wait',
        delayMs: 60 * MINUTE,
      });
    expect(outcomeOf('reconcile', new GraphReauthRequiredError('Dead.'), fresh, 'wait')).toMatchObject({
      next: 'wait',
      waitingFor: 'reauth',
    });
  });
});

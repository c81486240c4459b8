import { GraphRateLimitedError, GraphRejectedError } from '../../graph-client/graph.error';
import { registrationProblem, waitIn } from './registration-problem';

const refusal = (code: number, message: string): GraphRejectedError =>
  new GraphRejectedError(message, {
    meta: { code, subcode: null, type: 'OAuthException', title: null, message, fbtraceId: null },
  });

it.each([
  ['Please try again in 2 hours.', 7_200_000],
  ['Wait 45 minutes before you try again', 2_700_000],
  ['Try again in 1 hour and 5 minutes', 3_600_000],
  ['The code is wrong.', null],
])('%s', (text, wait) => {
  expect(waitIn(text)).toBe(wait);
});

it.each<[number, string, number]>([
  [136024, 'Too many codes were requested.', 3_600_000],
  [136024, 'Please try again in 10 hours', 36_000_000],
  [136025, 'Too many attempts, please try again in 30 minutes', 1_800_000],
  [133008, 'Too many PIN guesses', 3_600_000],
  [133009, 'Wait 30 seconds', 30_000],
])('code %i, “%s”, is a limit', (code, message, retryAfterMs) => {
  const problem = registrationProblem(refusal(code, message));
  expect(problem).toBeInstanceOf(GraphRateLimitedError);
  expect(problem).toMatchObject({ status: 429, retryAfterMs, meta: { code } });
});

it.each([
  [136024, 'The number is verified already.', /verified already/],
  [136025, 'The code is not right.', /newest SMS/],
])('code %i, “%s”, is to be mended', (code, message, advice) => {
  expect(registrationProblem(refusal(code, message))).toMatchObject({
    status: 422,
    code: 'META_REJECTED',
    details: { action: expect.stringMatching(advice) },
  });
});

it('leaves other errors as they are', () => {
  const error = refusal(100, 'Please try again in 2 hours');
  expect(registrationProblem(error)).toBe(error);
});

import { verdictOf, verdictOfInvalid } from './token-verdict';

describe('what an error of Meta says about a token', () => {
  it.each([
    [190, 458, 'revoked', 'app_removed', false],
    [190, 459, 'expired', 'checkpoint', true],
    [190, 460, 'expired', 'password_changed', false],
    [190, 463, 'expired', 'token_expired', false],
    [190, 464, 'expired', 'unconfirmed_user', true],
    [190, 467, 'expired', 'logged_out', false],
    [190, null, 'expired', 'token_invalid', false],
    [102, null, 'expired', 'token_invalid', false],
  ])('%s/%s: %s because of %s', (code, subcode, status, reason, mayHeal) => {
    expect(verdictOf({ code, subcode })).toEqual({ status, reason, mayHeal });
  });

  it.each([
    ['a missing permission', { code: 200, subcode: null }],
    ['another missing permission', { code: 10, subcode: null }],
    ['a role on one Page', { code: 190, subcode: 492 }],
    ['a call that wants a Page token', { code: 190, subcode: 2069032 }],
    ['a limit', { code: 4, subcode: null }],
    ['no error envelope at all', null],
  ])('nothing, if it is about %s', (_case, meta) => {
    expect(verdictOf(meta)).toBeNull();
  });

  it('takes is_valid: false for what it is, whatever the reason given', () => {
    expect(verdictOfInvalid(null)).toMatchObject({ status: 'expired', reason: 'token_invalid' });
    expect(verdictOfInvalid({ code: 190, subcode: 12_345 })).toMatchObject({ reason: 'token_invalid' });
    expect(verdictOfInvalid({ code: 190, subcode: 458 })).toMatchObject({ status: 'revoked' });
  });

  it('does not condemn a token that debug_token refuses to look at', () => {
    expect(verdictOfInvalid({ code: 100, subcode: null })).toBeNull();
  });
});

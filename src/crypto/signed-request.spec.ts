import { createHmac } from 'node:crypto';
import { parseSignedRequest } from './signed-request';

const SECRET = 'test-app-secret';
const VECTOR =
  'KMxVhxLm6ZDVXSh1nNpAElkRQQLwrXA9rsGlxdUkYew.' +
  'eyJ1c2VyX2lkIjoiMjE4NDcxIiwiYWxnb3JpdGhtIjoiSE1BQy1TSEEyNTYiLCJpc3N1ZWRfYXQiOjEyOTE4MzY4MDB9';

function signed(payload: string, secret = SECRET): string {
  const encoded = Buffer.from(payload).toString('base64url');
  return `${createHmac('sha256', secret).update(encoded).digest('base64url')}.${encoded}`;
}

describe('parseSignedRequest', () => {
  it('reads what Meta sends', () => {
    expect(parseSignedRequest(VECTOR, [SECRET])).toEqual({
      userId: '218471',
      profileId: null,
      issuedAt: new Date('2010-12-08T19:33:20Z'),
    });
  });

  it('knows requests signed under an older secret', () => {
    expect(parseSignedRequest(VECTOR, ['newer', SECRET])).not.toBeNull();
  });

  it('takes ids as numbers too, without losing digits', () => {
    const text = signed('{"algorithm":"HMAC-SHA256","user_id":17841400000000001,"profile_id":12}');
    expect(parseSignedRequest(text, [SECRET])).toEqual({
      userId: '17841400000000001',
      profileId: '12',
      issuedAt: null,
    });
  });

  it.each([
    ['another secret', VECTOR, ['other']],
    ['no secret', VECTOR, []],
    ['a changed signature', `A${VECTOR.slice(1)}`, [SECRET]],
    ['a changed payload', `${VECTOR.slice(0, -2)}fQ`, [SECRET]],
    ['a truncated signature', VECTOR.slice(1), [SECRET]],
    ['no signature', VECTOR.slice(VECTOR.indexOf('.')), [SECRET]],
    ['no payload', VECTOR.slice(0, VECTOR.indexOf('.') + 1), [SECRET]],
    ['a third part', `${VECTOR}.e30`, [SECRET]],
    ['nothing', '', [SECRET]],
    ['another algorithm', signed('{"algorithm":"none","user_id":"1"}'), [SECRET]],
    ['no algorithm', signed('{"user_id":"1"}'), [SECRET]],
    ['no person', signed('{"algorithm":"HMAC-SHA256"}'), [SECRET]],
    ['a person that is no id', signed('{"algorithm":"HMAC-SHA256","user_id":{"a":1}}'), [SECRET]],
    ['text that is not JSON', signed('user_id=1'), [SECRET]],
    ['JSON that is no object', signed('null'), [SECRET]],
  ])('refuses %s', (_what, text, secrets) => {
    expect(parseSignedRequest(text, secrets)).toBeNull();
  });
});

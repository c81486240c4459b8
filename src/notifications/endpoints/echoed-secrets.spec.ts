import { withoutEchoes } from './echoed-secrets';

const HEADERS = {
  'content-type': 'application/json',
  authorization: 'Bearer a-key-of-theirs',
  'webhook-id': 'msg_0123456789',
};

describe('an answer that repeats the request', () => {
  it('is kept without the keys, with the scheme before them or alone', () => {
    expect(withoutEchoes('{"authorization":"Bearer a-key-of-theirs"}', HEADERS)).toBe(
      '{"authorization":"[masked]"}',
    );
    expect(withoutEchoes('no such key: a-key-of-theirs', HEADERS)).toBe('no such key: [masked]');
  });

  it('is kept without a key that its end was cut off', () => {
    expect(withoutEchoes('you said Bearer a-key-of', HEADERS)).toBe('you said [masked]');
    expect(withoutEchoes('key a-key-of-th', HEADERS)).toBe('key [masked]');
  });

  it('keeps everything else: what was sent with it, and words', () => {
    const text = 'application/json msg_0123456789 Bearing a key';
    expect(withoutEchoes(text, HEADERS)).toBe(text);
    expect(withoutEchoes('ok', { x: 'ok' })).toBe('ok');
  });
});

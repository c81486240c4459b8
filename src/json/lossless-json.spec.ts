import fc from 'fast-check';
import { parseJsonLosslessly } from './lossless-json';

describe('parseJsonLosslessly', () => {
  it.each([
    ['{"id":17841400000000001234}', { id: '17841400000000001234' }],
    ['[-9007199254740993]', ['-9007199254740993']],
    ['9007199254740993', '9007199254740993'],
    ['{"a":[1, 9007199254740992 ]}', { a: [1, '9007199254740992'] }],
  ])('keeps every digit of %s', (text, expected) => {
    expect(parseJsonLosslessly(text)).toEqual(expected);
  });

  it.each(['9007199254740991', '1234567890.1234567890123456', '12345678901234567.5', '1e21', '-0', '0.1'])(
    'leaves the number %s a number',
    (text) => {
      expect(parseJsonLosslessly(`[${text}, 9007199254740993]`)).toEqual([
        JSON.parse(text),
        '9007199254740993',
      ]);
    },
  );

  it('does not mistake digits inside text for a number', () => {
    expect(parseJsonLosslessly('{"id":"17841400000000001234","body":"pay: 1234567890123456789"}')).toEqual({
      id: '17841400000000001234',
      body: 'pay: 1234567890123456789',
    });
  });

  it('reads the escapes that Meta writes', () => {
    expect(parseJsonLosslessly('{"t":"\\u00e9\\/\\ud83d\\ude00","n":9007199254740993}')).toEqual({
      t: 'é/😀',
      n: '9007199254740993',
    });
  });

  it('takes the last of two equal keys, as JSON.parse does', () => {
    expect(parseJsonLosslessly('{"a":1,"a":9007199254740993}')).toEqual({ a: '9007199254740993' });
  });

  it.each(['{"__proto__":{"admin":true}}', '{"__proto__":{"admin":true},"n":9007199254740993}'])(
    'does not let %s change a prototype',
    (text) => {
      const parsed = parseJsonLosslessly(text);
      expect(Object.getPrototypeOf(parsed)).toBe(Object.prototype);
      expect((parsed as { admin?: unknown }).admin).toBeUndefined();
      expect(Object.hasOwn({}, 'admin')).toBe(false);
    },
  );

  it.each([
    '',
    '{',
    'undefined',
    '<html></html>',
    '{"a":9007199254740993',
    '[9007199254740993,]',
    '09007199254740993',
  ])('refuses %j with a SyntaxError', (text) => {
    expect(() => parseJsonLosslessly(text)).toThrow(SyntaxError);
  });

  it('refuses what is nested too deeply instead of overflowing the stack', () => {
    const depth = 200_000;
    expect(() => parseJsonLosslessly('['.repeat(depth) + '9007199254740993' + ']'.repeat(depth))).toThrow(
      SyntaxError,
    );
  });

  it('agrees with JSON.parse wherever that loses nothing', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(['9007199254740993', value]);
        expect(parseJsonLosslessly(text.replace('"9007199254740993"', '9007199254740993'))).toEqual(
          JSON.parse(text, (_key, each: unknown) => (isBeyond(each) ? JSON.stringify(each) : each)),
        );
      }),
    );
  });

  const isBeyond = (value: unknown): boolean =>
    Number.isInteger(value) && !Number.isSafeInteger(value) && /^-?\d+$/.test(JSON.stringify(value));

  it('returns every integer with all its digits', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), (integer) => {
        expect(String((parseJsonLosslessly(`{"id":${integer}}`) as { id: unknown }).id)).toBe(
          String(integer),
        );
      }),
    );
  });
});

import { canonicalJson, parseIdempotencyKey, requestDigest } from './idempotency-key';

describe('parseIdempotencyKey', () => {
  it('takes printable keys and no key', () => {
    expect(parseIdempotencyKey(undefined)).toBeUndefined();
    expect(parseIdempotencyKey(' order-42 ')).toBe('order-42');
    expect(parseIdempotencyKey('x'.repeat(200))).toHaveLength(200);
  });

  it.each([[''], ['   '], ['x'.repeat(201)], ['tab\there'], ['ümlaut'], [['a', 'b']]])(
    'refuses %j',
    (header) => {
      expect(() => parseIdempotencyKey(header)).toThrow('1 to 200 printable');
    },
  );
});

describe('requestDigest', () => {
  const digest = (body: unknown, method = 'POST', route = '/a') =>
    requestDigest(method, route, body).toString('hex');

  it('does not depend on the order of fields, at any depth', () => {
    expect(digest({ a: 1, b: { c: [1, { x: 1, y: 2 }], d: 2 } })).toBe(
      digest({ b: { d: 2, c: [1, { y: 2, x: 1 }] }, a: 1 }),
    );
  });

  it.each([
    [{ a: 1 }, { a: '1' }],
    [{ a: [1, 2] }, { a: [2, 1] }],
    [{ a: null }, {}],
    [{ a: {} }, { a: [] }],
    [{ 'a":1,"b': 1 }, { a: 1, b: 1 }],
  ])('tells %j from %j', (one, other) => {
    expect(digest(one)).not.toBe(digest(other));
  });

  it('tells methods and routes apart', () => {
    expect(new Set([digest({}), digest({}, 'PUT'), digest({}, 'POST', '/b')]).size).toBe(3);
    expect(digest({}, 'post')).toBe(digest({}, 'POST'));
  });

  it('leaves out absent fields, as JSON does', () => {
    expect(canonicalJson({ a: undefined, b: [undefined], at: new Date(0) })).toBe(
      '{"at":"1970-01-01T00:00:00.000Z","b":[null]}',
    );
    expect(canonicalJson(undefined)).toBe('null');
  });
});

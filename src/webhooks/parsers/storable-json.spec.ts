import fc from 'fast-check';
import { MAX_DEPTH, toStorableJson } from './storable-json';

describe('toStorableJson', () => {
  it('gives back the very value where nothing has to be replaced', () => {
    const value = { text: 'Café 😀', list: [1, null, true, { nested: 'x' }] };
    expect(toStorableJson(value)).toBe(value);
  });

  it('replaces null characters and lone surrogates, in values and keys, at any depth', () => {
    expect(toStorableJson({ 'a\u0000': ['x\uD83D', { b: '\uDE00y\u0000' }], ok: '😀' })).toEqual({
      'a\uFFFD': ['x\uFFFD', { b: '\uFFFDy\uFFFD' }],
      ok: '😀',
    });
  });

  it('keeps a key called __proto__ a key', () => {
    const clean = toStorableJson(JSON.parse('{"__proto__":{"admin":true},"text":"\\u0000"}'));
    expect(JSON.stringify(clean)).toBe('{"__proto__":{"admin":true},"text":"\uFFFD"}');
    expect(Object.getPrototypeOf(clean)).toBe(Object.prototype);
  });

  it('cuts off what is nested too deeply for a database or the stack', () => {
    let value: unknown = 'innermost';
    for (let depth = 0; depth < 100_000; depth++) value = [value];
    expect(JSON.stringify(toStorableJson(value))).toBe(
      `${'['.repeat(MAX_DEPTH)}"[nested too deeply]"${']'.repeat(MAX_DEPTH)}`,
    );
  });

  it('changes nothing else', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'grapheme' }), (value) => {
        fc.pre(!JSON.stringify(value).includes('\\u0000'));
        expect(toStorableJson(value)).toBe(value);
      }),
    );
  });

  it('leaves nothing that PostgreSQL refuses', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        // JSON.stringify escapes exactly these: null characters and lone surrogates.
        expect(JSON.stringify(toStorableJson([value, '\uD800']))).not.toMatch(/(?<!\\)\\u(0000|d[89a-f])/i);
      }),
    );
  });
});

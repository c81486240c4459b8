import { caselessPattern } from './caseless-pattern';

describe('caselessPattern', () => {
  it.each([
    [/^#[0-9a-f]{6}$/i, ['#00aaFF', '#ABCDEF'], ['00aaff', '#00aag0', '#00aaff1']],
    [/^(me|none|[0-9a-f]{2}-[0-9A-F]{2})$/i, ['ME', 'nOnE', '1f-F1'], ['mee', '', '1g-00']],
    [/^\d{1,3}\s[^abc]\w$/i, ['12 dZ', '1 _q'], ['12 Bx', 'd x']],
    [/^[\]x]\[$/i, [']['], ['[[', 'y[']],
  ])('takes without a flag what %s takes', (pattern, fitting, others) => {
    const caseless = new RegExp(caselessPattern(pattern.source));
    for (const text of [...fitting, ...others])
      expect([text, caseless.test(text)]).toEqual([text, pattern.test(text)]);
    expect(fitting.every((text) => caseless.test(text))).toBe(true);
    expect(others.some((text) => caseless.test(text))).toBe(false);
  });
});

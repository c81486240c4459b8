import { mergedAttributes, problemOfAttributes, problemOfTold } from './contact-attributes';

describe('what a team keeps with a person', () => {
  it('is told key by key', () => {
    expect(mergedAttributes({ tier: 'gold', age: 4 }, { age: null, vip: true })).toEqual({
      tier: 'gold',
      vip: true,
    });
  });

  it('may have any name, also one that means something in JavaScript', () => {
    const merged = mergedAttributes({}, JSON.parse('{"__proto__":"x"}') as Record<string, string>);
    expect(Object.keys(merged)).toEqual(['__proto__']);
    expect(JSON.stringify(merged)).toBe('{"__proto__":"x"}');
  });

  it.each([
    [[], 'object'],
    ['text', 'object'],
    [null, 'object'],
    [{ a: {} }, 'attributes.a'],
    [{ a: ['x'] }, 'attributes.a'],
    [{ a: 'x'.repeat(1_001) }, '1000 characters'],
    [{ a: 'x\u0000' }, 'attributes.a'],
    [{ a: '\ud800' }, 'attributes.a'],
    [{ '': 'x' }, 'name'],
    [{ ['k'.repeat(65)]: 'x' }, 'name'],
    [Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`k${index}`, 1])), 'at most 100'],
  ])('is refused as %j', (told, words) => {
    expect(problemOfTold(told)).toContain(words);
  });

  it('is bounded in all', () => {
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`k${index}`, index]));
    expect(problemOfTold({ ...many })).toBeNull();
    expect(problemOfAttributes(many)).toBeNull();
    expect(problemOfAttributes({ ...many, more: 1 })).toContain('100');
  });
});

import * as fc from 'fast-check';
import { type ContactFacts, factsToldAt, isGreater, laterFacts, noFacts } from './contact-facts';

const facts: fc.Arbitrary<ContactFacts> = fc
  .record({
    at: fc.integer({ min: 1, max: 4 }),
    name: fc.option(fc.constantFrom('Ana', 'ana', '～', '😀')),
    username: fc.option(fc.constantFrom('@a', '@b')),
    hash: fc.option(fc.constantFrom('x', 'y')),
  })
  .map(({ at, name, username, hash }) =>
    factsToldAt(new Date(at), {
      name,
      profile: { ...(username === null ? {} : { username }), ...(hash === null ? {} : { hash }) },
    }),
  );

describe('what is told of a person', () => {
  it('comes to the same in every order, grouping and repetition', () => {
    fc.assert(
      fc.property(facts, facts, facts, (a, b, c) => {
        const all = laterFacts(laterFacts(a, b), c);
        expect(laterFacts(laterFacts(c, b), a)).toEqual(all);
        expect(laterFacts(a, laterFacts(b, c))).toEqual(all);
        expect(laterFacts(all, b)).toEqual(all);
        expect(laterFacts(noFacts(), all)).toEqual(all);
      }),
    );
  });

  it('each fact by itself is the one told last', () => {
    const first = factsToldAt(new Date(1), { name: 'Ana', profile: { username: '@ana', hash: 'x' } });
    const second = factsToldAt(new Date(2), { name: null, profile: { hash: 'y' } });
    expect(laterFacts(second, first)).toEqual({
      name: 'Ana',
      nameToldAt: 1,
      profile: { username: '@ana', hash: 'y' },
      profileToldAt: { username: 1, hash: 2 },
    });
  });

  it('older than times were kept gives way to whatever is told', () => {
    const stored: ContactFacts = { name: 'Zoe', nameToldAt: null, profile: { hash: 'z' }, profileToldAt: {} };
    const told = factsToldAt(new Date(1), { name: 'Ana', profile: { hash: 'a' } });
    expect(laterFacts(stored, told)).toMatchObject({ name: 'Ana', profile: { hash: 'a' } });
    expect(laterFacts(told, stored)).toMatchObject({ name: 'Ana', profile: { hash: 'a' } });
    expect(laterFacts(noFacts(), stored)).toMatchObject({ name: 'Zoe', profile: { hash: 'z' } });
  });

  it('is compared as PostgreSQL does, by bytes', () => {
    // By UTF-16 it is the other way round.
    expect(['😀', '～'].sort()).toEqual(['😀', '～']);
    expect(isGreater('😀', '～')).toBe(true);
    expect(isGreater('a', 'a')).toBe(false);
  });
});

import fc from 'fast-check';
import { buildSearch, parseSearch } from './search-query';

const built = (q: string, stems: Record<string, string[]> = {}) =>
  buildSearch(parseSearch(q), new Map(Object.entries(stems)));

describe('what is looked for', () => {
  it('is all of the words, the last of which may go on', () => {
    expect(built('Red Shoes')).toMatchObject({ indexed: `'red' & ('shoes' | 'shoes':*)`, full: null });
    expect(built('red shoes ').indexed).toBe(`'red' & 'shoes'`);
  });

  it('is a word in any of its forms, of which one may be a word by itself', () => {
    expect(built('shoes ', { shoes: ['en/shoe'] }).indexed).toBe(`('shoes' | 'en/shoe' | 'shoe')`);
  });

  it('is a phrase in quotation marks as it stands', () => {
    expect(built('"red shoes"', { shoes: ['en/shoe'] }).indexed).toBe(`('red' <-> 'shoes')`);
    expect(built('«red» „shoes“').indexed).toBe(`'red' & 'shoes'`);
  });

  it('is side by side where no space parts it', () => {
    expect(built('jane.doe ').indexed).toBe(`('jane' <-> 'doe')`);
  });

  it('is a phone number, or the words that it is written with', () => {
    expect(built('+49 (0)171-4567 ').indexed).toBe(`('#491714567' | ('49' & '0' & '171' & '4567'))`);
    expect(built('order 4711 ').indexed).toBe(`'order' & ('#4711' | '4711')`);
    expect(built('4711').indexed).toBe(`('#4711':* | ('4711' | '4711':*))`);
    expect(built('0012 ').indexed).toBe(`('#0012' | '0012')`);
    expect(built('00491714567 ').indexed).toBe(`('#491714567' | '#00491714567' | '00491714567')`);
    expect(built('471 ').indexed).toBe(`'471'`);
  });

  it('leaves a beginning of one or two letters to be compared, as too much begins with it', () => {
    expect(built('zebra st')).toMatchObject({ indexed: `'zebra'`, full: `'zebra' & ('st' | 'st':*)` });
    expect(built('li')).toMatchObject({ indexed: `'li'`, full: null });
    expect(built('a.b')).toMatchObject({ indexed: `'a'`, full: `('a' <-> ('b' | 'b':*))` });
  });

  it('may be the beginning of what an Arabic word is without its article', () => {
    expect(built('كتا').indexed).toBe(`('كتا' | 'ar/كتا' | 'كتا':* | 'ar/كتا':*)`);
  });

  it.each(['', '   ', '?!', '"" ""', '👍', '&|!<->:*()', '\0'])('is nothing in %j', (q) => {
    expect(() => parseSearch(q)).toThrow('letter or digit');
  });

  it('has an end', () => {
    expect(() => parseSearch('a b c d e f g h i j k l m n o p q')).toThrow('at most 16 words');
  });

  it('holds nothing but quoted words and operators of ours, whatever was typed', () => {
    const token = /^(?:'(?:[#^@]?[\p{L}\p{N}\p{M}]+(?:\/[\p{L}\p{N}\p{M}]+)?)'(?::\*)?|<->|[&|()\s])+$/u;
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (q) => {
        let search;
        try {
          search = built(q);
        } catch {
          return; // told as a problem of q
        }
        expect(search.indexed).toMatch(token);
        if (search.full !== null) expect(search.full).toMatch(token);
      }),
      { numRuns: 1_000 },
    );
  });
});

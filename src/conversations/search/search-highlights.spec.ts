import fc from 'fast-check';
import { highlightsOf, snippetOf, wordsToStem } from './search-highlights';
import { buildSearch, parseSearch } from './search-query';

const NONE = new Map<string, string[]>();
const marked = (text: string, q: string, stems: Record<string, string[]> = {}): string[] => {
  const known = new Map(Object.entries(stems));
  return highlightsOf(text, buildSearch(parseSearch(q), known), known).map(({ start, end }) =>
    text.slice(start, end),
  );
};

describe('highlights', () => {
  it('are the words as they were written', () => {
    expect(marked('Crème BRÛLÉE, crème.', 'creme bru')).toEqual(['Crème', 'BRÛLÉE', 'crème']);
    expect(marked('السلام عليكم يا أحمد', 'احمد')).toEqual(['أحمد']);
  });

  it('are other forms of the words, too', () => {
    const stems = { running: ['en/run'], runs: ['en/run'] };
    expect(marked('He runs, she is running, they run', 'running ', stems)).toEqual([
      'runs',
      'running',
      'run',
    ]);
    expect(marked('أين الكتاب', 'كتاب ', { الكتاب: ['ar/كتاب'] })).toEqual(['الكتاب']);
  });

  it('are whole phone numbers', () => {
    expect(marked('Ring +49 (0) 171 123-4567 now', '0171 1234567')).toEqual(['+49 (0) 171 123-4567']);
  });

  it('never overlap, and lie within the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), (text) => {
        const beginnings = ['a', 'b', '1', '#'];
        const ranges = highlightsOf(text, { lexemes: new Set<string>(), beginnings }, NONE);
        let end = 0;
        for (const range of ranges) {
          expect(range.start).toBeGreaterThanOrEqual(end);
          expect(range.end).toBeGreaterThan(range.start);
          end = range.end;
        }
        expect(end).toBeLessThanOrEqual(text.length);
      }),
    );
  });
});

describe('snippets', () => {
  it('are short texts as a whole', () => {
    expect(snippetOf('hello', [{ start: 0, end: 5 }])).toEqual({
      text: 'hello',
      highlights: [{ start: 0, end: 5 }],
      isCutBefore: false,
      isCutAfter: false,
    });
  });

  it('are the part of long ones that has what was found, between words', () => {
    const text = `${'lorem ipsum '.repeat(50)}NEEDLE ${'dolor sit '.repeat(50)}`;
    const start = text.indexOf('NEEDLE');
    const snippet = snippetOf(text, [{ start, end: start + 6 }]);
    expect(snippet).toMatchObject({ isCutBefore: true, isCutAfter: true });
    expect(snippet.text.length).toBeLessThanOrEqual(200);
    expect(text).toContain(` ${snippet.text}`);
    expect(snippet.highlights.map((range) => snippet.text.slice(range.start, range.end))).toEqual(['NEEDLE']);
  });

  it('cut no character in two', () => {
    const { text } = snippetOf('😀'.repeat(500), [{ start: 301, end: 303 }]);
    expect(text.isWellFormed()).toBe(true);
  });
});

describe('words whose stems are needed', () => {
  it('are those that begin as something does that was looked for', () => {
    const sought = { lexemes: new Set(['running', 'en/run']), beginnings: [] };
    expect(wordsToStem(['He runs to the rubbish bin 12'], sought)).toEqual(['runs', 'rubbish']);
  });
});

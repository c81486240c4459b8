import { endsOf, numbersIn } from './phone-numbers';
import { languagesOfWord } from './search-languages';
import type { BuiltSearch } from './search-query';
import type { StemsOfWords } from './search-stems';
import { numberLexeme } from './search-vector';
import { type Word, wordsOf } from './search-words';

/** A part of a text, in UTF-16 code units as JavaScript counts them; the end is not part of it. */
export interface TextRange {
  start: number;
  end: number;
}

export interface TextSnippet {
  text: string;
  highlights: TextRange[];
  isCutBefore: boolean;
  isCutAfter: boolean;
}

type Sought = Pick<BuiltSearch, 'lexemes' | 'beginnings'>;

const SNIPPET_LENGTH = 200;
const BEFORE_FIRST = 60;
/** How far a cut is moved to stand between words. */
const LOOK_FOR_SPACE = 20;

/** Words of texts whose stems may be what was looked for: all others need not be stemmed. */
export function wordsToStem(texts: readonly string[], { lexemes }: Sought): string[] {
  const beginnings = new Set([...lexemes].map((lexeme) => lexeme.slice(lexeme.indexOf('/') + 1).slice(0, 2)));
  const words = texts.flatMap((text) => wordsOf(text).map((word) => word.text));
  return [...new Set(words)].filter(
    (word) => languagesOfWord(word).length > 0 && beginnings.has(word.slice(0, 2)),
  );
}

/** Where in a text stands what was looked for, in order and without overlaps. */
export function highlightsOf(text: string, sought: Sought, stems: StemsOfWords): TextRange[] {
  const ranges: TextRange[] = [
    ...wordsOf(text).filter((word) => isSought(word, sought, stems)),
    ...numbersIn(text, 4).filter(({ digits }) =>
      endsOf(digits).some((end) => isLexemeSought(numberLexeme(end), sought)),
    ),
  ].map(({ start, end }) => ({ start, end }));
  ranges.sort((a, b) => a.start - b.start || b.end - a.end);
  const merged: TextRange[] = [];
  for (const range of ranges) {
    const last = merged.at(-1);
    if (last === undefined || range.start >= last.end) merged.push(range);
    else last.end = Math.max(last.end, range.end);
  }
  return merged;
}

function isSought({ text }: Word, sought: Sought, stems: StemsOfWords): boolean {
  return [text, ...(stems.get(text) ?? [])].some((lexeme) => isLexemeSought(lexeme, sought));
}

function isLexemeSought(lexeme: string, { lexemes, beginnings }: Sought): boolean {
  return lexemes.has(lexeme) || beginnings.some((beginning) => lexeme.startsWith(beginning));
}

/** The part of a text around the first of what was found in it. */
export function snippetOf(text: string, ranges: readonly TextRange[]): TextSnippet {
  const first = ranges[0]?.start ?? 0;
  const start = text.length <= SNIPPET_LENGTH ? 0 : cutNear(text, Math.max(0, first - BEFORE_FIRST), 1);
  const end = text.length - start <= SNIPPET_LENGTH ? text.length : cutNear(text, start + SNIPPET_LENGTH, -1);
  return {
    text: text.slice(start, end),
    highlights: ranges
      .filter((range) => range.start >= start && range.start < end)
      .map((range) => ({ start: range.start - start, end: Math.min(range.end, end) - start })),
    isCutBefore: start > 0,
    isCutAfter: end < text.length,
  };
}

/** At a space if there is one near, and never within a character. */
function cutNear(text: string, place: number, step: 1 | -1): number {
  if (place === 0) return 0;
  for (let moved = 0; moved <= LOOK_FOR_SPACE; moved += 1) {
    const at = place + moved * step;
    if (/\s/u.test(text.charAt(at - 1))) return at;
  }
  return /[\uDC00-\uDFFF]/.test(text.charAt(place)) ? place + 1 : place;
}

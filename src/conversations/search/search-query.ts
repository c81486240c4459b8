import { ValidationFailedError } from '../../errors/app.error';
import { SHORTEST_PART, type WrittenNumber, numbersIn } from './phone-numbers';
import { languagesOfWord } from './search-languages';
import { type StemsOfWords, marked } from './search-stems';
import { numberLexeme, quoted } from './search-vector';
import { wordsOf } from './search-words';

/** Each word costs a look into the index for every language that it may be in. */
const MOST_WORDS = 16;
/** Shorter beginnings are those of thousands of words, which PostgreSQL would all have to put together. */
const SHORTEST_BEGINNING = 3;

/** Words that have to stand side by side. */
export interface SoughtPhrase {
  words: readonly string[];
  /** As it stands there, not also in other forms of the words. */
  isExact: boolean;
  /** The last word may go on. */
  isBeginning: boolean;
}

/** One of the things that all have to be found: any of the phrases together, or a number. */
export interface SoughtTerm {
  phrases: readonly SoughtPhrase[];
  /** Digits that a phone number ends with, or has in it where the term may go on: any of these. None for what is no number. */
  numbers: readonly string[];
}

export interface BuiltSearch {
  /** A tsquery for the index, whose every part narrows. */
  indexed: string;
  /** A tsquery with everything that has to hold; null where that is the same. */
  full: string | null;
  /** What was found by it is written like this. */
  lexemes: ReadonlySet<string>;
  beginnings: readonly string[];
}

interface Piece {
  start: number;
  end: number;
  words: string[];
  numbers: readonly string[];
}

const QUOTED = /["“”„«»]([^"“”„«»]*)["“”„«»]/g;

/**
 * What somebody is looking for. Words all have to be found, those in quotation marks side by side; the last one may be the
 * beginning of a word. There are no operators: every sign that is no letter or digit only parts words.
 * @throws ValidationFailedError on `q` when there is nothing in it that can be looked for, or too much
 */
export function parseSearch(q: string): SoughtTerm[] {
  const terms: SoughtTerm[] = [];
  const unquoted = q.replace(QUOTED, (all, phrase: string) => {
    const words = textsOf(phrase);
    if (words.length > 0)
      terms.push({ phrases: [{ words, isExact: true, isBeginning: false }], numbers: [] });
    return ' '.repeat(all.length);
  });
  // The one that is being typed: nothing comes after it, not even a space.
  const isTyping = /\S$/u.test(unquoted);
  const pieces = piecesOf(unquoted);
  pieces.forEach(({ words, numbers }, index) => {
    const isBeginning = isTyping && index === pieces.length - 1;
    // Of a number the groups may be written elsewhere with other signs between them.
    const parts = numbers.length === 0 || words.length === 1 ? [words] : words.map((word) => [word]);
    terms.push({
      numbers,
      phrases: parts.map((part, at) => ({
        words: part,
        isExact: false,
        isBeginning: isBeginning && at === parts.length - 1,
      })),
    });
  });
  const count = terms.reduce((sum, { phrases }) => sum + phrases.flatMap(({ words }) => words).length, 0);
  if (count === 0)
    throw ValidationFailedError.of(
      'q',
      'searchable',
      'q must have a letter or digit that can be looked for.',
    );
  if (count > MOST_WORDS)
    throw ValidationFailedError.of('q', 'maxWords', `q must have at most ${MOST_WORDS} words.`);
  return terms;
}

/** The words of a search, to find their stems. */
export function wordsOfTerms(terms: readonly SoughtTerm[]): string[] {
  return terms.flatMap(({ phrases }) =>
    phrases.filter(({ isExact }) => !isExact).flatMap(({ words }) => words),
  );
}

export function buildSearch(terms: readonly SoughtTerm[], stems: StemsOfWords): BuiltSearch {
  const builder = new SearchBuilder(stems);
  const built = terms.map((term) => builder.term(term, terms.length === 1));
  const indexed = built.flatMap((term) => (term.indexed === null ? [] : [term.indexed]));
  const full = built.map((term) => term.full);
  // One that consists of such beginnings alone: as words they narrow.
  if (indexed.length === 0) return buildSearch(terms.map(whole), stems);
  return {
    indexed: indexed.join(' & '),
    full: full.join(' & ') === indexed.join(' & ') ? null : full.join(' & '),
    lexemes: builder.lexemes,
    beginnings: builder.beginnings,
  };
}

function whole(term: SoughtTerm): SoughtTerm {
  return { ...term, phrases: term.phrases.map((phrase) => ({ ...phrase, isBeginning: false })) };
}

interface BuiltTerm {
  /** Null: nothing of it narrows. */
  indexed: string | null;
  full: string;
}

class SearchBuilder {
  readonly lexemes = new Set<string>();
  readonly beginnings: string[] = [];

  constructor(private readonly stems: StemsOfWords) {}

  term({ phrases, numbers }: SoughtTerm, isOnly: boolean): BuiltTerm {
    const built = phrases.map((phrase) => this.phrase(phrase, isOnly));
    const indexed = joined(presentIn(built), ' & ');
    const full = joined(
      built.map((each) => each.full),
      ' & ',
    );
    if (numbers.length === 0 || full === null) return { indexed, full: full ?? '' };
    const isBeginning = phrases.some((phrase) => phrase.isBeginning);
    const digits = numbers.map((number) => this.number(number, isBeginning)).join(' | ');
    return { indexed: indexed === null ? null : `(${digits} | ${indexed})`, full: `(${digits} | ${full})` };
  }

  private phrase({ words, isExact, isBeginning }: SoughtPhrase, isOnly: boolean): BuiltTerm {
    const parts = words.map((word, index) =>
      this.word(word, isExact, isBeginning && index === words.length - 1, isOnly && words.length === 1),
    );
    const indexed = presentIn(parts);
    // With a word left out the others no longer stand side by side.
    const operator = indexed.length === parts.length ? ' <-> ' : ' & ';
    const full = parts.map((part) => part.full);
    return { indexed: joined(indexed, operator), full: joined(full, ' <-> ') ?? '' };
  }

  private word(word: string, isExact: boolean, isBeginning: boolean, isOnly: boolean): BuiltTerm {
    const own = this.stems.get(word) ?? [];
    const isArabic = languagesOfWord(word).some(({ code }) => code === 'ar');
    // The stem of one word may be another word as it is, and the other way round.
    const forms = isExact
      ? [word]
      : [
          word,
          ...own,
          ...own.map((stem) => stem.slice(stem.indexOf('/') + 1)),
          ...(isArabic ? [marked('ar', word)] : []),
        ];
    const lexemes = [...new Set(forms)];
    for (const lexeme of lexemes) this.lexemes.add(lexeme);
    const whole = joined(lexemes.map(quoted), ' | ') ?? '';
    if (!isBeginning || !canGoOn(word)) return { indexed: whole, full: whole };
    const isShort = Array.from(word).length < SHORTEST_BEGINNING;
    if (isShort && isOnly) return { indexed: whole, full: whole };
    const beginnings = isArabic
      ? [word, marked('ar', word), ...own.filter((stem) => stem.startsWith('ar/'))]
      : [word];
    this.beginnings.push(...beginnings);
    const going = beginnings.map((lexeme) => `${quoted(lexeme)}:*`);
    const full = joined([...lexemes.map(quoted), ...going], ' | ') ?? '';
    return { indexed: isShort ? null : full, full };
  }

  private number(digits: string, isBeginning: boolean): string {
    const lexeme = numberLexeme(digits);
    this.lexemes.add(lexeme);
    if (!isBeginning) return quoted(lexeme);
    this.beginnings.push(lexeme);
    return `${quoted(lexeme)}:*`;
  }
}

const presentIn = (terms: readonly BuiltTerm[]): string[] =>
  terms.flatMap(({ indexed }) => (indexed === null ? [] : [indexed]));

/** @returns null of nothing */
function joined(parts: readonly string[], operator: string): string | null {
  const [only, ...others] = parts;
  if (only === undefined) return null;
  return others.length === 0 ? only : `(${parts.join(operator)})`;
}

/** A character that is a word by itself is not the beginning of another. */
const canGoOn = (word: string): boolean =>
  !/^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]$/u.test(
    word,
  );

const textsOf = (text: string): string[] => wordsOf(text).map((word) => word.text);

/** As dialled here, where zeros may lead out of a town, or as the end of one with zeros in it. */
const partsOf = ({ digits, written }: WrittenNumber): string[] =>
  [...new Set([digits, written])].filter((part) => part.length >= SHORTEST_PART);

/** Between spaces, but a phone number is one piece whatever it is written with. */
function piecesOf(text: string): Piece[] {
  const numbers = numbersIn(text, SHORTEST_PART);
  const chunks = [...text.matchAll(/\S+/gu)].map((chunk) => ({
    start: chunk.index,
    end: chunk.index + chunk[0].length,
  }));
  const pieces: Piece[] = [];
  for (const word of wordsOf(text)) {
    const number = numbers.find(({ start, end }) => word.start >= start && word.end <= end);
    const place = number ?? chunks.find(({ start, end }) => word.start >= start && word.start < end);
    const last = pieces.at(-1);
    if (place !== undefined && last?.start === place.start && last.end === place.end)
      last.words.push(word.text);
    else
      pieces.push({
        start: place?.start ?? word.start,
        end: place?.end ?? word.end,
        words: [word.text],
        numbers: number === undefined ? [] : partsOf(number),
      });
  }
  return pieces;
}

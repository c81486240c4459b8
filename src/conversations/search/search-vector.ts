import { createHash } from 'node:crypto';
import type { AccountId } from '../../database/ids';
import type { ConversationPlatform } from '../conversation-types';
import { endsOf, numbersIn, significantDigits } from './phone-numbers';
import type { StemsOfWords } from './search-stems';
import type { SearchKind, SearchSubject } from './search-subject';
import { type Word, wordsOf } from './search-words';

/** Beyond it PostgreSQL tells places in a text no longer apart. */
const LAST_PLACE = 16_383;
/** So many of one word PostgreSQL keeps. */
const MOST_PLACES = 255;
/** Between two parts of a subject, so that no phrase goes from one into the other. */
const GAP = 5;
/** Enough for any message; a text that was made to be long is found by its beginning. */
const LONGEST_TEXT = 100_000;

/** The words of a subject, part by part, with places that go on from one part to the next. */
export function wordsOfSubject({ texts }: Pick<SearchSubject, 'texts'>): Word[] {
  const all: Word[] = [];
  for (const text of texts) {
    const offset = all.length === 0 ? 0 : (all.at(-1)?.place ?? 0) + GAP;
    for (const word of wordsOf(text.slice(0, LONGEST_TEXT)))
      all.push({ ...word, place: word.place + offset });
  }
  return all;
}

/**
 * @param stems in any languages; those of `languages` are taken
 * @returns a tsvector, as text
 */
export function vectorOf(
  subject: SearchSubject,
  words: readonly Word[],
  stems: StemsOfWords,
  languages: ReadonlySet<string>,
): string {
  const places = new Map<string, number[]>();
  const add = (lexeme: string, place: number): void => {
    const known = places.get(lexeme);
    if (known === undefined) places.set(lexeme, [place]);
    else if (known.length < MOST_PLACES) known.push(place);
  };
  for (const { text, place } of words) {
    const kept = Math.min(place, LAST_PLACE);
    add(text, kept);
    for (const stem of stems.get(text) ?? [])
      if (languages.has(stem.slice(0, stem.indexOf('/')))) add(stem, kept);
  }
  const bare = new Set([...numberLexemesOf(subject), ...scopeLexemesOf(subject)]);
  return [
    ...[...bare].map(quoted),
    ...[...places].map(([lexeme, at]) => `${quoted(lexeme)}:${[...new Set(at)].join(',')}`),
  ].join(' ');
}

function numberLexemesOf({ texts, numbers }: SearchSubject): string[] {
  const written = texts.flatMap((text) => numbersIn(text.slice(0, LONGEST_TEXT)).map(({ digits }) => digits));
  return [...numbers.map(significantDigits), ...written].flatMap(endsOf).map(numberLexeme);
}

/** No word begins with these signs, so nobody can look for what they stand for. */
export const numberLexeme = (digits: string): string => `#${digits}`;
export const monthLexeme = (month: string): string => `^${month}`;

/**
 * Whose it is, of which kind, on which platform. Short, as it stands in every row: that two accounts share one by chance is
 * no harm, since rows are compared with the account itself, too.
 */
export function scopeLexeme(
  accountId: AccountId,
  { kind, platform }: { kind?: SearchKind | undefined; platform?: ConversationPlatform | undefined } = {},
): string {
  const owner = createHash('sha256').update(accountId).digest('base64url').slice(0, 6);
  if (kind !== undefined) return `@${owner}/${kind.slice(0, 3)}`;
  return platform === undefined ? `@${owner}` : `@${owner}:${platform.slice(0, 1)}`;
}

function scopeLexemesOf({ accountId, kind, platform, at }: SearchSubject): string[] {
  return [
    scopeLexeme(accountId),
    scopeLexeme(accountId, { kind }),
    ...(platform === null ? [] : [scopeLexeme(accountId, { platform })]),
    monthLexeme(monthOf(at)),
  ];
}

/** As `202611`, in UTC. */
export const monthOf = (at: Date): string => at.toISOString().slice(0, 7).replace('-', '');

/** As a tsvector or tsquery has it. */
export const quoted = (lexeme: string): string => `'${lexeme.replace(/(['\\])/g, '$1$1')}'`;

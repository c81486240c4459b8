import { detectAll } from 'tinyld';

/** A language that PostgreSQL has a stemmer for: its dictionary, and the mark that its stems are stored with. */
export interface SearchLanguage {
  /** ISO 639-1. */
  code: string;
  dictionary: string;
  script: 'Latin' | 'Arabic' | 'Cyrillic' | 'Greek' | 'Devanagari' | 'Tamil' | 'Armenian' | 'Hebrew';
}

const of = (
  script: SearchLanguage['script'],
  languages: Readonly<Record<string, string>>,
): SearchLanguage[] =>
  Object.entries(languages).map(([code, name]) => ({ code, dictionary: `${name}_stem`, script }));

/** Those of PostgreSQL 15; one that lacks some of them does without. */
export const SEARCH_LANGUAGES: readonly SearchLanguage[] = [
  ...of('Latin', {
    en: 'english',
    es: 'spanish',
    pt: 'portuguese',
    fr: 'french',
    de: 'german',
    it: 'italian',
    nl: 'dutch',
    id: 'indonesian',
    tr: 'turkish',
    ca: 'catalan',
    da: 'danish',
    fi: 'finnish',
    hu: 'hungarian',
    lt: 'lithuanian',
    no: 'norwegian',
    ro: 'romanian',
    sv: 'swedish',
  }),
  ...of('Arabic', { ar: 'arabic' }),
  ...of('Cyrillic', { ru: 'russian', sr: 'serbian' }),
  ...of('Greek', { el: 'greek' }),
  ...of('Devanagari', { hi: 'hindi', ne: 'nepali' }),
  ...of('Tamil', { ta: 'tamil' }),
  ...of('Armenian', { hy: 'armenian' }),
  ...of('Hebrew', { yi: 'yiddish' }),
];

const SCRIPTS = [...new Set(SEARCH_LANGUAGES.map(({ script }) => script))].map(
  (script) => [script, new RegExp(`^\\p{Script=${script}}`, 'u')] as const,
);

/** Of what a text may be written in, what is at least so likely as the likeliest, by this factor, is believed, too. */
const NEARLY_AS_LIKELY = 0.4;
const MOST_LANGUAGES = 2;
/** Where a text is too short to tell: names of things are English everywhere. */
const FALLBACK = 'en';

/** Enough of a text to tell its language by: that takes longer than anything else that is done with it. */
const LOOKED_AT = 200;
const HAS_LATIN_WORDS = /\p{Script=Latin}[^\p{L}]+\p{Script=Latin}/u;

const OTHER_SCRIPTS = SEARCH_LANGUAGES.filter(({ script }) => script !== 'Latin').map(({ code }) => code);

/** The languages that a text is stemmed in, by their codes: in Latin letters one or two that it seems to be written in. */
export function languagesOfText(text: string): ReadonlySet<string> {
  const latin = HAS_LATIN_WORDS.test(text) ? likelyLanguages(text) : [];
  return new Set([...OTHER_SCRIPTS, ...(latin.length === 0 ? [FALLBACK] : latin)]);
}

function likelyLanguages(text: string): string[] {
  const guesses = detectAll(text.slice(0, LOOKED_AT));
  const best = guesses[0]?.accuracy ?? 0;
  return guesses
    .filter(({ accuracy }) => accuracy >= best * NEARLY_AS_LIKELY)
    .slice(0, MOST_LANGUAGES)
    .map(({ lang }) => (lang === 'nb' || lang === 'nn' ? 'no' : lang))
    .filter((code) => LATIN_CODES.has(code));
}

const LATIN_CODES = new Set(
  SEARCH_LANGUAGES.filter(({ script }) => script === 'Latin').map(({ code }) => code),
);

/** The languages whose script a folded word is written in. */
export function languagesOfWord(word: string): SearchLanguage[] {
  const script = SCRIPTS.find(([, pattern]) => pattern.test(word))?.[0];
  return script === undefined ? [] : SEARCH_LANGUAGES.filter((language) => language.script === script);
}

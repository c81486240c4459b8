/** Scripts that a language is written in, by its code without the country. Languages that are missing are not judged. */
const SCRIPTS_OF: Readonly<Record<string, readonly string[]>> = {
  ar: ['Arabic'],
  fa: ['Arabic'],
  ur: ['Arabic'],
  ps: ['Arabic'],
  he: ['Hebrew'],
  ru: ['Cyrillic'],
  uk: ['Cyrillic'],
  bg: ['Cyrillic'],
  mk: ['Cyrillic'],
  kk: ['Cyrillic'],
  el: ['Greek'],
  hi: ['Devanagari'],
  mr: ['Devanagari'],
  bn: ['Bengali'],
  ta: ['Tamil'],
  te: ['Telugu'],
  kn: ['Kannada'],
  ml: ['Malayalam'],
  gu: ['Gujarati'],
  pa: ['Gurmukhi'],
  th: ['Thai'],
  lo: ['Lao'],
  ka: ['Georgian'],
  ko: ['Hangul'],
  ja: ['Hiragana', 'Katakana', 'Han'],
  zh: ['Han'],
  ...Object.fromEntries(
    'af ca cs da de en es et fi fil fr ga hr hu id it lt lv ms nb nl pl pt ro sk sl sq sv sw tr vi zu'
      .split(' ')
      .map((code): [string, readonly string[]] => [code, ['Latin']]),
  ),
};

const PATTERNS: ReadonlyMap<string, RegExp> = new Map(
  [...new Set(Object.values(SCRIPTS_OF).flat())].map((script): [string, RegExp] => [
    script,
    new RegExp(`\\p{Script=${script}}`, 'gu'),
  ]),
);

/** Shorter texts are names, brands or codes as often as sentences. */
const FEWEST_LETTERS = 12;
/** Names of products and Latin abbreviations occur in every language. */
const SMALLEST_SHARE = 0.3;

/** The script that most of a text is in, when that is none of the language's; null when nothing is wrong or known. */
export function strangeScript(text: string, language: string): string | null {
  const expected = SCRIPTS_OF[/^[a-z]{2,3}/.exec(language)?.[0] ?? ''];
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  if (expected === undefined || letters < FEWEST_LETTERS) return null;
  const counts = [...PATTERNS].map(([script, pattern]) => ({
    script,
    count: text.match(pattern)?.length ?? 0,
  }));
  const own = counts
    .filter(({ script }) => expected.includes(script))
    .reduce((sum, { count }) => sum + count, 0);
  if (own / letters >= SMALLEST_SHARE) return null;
  const [most] = counts.sort((a, b) => b.count - a.count);
  return most === undefined || most.count === 0 ? null : most.script;
}

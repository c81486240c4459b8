/** One word, sign or emoji of a text. */
export interface Token {
  kind: 'word' | 'sign' | 'emoji';
  /** As lexica spell it: lower case, without accents, vowel signs and hamza. */
  text: string;
  script: 'arabic' | 'latin' | 'other';
  /** Written LOUD or looooong. */
  isEmphatic: boolean;
  /** A word with a letter repeated over and over, once with one of it, once with two; empty for others. */
  shortened: readonly string[];
}

/** What is past this is not read: nobody's mood needs it, and a rule over the whole must stay quick. */
export const LONGEST_TEXT = 5_000;

const EMOTICONS = /(?<=^|\s)(?:[:=;]-?[)D(]|[:=]'\(|:-?\/|\(:|\):|<3|\^\^|>:\(|D:)(?=$|\s|[.,!?])/u.source;
const TOKEN = new RegExp(
  `${EMOTICONS}|\\p{Extended_Pictographic}|\\p{L}[\\p{L}\\p{M}\\p{N}'ـ]*|\\p{N}+[\\p{L}\\p{M}\\p{N}]*|[.,!?;:\\n؟،؛]`,
  'gu',
);
/** Addresses and names of accounts. Each part begins at a space and has an end: a regular expression must not go back and forth. */
const NOT_WORDS = /(?<=^|\s)(?:https?:\/\/\S+|www\.\S+|[^\s@]{0,64}@[^\s@]{1,255})(?=\s|$|@)/gu;
const FULL_MARKS = /(?<![\d/])(?:10\s*\/\s*10|5\s*\/\s*5)(?![\d/])/gu;
const APOSTROPHES = /[\u2018\u2019\u02bc\u0060\u00b4]/gu;
const WORD_SIGN = /^[.,!?;:\n؟،؛]$/u;
const LETTER = /^[\p{L}\p{N}]/u;
const ARABIC = /\p{Script=Arabic}/u;
const LATIN = /\p{Script=Latin}|^\p{N}/u;
const REPEATED = /(\p{L})\1{2,}/gu;
const IS_REPEATED = /(\p{L})\1{2,}/u;
/** No word that says anything is longer. */
const LONGEST_WORD = 40;

/** Spells a word as lexica do. Hamza and vowel signs are marks of their own once a letter is taken apart. */
export function spelled(word: string): string {
  return word
    .normalize('NFD')
    .replace(/\p{M}|ـ/gu, '')
    .replace(/ى|ی/gu, 'ي')
    .replace(/ة/gu, 'ه')
    .replace(/ٱ/gu, 'ا')
    .replace(/ک/gu, 'ك')
    .toLowerCase();
}

export function tokensOf(text: string): Token[] {
  const plain = text
    .slice(0, LONGEST_TEXT)
    .replace(APOSTROPHES, "'")
    .replace(NOT_WORDS, ' ')
    .replace(FULL_MARKS, ' tenoften ');
  const letters = plain.replace(/[^\p{Lu}\p{Ll}]/gu, '');
  const isAllLoud = letters === letters.toUpperCase();
  const tokens: Token[] = [];
  for (const [match] of plain.normalize('NFC').matchAll(TOKEN)) {
    if (WORD_SIGN.test(match)) tokens.push(sign(match));
    else if (!LETTER.test(match)) tokens.push({ ...sign(match), kind: 'emoji', text: match.toLowerCase() });
    else for (const word of writtenOut(match)) tokens.push(wordToken(word, isAllLoud));
  }
  return tokens;
}

function sign(text: string): Token {
  return { kind: 'sign', text, script: 'other', isEmphatic: false, shortened: [] };
}

function wordToken(word: string, isAllLoud: boolean): Token {
  const text = spelled(word);
  const isLong = IS_REPEATED.test(text);
  const isLoud = !isAllLoud && word.length > 2 && /\p{Lu}/u.test(word) && word === word.toUpperCase();
  return {
    kind: 'word',
    text: text.slice(0, LONGEST_WORD),
    script: ARABIC.test(text) ? 'arabic' : LATIN.test(text) ? 'latin' : 'other',
    isEmphatic: isLong || isLoud,
    shortened: isLong
      ? ['$1', '$1$1'].map((times) => text.replace(REPEATED, times).slice(0, LONGEST_WORD))
      : [],
  };
}

const ENDINGS: Readonly<Record<string, string>> = {
  s: 'is',
  m: 'am',
  d: 'would',
  re: 'are',
  ve: 'have',
  ll: 'will',
};
const BARE_NEGATIONS =
  /^(can|don|didn|doesn|isn|wasn|weren|won|wouldn|couldn|shouldn|hasn|haven|hadn|aren|ain)'?t$/u;

/** `doesn't`, `doesnt` → does not; `it's` → it is. Others as they are. */
function writtenOut(word: string): string[] {
  const lower = word.toLowerCase();
  if (lower === 'cannot') return ['can', 'not'];
  const negated = BARE_NEGATIONS.exec(lower);
  if (negated !== null) return [lower === "can't" || lower === 'cant' ? 'can' : (negated[1] ?? ''), 'not'];
  const [, stem, ending = ''] = /^(.+)'(\p{L}{1,2})$/u.exec(lower) ?? [];
  const full = ENDINGS[ending];
  return stem === undefined || full === undefined ? [word] : [stem, full];
}

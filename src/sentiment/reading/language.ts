import { detect } from 'tinyld/light';
import type { Token } from './text-tokens';

/** Words that say nothing but which language this is. */
const FUNCTION_WORDS: Readonly<Record<string, string>> = {
  en: `the and is are was you your my it this that have has been not for with when what how can do does please thank thanks i
    to of in on we me at be no so but will would from just they there very good great bad love order hello hi a an its our she he
    been had did get got all more any why who which where here still again only also about after before than then into out up
    one two if or as by us them their his her am`,
  fr: `le la les et est sont vous votre je ne pas une des pour avec merci bonjour c'est mon ma dans du sur au aux tres plus mais
    que qui quels est-ce j'ai n'ai commande d'accord suis ca`,
  es: `el los las y es son usted mi tu una para con gracias hola no muy pero que mas esta estoy ha lo del por al cuanto cual
    pedido nada quiero donde se me manana de acuerdo`,
  de: `der die das und ist sind sie ihr mein ich nicht ein eine fur mit danke hallo sehr aber wann wie was haben kann zu den
    dem auch gar noch immer bestellung wir in ordnung nie`,
  pt: `o os as e sao voce voces meu minha um uma para com obrigado obrigada ola nao muito mas que mais esta estou foi do da no na
    por pedido quanto qual nada tudo isso ainda bem`,
};
const LANGUAGES = Object.keys(FUNCTION_WORDS);
const LANGUAGES_OF_WORD = new Map<string, string[]>();

/** Digits that stand for Arabic letters, inside a word: `3ayez`, `7elo`, `2aswa2`; not `3rd` or `5pm`. */
const CHAT_ALPHABET =
  /^(?=.*\p{L}.*\p{L}.*\p{L})(?=.*[23578])(?!\d+(?:st|nd|rd|th|pm|am|min|cm|mm|km|kg|ml|gb|mb|mah)$)[\p{L}23578]+$/u;
const OTHER_ARABIC_SCRIPT = /[پچژگٹڈڑںےۓ]/u;
/** Below this many letters a statistic of letters tells nothing. */
const ENOUGH_LETTERS = 12;

/** What a word is worth that is felt in English, but might be of another language. */
const WEAK_SIGN = 0.4;

/** The language of a text. */
export interface Detected {
  /** ISO 639-1; null where the text does not tell. */
  language: string | null;
  /** Arabic in Latin letters. */
  isArabizi: boolean;
}

/** @param knows whether the lexicon of a language has a word, which is a weak sign */
export function languageOf(
  text: string,
  tokens: readonly Token[],
  knows: (language: 'arabizi' | 'en', word: string) => boolean,
): Detected {
  const words = tokens.filter(({ kind }) => kind === 'word');
  const count = (script: Token['script']) => words.filter((word) => word.script === script).length;
  const [arabic, latin, other] = [count('arabic'), words.filter(isLatinWord).length, count('other')];
  if (arabic > 0 && arabic >= latin && arabic >= other)
    return {
      language: OTHER_ARABIC_SCRIPT.test(text) ? (statistical(text) ?? 'ar') : 'ar',
      isArabizi: false,
    };
  if (other > latin) return { language: statistical(text), isArabizi: false };
  if (latin === 0) return { language: null, isArabizi: false };

  const hits = new Map<string, number>();
  let chat = 0;
  for (const { text: word } of words) {
    const languages = wordLanguages(word);
    for (const language of languages) hits.set(language, (hits.get(language) ?? 0) + 1 / languages.length);
    if (CHAT_ALPHABET.test(word)) chat += 1.5;
    else if (languages.length === 0 && knows('en', word)) hits.set('en', (hits.get('en') ?? 0) + WEAK_SIGN);
    else if (languages.length === 0 && knows('arabizi', word)) chat += 1;
  }
  const [best, second] = [...hits].sort(([, one], [, another]) => another - one);
  if (chat >= 1 && chat > (best?.[1] ?? 0)) return { language: 'ar', isArabizi: true };
  if (best !== undefined && best[1] > (second?.[1] ?? 0) + 0.2)
    return { language: best[0], isArabizi: false };
  const guessed = statistical(text);
  if (guessed !== null) return { language: guessed, isArabizi: false };
  return { language: best?.[0] ?? null, isArabizi: false };
}

function isLatinWord({ script, text }: Token): boolean {
  return script === 'latin' && /\p{L}/u.test(text);
}

function wordLanguages(word: string): readonly string[] {
  if (LANGUAGES_OF_WORD.size === 0)
    for (const language of LANGUAGES)
      for (const known of (FUNCTION_WORDS[language] ?? '').split(/\s+/u))
        LANGUAGES_OF_WORD.set(known, [...(LANGUAGES_OF_WORD.get(known) ?? []), language]);
  return LANGUAGES_OF_WORD.get(word) ?? [];
}

function statistical(text: string): string | null {
  const letters = text.replace(/[^\p{L}\s]/gu, '');
  if (letters.length < ENOUGH_LETTERS && !/\p{Script=Han}|\p{Script=Hangul}|\p{Script=Kana}/u.test(letters))
    return null;
  const language = detect(letters.slice(0, 400));
  return language === '' ? null : language;
}

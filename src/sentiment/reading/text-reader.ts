import { ARABIC_LEXICON } from '../lexicons/arabic.lexicon';
import { ARABIZI_LEXICON } from '../lexicons/arabizi.lexicon';
import { EMOJI_LEXICON } from '../lexicons/emoji.lexicon';
import { ENGLISH_LEXICON } from '../lexicons/english.lexicon';
import {
  FRENCH_LEXICON,
  GERMAN_LEXICON,
  PORTUGUESE_LEXICON,
  SPANISH_LEXICON,
} from '../lexicons/european.lexicons';
import { VADER_WORDS } from '../lexicons/vader.lexicon';
import { languageOf } from './language';
import { Lexicon } from './lexicon';
import { type Token, tokensOf } from './text-tokens';
import { type Valence, valenceOf } from './valence';

const SOURCES: Readonly<Record<string, readonly string[]>> = {
  emoji: [EMOJI_LEXICON],
  en: [ENGLISH_LEXICON, VADER_WORDS],
  ar: [ARABIC_LEXICON],
  arabizi: [ARABIZI_LEXICON],
  fr: [FRENCH_LEXICON],
  es: [SPANISH_LEXICON],
  de: [GERMAN_LEXICON],
  pt: [PORTUGUESE_LEXICON],
};

/** The languages that are read with words of their own, ISO 639-1; of others only the emoji are. */
export const READ_LANGUAGES: readonly string[] = ['en', 'ar', 'fr', 'es', 'de', 'pt'];

export interface ReadText {
  valence: Valence;
  language: string | null;
  /** False where nothing but emoji was understood. */
  isKnownLanguage: boolean;
}

/** Reads texts with the lexica. Each is made when a text first needs it, so that a process that reads nothing holds none. */
export class TextReader {
  private readonly lexica = new Map<string, Lexicon>();

  /** @param isKnown asked for each scored word; no lets it be read as one that no lexicon has, as fitting needs it */
  read(text: string, isKnown?: () => boolean): ReadText {
    const tokens = tokensOf(text);
    const { language, isArabizi } = languageOf(text, tokens, (name, word) => this.lexicon(name).has(word));
    const latin = isArabizi ? 'arabizi' : language === null || language === 'ar' ? 'en' : language;
    const lexiconOf = ({ kind, script }: Token): Lexicon | null => {
      if (kind === 'emoji') return this.lexicon('emoji');
      if (script === 'arabic') return this.lexicon('ar');
      if (script === 'latin') return latin in SOURCES ? this.lexicon(latin) : null;
      return null;
    };
    const valence = valenceOf(tokens, lexiconOf, isKnown);
    const isKnownLanguage = language === null || READ_LANGUAGES.includes(language);
    return { valence, language, isKnownLanguage };
  }

  /** @returns ISO 639-1, or null where the text does not tell */
  languageOf(text: string): string | null {
    return languageOf(text, tokensOf(text), (name, word) => this.lexicon(name).has(word)).language;
  }

  private lexicon(name: string): Lexicon {
    const known = this.lexica.get(name);
    if (known !== undefined) return known;
    const made = new Lexicon(...(SOURCES[name] ?? []));
    this.lexica.set(name, made);
    return made;
  }
}

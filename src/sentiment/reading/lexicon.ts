import { spelled } from './text-tokens';

export const WORD_ROLES = ['score', 'not', 'boost', 'damp', 'but', 'if', 'ask'] as const;
export type WordRole = (typeof WORD_ROLES)[number];

export interface Entry {
  role: WordRole;
  /** -4..4; 0 where the role is another. */
  score: number;
}

interface Element {
  text: string;
  isStem: boolean;
  /** Others that may stand before it. */
  gap: number;
}

interface Phrase extends Entry {
  /** Without the first. */
  rest: readonly Element[];
}

export interface Found extends Entry {
  /** Tokens that it takes, the first included. */
  length: number;
}

const LONGEST_GAP = 2;
const SHORTEST_STEM = 3;

/** Words and phrases of one language with what they do; english.lexicon.ts says how one is written. */
export class Lexicon {
  private readonly words = new Map<string, Entry>();
  private readonly stems = new Map<string, Entry>();
  private readonly phrases = new Map<string, Phrase[]>();
  private readonly stemPhrases = new Map<string, Phrase[]>();
  /** Stands for all words that deny. */
  private denial = '';

  /** @param sources of two that name the same word, the first counts */
  constructor(...sources: readonly string[]) {
    for (const source of sources) this.read(source);
    for (const list of [...this.phrases.values(), ...this.stemPhrases.values()])
      list.sort((one, other) => other.rest.length - one.rest.length);
  }

  /** All ways to look for a word: as it is, and as the one word that stands for denials. */
  withDenial(forms: readonly string[]): readonly string[] {
    const [word = ''] = forms;
    return this.words.get(word)?.role === 'not' && word !== this.denial ? [...forms, this.denial] : forms;
  }

  has(word: string): boolean {
    return this.words.has(word);
  }

  /** @param at each token's forms; empty for what is no word */
  find(at: readonly (readonly string[])[], index: number): Found | null {
    const forms = at[index] ?? [];
    let best: Found | null = null;
    for (const form of forms) {
      for (const phrase of this.phrasesFrom(form)) {
        const end = endOf(phrase.rest, at, index + 1);
        if (end !== null && end - index > (best?.length ?? 1))
          best = { role: phrase.role, score: phrase.score, length: end - index };
      }
    }
    if (best !== null) return best;
    for (const form of forms) {
      const word = this.words.get(form);
      if (word !== undefined) return { ...word, length: 1 };
    }
    for (const form of forms) {
      for (let length = form.length; length >= SHORTEST_STEM; length -= 1) {
        const stem = this.stems.get(form.slice(0, length));
        if (stem !== undefined) return { ...stem, length: 1 };
      }
    }
    return null;
  }

  private *phrasesFrom(form: string): Generator<Phrase> {
    yield* this.phrases.get(form) ?? [];
    if (this.stemPhrases.size === 0) return;
    for (let length = form.length; length >= SHORTEST_STEM; length -= 1)
      yield* this.stemPhrases.get(form.slice(0, length)) ?? [];
  }

  private read(source: string): void {
    let entry: Entry = { role: 'score', score: 0 };
    for (const item of source.split(/\s+/u)) {
      if (item === '') continue;
      if (/^[+-]?\d(?:\.\d)?$/u.test(item)) entry = { role: 'score', score: Number(item) };
      else if (item.startsWith('!')) entry = { role: roleOf(item.slice(1)), score: 0 };
      else this.add(item, entry);
    }
  }

  private add(item: string, entry: Entry): void {
    const [first, ...rest] = [...spelled(item).matchAll(/([_~]?)([^_~]+)/gu)].map(([, joint, word = '']) => ({
      text: word.replace(/\*$/u, ''),
      isStem: word.endsWith('*'),
      gap: joint === '~' ? LONGEST_GAP : 0,
    }));
    if (first === undefined) return;
    if (rest.length > 0) {
      const list = first.isStem ? this.stemPhrases : this.phrases;
      list.set(first.text, [...(list.get(first.text) ?? []), { ...entry, rest }]);
      return;
    }
    const list = first.isStem ? this.stems : this.words;
    if (!list.has(first.text)) list.set(first.text, entry);
    if (entry.role === 'not' && this.denial === '') this.denial = first.text;
  }
}

function roleOf(name: string): WordRole {
  const role = WORD_ROLES.find((known) => known === name);
  if (role === undefined) throw new Error(`A lexicon names the role ${name}, which nobody knows.`);
  return role;
}

/** Where a phrase ends, or null where these tokens are not it. */
function endOf(rest: readonly Element[], at: readonly (readonly string[])[], start: number): number | null {
  let position = start;
  for (const { text, isStem, gap } of rest) {
    let found = -1;
    for (let next = position; next <= position + gap && next < at.length; next += 1) {
      const forms = at[next] ?? [];
      if (forms.length === 0) break; // no phrase goes past a full stop
      if (forms.some((form) => (isStem ? form.startsWith(text) : form === text))) {
        found = next;
        break;
      }
    }
    if (found < 0) return null;
    position = found + 1;
  }
  return position;
}

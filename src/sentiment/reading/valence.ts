import { arabicForms, deniedLatinVerb, deniedVerb } from './arabic-stems';
import type { Found, Lexicon } from './lexicon';
import type { Token } from './text-tokens';

/** What the words of a text say, summed up: what the mood is told by. */
export interface Valence {
  /** Sums of the scores of what is good and of what is bad, both from 0 up. */
  good: number;
  bad: number;
  /** The strongest of each. */
  best: number;
  worst: number;
  /** Score of what comes after the last `but`, or of the last sentence. */
  closing: number;
  /** Words that ask for something rather than judge it. */
  asks: number;
  questions: number;
  exclamations: number;
  words: number;
  /** Words that deny. */
  denials: number;
  /** Words and emoji that had a score other than 0. */
  hits: number;
}

const DENIAL_REACH = 5;
const DENIED_GOOD = -0.75;
const DENIED_BAD = -0.35;
const BOOST = 1.3;
const DAMP = 0.7;
const EMPHASIS = 1.2;
/** Before and after `but`. */
const CONCEDED = 0.6;
const MEANT = 1.3;
/** What only may happen, and what is asked about, is less than what did. */
const SUPPOSED = 0.4;
const ASKED = 0.55;
const STRONG = 2.5;

interface Step {
  found: Found | null;
  token: Token;
}

interface Hit {
  score: number;
  clause: number;
  sentence: number;
}

/**
 * @param lexiconOf which lexicon knows a token; null where none does
 * @param isKnown says no for words that are to be read as if the lexicon did not have their score
 */
export function valenceOf(
  tokens: readonly Token[],
  lexiconOf: (token: Token) => Lexicon | null,
  isKnown: () => boolean = () => true,
): Valence {
  const expanded = tokens.flatMap((token) => withoutDenial(token, lexiconOf(token)));
  const forms = expanded.map((token) => formsOf(token, lexiconOf(token)));
  const steps: Step[] = [];
  for (let index = 0; index < expanded.length;) {
    const token = expanded[index];
    if (token === undefined) break;
    const found = token.kind === 'sign' ? null : (lexiconOf(token)?.find(forms, index) ?? null);
    const isFelt = found !== null && found.role === 'score' && found.score !== 0;
    steps.push({ found: isFelt && !isKnown() ? null : found, token });
    index += found?.length ?? 1;
  }
  return summed(steps, tokens);
}

/** `معجبنيش` becomes the two words that it is, unless it is known as a whole. */
function withoutDenial(token: Token, lexicon: Lexicon | null): Token[] {
  if (token.kind !== 'word' || lexicon === null || lexicon.has(token.text)) return [token];
  const arabic = token.script === 'arabic';
  const verb = arabic ? deniedVerb(token.text) : deniedLatinVerb(token.text);
  if (verb === null || !lexicon.has(arabic ? 'مش' : 'msh')) return [token];
  return [
    { ...token, text: arabic ? 'ما' : 'ma', isEmphatic: false, shortened: [] },
    { ...token, text: verb, shortened: [] },
  ];
}

function formsOf(token: Token, lexicon: Lexicon | null): readonly string[] {
  if (token.kind === 'sign' || lexicon === null) return [];
  if (token.kind === 'emoji') return [token.text];
  const spellings = [token.text, ...token.shortened];
  const forms = token.script === 'arabic' ? spellings.flatMap(arabicForms) : spellings;
  return lexicon.withDenial(forms);
}

function summed(steps: readonly Step[], tokens: readonly Token[]): Valence {
  const hits: Hit[] = [];
  let [clause, sentence, supposed, asks, denials] = [0, 0, false, 0, 0];
  let deniedUntil = -1;
  let pivot = -1;
  const questionEnds = questionSteps(steps);
  steps.forEach(({ found, token }, index) => {
    if (token.kind === 'sign') {
      deniedUntil = -1;
      supposed = false;
      clause += 1;
      if (/[.!?\n؟]/u.test(token.text)) sentence += 1;
      return;
    }
    if (found === null) return;
    if (found.role === 'but') {
      deniedUntil = -1;
      supposed = false;
      clause += 1;
      pivot = clause;
    } else if (found.role === 'if') supposed = true;
    else if (found.role === 'ask') asks += 1;
    else if (found.role === 'not') {
      deniedUntil = index + DENIAL_REACH;
      denials += 1;
    }
    if (found.role !== 'score' || found.score === 0) return;
    let score = found.score * strengthAt(steps, index);
    if (token.isEmphatic) score *= EMPHASIS;
    if (token.kind === 'word' && index <= deniedUntil) score *= score > 0 ? DENIED_GOOD : DENIED_BAD;
    if (supposed) score *= SUPPOSED;
    if (token.kind === 'word' && questionEnds.has(index) && Math.abs(found.score) < STRONG) score *= ASKED;
    hits.push({ score, clause, sentence });
  });
  return { ...figures(hits, pivot, tokens), asks, denials };
}

/** Steps of sentences that end with a question mark. */
function questionSteps(steps: readonly Step[]): ReadonlySet<number> {
  const asked = new Set<number>();
  let isQuestion = false;
  for (let index = steps.length - 1; index >= 0; index -= 1) {
    const token = steps[index]?.token;
    if (token?.kind === 'sign' && /[.!?\n؟]/u.test(token.text)) isQuestion = /[?؟]/u.test(token.text);
    else if (isQuestion) asked.add(index);
  }
  return asked;
}

/** What stands beside a word makes it stronger or weaker; in Arabic that usually comes after it. */
function strengthAt(steps: readonly Step[], index: number): number {
  let strength = 1;
  for (const near of [index - 2, index - 1, index + 1]) {
    const role = steps[near]?.found?.role;
    if (role === 'boost') strength = BOOST;
    if (role === 'damp') return DAMP;
  }
  return strength;
}

function figures(
  hits: readonly Hit[],
  pivot: number,
  tokens: readonly Token[],
): Omit<Valence, 'asks' | 'denials'> {
  const weighed = hits.map((hit) => ({
    ...hit,
    score: pivot < 0 ? hit.score : hit.score * (hit.clause >= pivot ? MEANT : CONCEDED),
  }));
  const good = weighed.filter(({ score }) => score > 0).map(({ score }) => score);
  const bad = weighed.filter(({ score }) => score < 0).map(({ score }) => -score);
  const last = weighed.at(-1);
  const closing = weighed.filter((hit) =>
    pivot >= 0 ? hit.clause >= pivot : hit.sentence === last?.sentence,
  );
  const signs = (pattern: RegExp) =>
    tokens.filter(({ kind, text }) => kind === 'sign' && pattern.test(text)).length;
  return {
    good: total(good),
    bad: total(bad),
    best: Math.max(0, ...good),
    worst: Math.max(0, ...bad),
    closing: total(closing.map(({ score }) => score)),
    questions: signs(/[?؟]/u),
    exclamations: signs(/!/u),
    words: tokens.filter(({ kind }) => kind === 'word').length,
    hits: hits.length,
  };
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

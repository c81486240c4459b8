import type { SentimentLabel } from '../../conversations/conversation-types';
import { MOOD_WEIGHTS } from './mood-weights';
import type { Valence } from './valence';

/** How likely each label is; together 1. */
export type Likelihoods = Readonly<Record<SentimentLabel, number>>;

export const FEATURES = [
  'constant',
  'good',
  'bad',
  'best',
  'worst',
  'goodCloses',
  'badCloses',
  'both',
  'asks',
  'isQuestion',
  'loud',
  'isShort',
  'saysNothing',
  'deniesOnly',
  'isLong',
] as const;

/** The figures of a text as the weights take them, each about 0..1. */
export function featuresOf(valence: Valence): number[] {
  const { good, bad, best, worst, closing, asks, questions, exclamations, words, hits, denials } = valence;
  const features: Record<(typeof FEATURES)[number], number> = {
    constant: 1,
    good: Math.tanh(good / 4),
    bad: Math.tanh(bad / 4),
    best: Math.min(best, 4) / 4,
    worst: Math.min(worst, 4) / 4,
    goodCloses: Math.tanh(Math.max(0, closing) / 3),
    badCloses: Math.tanh(Math.max(0, -closing) / 3),
    both: Math.tanh(Math.min(good, bad) / 2),
    asks: Math.tanh(asks / 2),
    isQuestion: questions > 0 ? 1 : 0,
    loud: Math.tanh(exclamations / 2),
    isShort: words <= 2 ? 1 : 0,
    saysNothing: hits === 0 ? 1 : 0,
    deniesOnly: hits === 0 && words > 2 ? Math.tanh(denials) : 0,
    isLong: Math.tanh(words / 15),
  };
  return FEATURES.map((name) => features[name]);
}

/** Multinomial logistic regression; docs/sentiment.md says what it was fitted to. */
export function likelihoodsOf(
  features: readonly number[],
  weights: Readonly<Record<SentimentLabel, readonly number[]>> = MOOD_WEIGHTS,
): Likelihoods {
  const logit = (label: SentimentLabel) =>
    features.reduce((sum, feature, index) => sum + feature * (weights[label][index] ?? 0), 0);
  const logits = { positive: logit('positive'), neutral: logit('neutral'), negative: logit('negative') };
  const highest = Math.max(...Object.values(logits));
  const positive = Math.exp(logits.positive - highest);
  const neutral = Math.exp(logits.neutral - highest);
  const negative = Math.exp(logits.negative - highest);
  const sum = positive + neutral + negative;
  return { positive: positive / sum, neutral: neutral / sum, negative: negative / sum };
}

import { setImmediate as nextTurn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { SENTIMENT_LABELS, type SentimentLabel } from '../../conversations/conversation-types';
import { featuresOf, likelihoodsOf } from '../reading/mood';
import { TextReader } from '../reading/text-reader';
import { SentimentAnalyzer, type SentimentResult } from './sentiment-analyzer';

export const EMBEDDED_MODEL = 'embedded-1';
/** Of what is written in a language that nobody here reads, neutral is only the least wrong thing to say. */
const UNREAD_CONFIDENCE = 0.4;
/** Texts that are read before others get their turn: some milliseconds. */
const TURN = 50;

/** Reads moods inside this process, without a network: words, phrases and emoji with scores, rules, and a small regression. */
@Injectable()
export class EmbeddedAnalyzer extends SentimentAnalyzer {
  readonly model = EMBEDDED_MODEL;
  private readonly reader = new TextReader();

  async analyze(texts: readonly string[], signal?: AbortSignal): Promise<SentimentResult[]> {
    const results: SentimentResult[] = [];
    for (const text of texts) {
      if (results.length % TURN === TURN - 1) await nextTurn();
      signal?.throwIfAborted();
      results.push(this.read(text));
    }
    return results;
  }

  private read(text: string): SentimentResult {
    const { valence, language, isKnownLanguage } = this.reader.read(text);
    const likelihoods = likelihoodsOf(featuresOf(valence));
    const score = rounded(likelihoods.positive - likelihoods.negative);
    if (!isKnownLanguage && valence.hits === 0)
      return { label: 'neutral', confidence: UNREAD_CONFIDENCE, score: 0, language };
    // A mood that no word shows would only be guessed from what customers write on the whole.
    if (valence.hits === 0)
      return { label: 'neutral', confidence: rounded(likelihoods.neutral), score: 0, language };
    const label = SENTIMENT_LABELS.reduce<SentimentLabel>(
      (best, other) => (likelihoods[other] > likelihoods[best] ? other : best),
      'neutral',
    );
    return { label, confidence: rounded(likelihoods[label]), score, language };
  }
}

function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}

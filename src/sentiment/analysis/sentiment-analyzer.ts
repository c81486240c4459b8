import type { SentimentLabel } from '../../conversations/conversation-types';

/** What a text says of its writer's mood. */
export interface SentimentResult {
  label: SentimentLabel;
  /** 0..1: how often a label given with such a confidence is right. */
  confidence: number;
  /** -1 (as bad as can be) .. 1. */
  score: number;
  /** ISO 639-1, or null where the text does not tell. */
  language: string | null;
  /** Who gave this result, where it was not the analyzer's own model: the one that stood in for it. */
  model?: string;
}

/** The port to whoever reads moods: the analyzer of this service, or one behind HTTP. Injected as configured. */
export abstract class SentimentAnalyzer {
  /** Name and version of what gives the results; another name means that results are not comparable. */
  abstract readonly model: string;

  /**
   * @param texts any number, each of any length; what is past the first 5,000 characters may be ignored
   * @returns one result for each text, in order
   * @throws SentimentUnavailableError when nobody can answer now; asking again later may succeed
   * @throws SentimentRefusedError when one of the texts will not be analyzed however often it is asked
   */
  abstract analyze(texts: readonly string[], signal?: AbortSignal): Promise<SentimentResult[]>;
}

import type { SentimentAnalyzer, SentimentResult } from '../analysis/sentiment-analyzer';
import { SentimentRefusedError, SentimentUnavailableError } from '../analysis/sentiment.errors';

/** How reading one text ended. */
export type TextReading =
  | { state: 'read'; result: SentimentResult & { model: string } }
  /** It will not be read, however often it is tried. */
  | { state: 'refused'; reason: string }
  /** It may be read later: nobody can be asked now, or something went wrong with this very text (`isOwn`). */
  | { state: 'later'; reason: string; afterMs: number; isOwn: boolean };

const AFTER_FAILURE_MS = 1_000;

/**
 * Reads texts together, and finds out which of them it is that is refused or breaks the analyzer: the others are read.
 * @returns one for each text, in order
 */
export async function readTexts(
  analyzer: SentimentAnalyzer,
  texts: readonly string[],
  signal: AbortSignal,
): Promise<TextReading[]> {
  let away: TextReading | null = null;
  const read = async (some: readonly string[]): Promise<TextReading[]> => {
    if (some.length === 0) return [];
    // Once nobody answers, the rest is not asked for, either.
    if (away !== null) return some.map(() => away ?? laterBy(undefined));
    try {
      const results = await analyzer.analyze(some, signal);
      if (results.length !== some.length) throw new Error('The analyzer gave another number of results.');
      return results.map((result) => ({
        state: 'read',
        result: { ...result, model: result.model ?? analyzer.model },
      }));
    } catch (error) {
      if (error instanceof SentimentUnavailableError || signal.aborted) {
        away = laterBy(error);
        return some.map(() => away ?? laterBy(error));
      }
      if (some.length === 1) return [aloneWith(error)];
      const at = error instanceof SentimentRefusedError ? error.index : null;
      if (at !== null && at >= 0 && at < some.length)
        return [...(await read(some.slice(0, at))), aloneWith(error), ...(await read(some.slice(at + 1)))];
      const half = Math.ceil(some.length / 2);
      return [...(await read(some.slice(0, half))), ...(await read(some.slice(half)))];
    }
  };
  return read(texts);
}

function aloneWith(error: unknown): TextReading {
  if (error instanceof SentimentRefusedError) return { state: 'refused', reason: error.message };
  return { state: 'later', reason: reasonOf(error), afterMs: AFTER_FAILURE_MS, isOwn: true };
}

function laterBy(error: unknown): TextReading {
  const afterMs = error instanceof SentimentUnavailableError ? error.retryAfterMs : AFTER_FAILURE_MS;
  return { state: 'later', reason: reasonOf(error), afterMs, isOwn: false };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown error';
}

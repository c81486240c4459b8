import { setMaxListeners } from 'node:events';
import { SentimentAnalyzer, type SentimentResult } from '../analysis/sentiment-analyzer';
import { SentimentRefusedError } from '../analysis/sentiment.errors';
import type { SentimentCache } from '../analysis/sentiment-cache';
import { LONGEST_TEXT } from '../reading/text-tokens';
import { type BreakerState, RemoteCaller } from './remote-caller';
import type { RemoteSettings } from './remote-settings';
import { TextBatcher } from './text-batcher';

/** By model and text. */
type Fresh = Map<string, Map<string, SentimentResult>>;

const NOTHING: SentimentResult = { label: 'neutral', confidence: 1, score: 0, language: null };

/** Lets a service behind HTTP read moods: docs/sentiment-api.openapi.yaml is what is spoken. */
export class RemoteAnalyzer extends SentimentAnalyzer {
  private readonly caller: RemoteCaller;
  private readonly batcher: TextBatcher;
  /** As the service itself calls what answers. What it was called before is in nobody's way: it is only a cache's key. */
  private answering: string | null = null;

  /**
   * @param cache what was answered before; null where nothing is kept
   * @param languageOf for services that name no language
   */
  constructor(
    private readonly settings: RemoteSettings,
    private readonly cache: SentimentCache | null,
    private readonly languageOf: (text: string) => string | null,
  ) {
    super();
    this.caller = new RemoteCaller(settings);
    this.batcher = new TextBatcher(settings, (texts, signal) => this.caller.ask(texts, signal));
  }

  override get model(): string {
    return this.answering ?? this.settings.model ?? 'remote';
  }

  get breaker(): BreakerState {
    return this.caller.state;
  }

  async analyze(texts: readonly string[], signal?: AbortSignal): Promise<SentimentResult[]> {
    const wanted = texts.map((text) => text.slice(0, LONGEST_TEXT).normalize('NFC').trim());
    const known = await this.remembered(wanted);
    const fresh: Fresh = new Map();
    // Each text listens for the end of its own; the caller's signal is not ours to burden.
    const end = signal === undefined ? undefined : AbortSignal.any([signal]);
    if (end !== undefined) setMaxListeners(0, end);
    const results = await Promise.allSettled(
      wanted.map(async (text, index) => {
        if (text === '') return NOTHING;
        const old = known[index];
        if (old !== undefined && old !== null) return old;
        return this.asked(text, index, fresh, end);
      }),
    );
    // Also where one of them failed: the others need not be asked again.
    for (const [model, answered] of fresh) await this.cache?.remember(model, answered);
    return results.map((result) => {
      if (result.status === 'rejected') throw result.reason;
      return result.value;
    });
  }

  close(): void {
    this.batcher.close();
    this.caller.close();
  }

  private async asked(
    text: string,
    index: number,
    fresh: Fresh,
    signal?: AbortSignal,
  ): Promise<SentimentResult> {
    try {
      const { model, result } = await this.batcher.analyze(text, signal);
      this.answering = model;
      const complete = { ...result, language: result.language ?? this.languageOf(text) };
      fresh.set(model, (fresh.get(model) ?? new Map<string, SentimentResult>()).set(text, complete));
      return complete;
    } catch (error) {
      if (error instanceof SentimentRefusedError) throw new SentimentRefusedError(error.message, index);
      throw error;
    }
  }

  /** Before the service has said which model answers, nothing of what is kept is known to be that model's. */
  private async remembered(texts: readonly string[]): Promise<readonly (SentimentResult | null)[]> {
    if (this.cache === null || this.answering === null) return [];
    return this.cache.recall(this.answering, texts);
  }
}

import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { RemoteAnalyzer } from '../remote/remote-analyzer';
import type { BreakerState } from '../remote/remote-caller';
import { READ_LANGUAGES } from '../reading/text-reader';
import type { EmbeddedAnalyzer } from './embedded-analyzer';
import { SentimentAnalyzer, type SentimentResult } from './sentiment-analyzer';
import { SentimentUnavailableError } from './sentiment.errors';

export interface AnalyzerStatus {
  adapter: 'embedded' | 'remote';
  model: string;
  /** The model that stands in while the service does not answer. */
  fallbackModel: string | null;
  /** Of this process; null for the embedded analyzer, which nothing can break. */
  breaker: BreakerState | null;
  /** ISO 639-1; null where only the service knows. */
  languages: readonly string[] | null;
}

const COMPLAIN_EVERY_MS = 60_000;

/** Whoever reads moods in this installation: the analyzer of this process, or a service with or without a stand-in. */
@Injectable()
export class ConfiguredAnalyzer extends SentimentAnalyzer implements OnApplicationShutdown {
  private readonly logger = new Logger(ConfiguredAnalyzer.name);
  private complainedAt = 0;

  /** @param remote null: there is no service */
  constructor(
    private readonly embedded: EmbeddedAnalyzer,
    private readonly remote: RemoteAnalyzer | null,
    private readonly hasStandIn: boolean,
  ) {
    super();
  }

  override get model(): string {
    return (this.remote ?? this.embedded).model;
  }

  async analyze(texts: readonly string[], signal?: AbortSignal): Promise<SentimentResult[]> {
    if (this.remote === null) return this.embedded.analyze(texts, signal);
    try {
      return await this.remote.analyze(texts, signal);
    } catch (error) {
      if (!this.hasStandIn || !(error instanceof SentimentUnavailableError)) throw error;
      this.complain(error.message);
      const results = await this.embedded.analyze(texts, signal);
      return results.map((result) => ({ ...result, model: this.embedded.model }));
    }
  }

  status(): AnalyzerStatus {
    const { remote, embedded, hasStandIn } = this;
    if (remote === null)
      return {
        adapter: 'embedded',
        model: embedded.model,
        fallbackModel: null,
        breaker: null,
        languages: READ_LANGUAGES,
      };
    return {
      adapter: 'remote',
      model: remote.model,
      fallbackModel: hasStandIn ? embedded.model : null,
      breaker: remote.breaker,
      languages: null,
    };
  }

  onApplicationShutdown(): void {
    this.remote?.close();
  }

  private complain(problem: string): void {
    if (Date.now() - this.complainedAt < COMPLAIN_EVERY_MS) return;
    this.complainedAt = Date.now();
    this.logger.warn(`${problem} The embedded analyzer stands in.`);
  }
}

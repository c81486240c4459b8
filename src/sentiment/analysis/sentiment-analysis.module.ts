import { Module } from '@nestjs/common';
import { AppConfig } from '../../config/app-config';
import { QueueModule } from '../../queue/queue.module';
import { SharedRedis } from '../../queue/shared-redis';
import { RemoteAnalyzer } from '../remote/remote-analyzer';
import { remoteSettings } from '../remote/remote-settings';
import { TextReader } from '../reading/text-reader';
import { ConfiguredAnalyzer } from './configured-analyzer';
import { EmbeddedAnalyzer } from './embedded-analyzer';
import { SentimentAnalysisController } from './sentiment-analysis.controller';
import { SentimentAnalyzer } from './sentiment-analyzer';
import { SentimentCache } from './sentiment-cache';

/** Moods of texts, by whichever analyzer is configured. Others inject SentimentAnalyzer. */
@Module({
  imports: [QueueModule],
  controllers: [SentimentAnalysisController],
  providers: [
    EmbeddedAnalyzer,
    {
      provide: ConfiguredAnalyzer,
      inject: [AppConfig, EmbeddedAnalyzer, SharedRedis],
      useFactory: ({ env }: AppConfig, embedded: EmbeddedAnalyzer, redis: SharedRedis) => {
        const settings = remoteSettings(env);
        if (settings === null) return new ConfiguredAnalyzer(embedded, null, false);
        // What the embedded analyzer finds out is quicker found out again than asked of Redis: it has no cache.
        const limits = { ttlSeconds: env.SENTIMENT_CACHE_TTL, entries: env.SENTIMENT_CACHE_ENTRIES };
        const cache = limits.ttlSeconds === 0 ? null : new SentimentCache(redis, limits);
        const reader = new TextReader();
        const remote = new RemoteAnalyzer(settings, cache, (text) => reader.languageOf(text));
        return new ConfiguredAnalyzer(embedded, remote, env.SENTIMENT_FALLBACK === 'embedded');
      },
    },
    { provide: SentimentAnalyzer, useExisting: ConfiguredAnalyzer },
  ],
  exports: [SentimentAnalyzer],
})
export class SentimentAnalysisModule {}

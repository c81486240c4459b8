import type { Env } from '../../config/env';

/** How the sentiment service is asked. */
export interface RemoteSettings {
  /** Without a slash at the end; `/analyze` and `/health` are under it. */
  url: string;
  key: string | null;
  /** Sent with each request; null leaves the choice to the service. */
  model: string | null;
  /** Of one try. */
  timeoutMs: number;
  batchTexts: number;
  batchBytes: number;
  /** Requests under way at the same time, of one process. */
  concurrency: number;
  /** Of one request, the first included. */
  tries: number;
  /** Pause before the second try; it doubles, and each is between half of it and all. */
  pauseMs: number;
  /** A pause that the service asks for is waited for within a request up to this; callers are told of longer ones. */
  longestPauseMs: number;
  circuit: {
    errorThresholdPercentage: number;
    volumeThreshold: number;
    rollingCountTimeout: number;
    resetTimeout: number;
  };
}

/** Null while no service is configured. */
export function remoteSettings(env: Env): RemoteSettings | null {
  if (env.SENTIMENT_API_URL === undefined) return null;
  return {
    url: env.SENTIMENT_API_URL,
    key: env.SENTIMENT_API_KEY ?? null,
    model: env.SENTIMENT_API_MODEL ?? null,
    timeoutMs: env.SENTIMENT_API_TIMEOUT_MS,
    batchTexts: env.SENTIMENT_API_BATCH_TEXTS,
    batchBytes: env.SENTIMENT_API_BATCH_BYTES,
    concurrency: env.SENTIMENT_API_CONCURRENCY,
    tries: 3,
    pauseMs: 300,
    longestPauseMs: 3_000,
    circuit: {
      errorThresholdPercentage: 50,
      volumeThreshold: 5,
      rollingCountTimeout: 30_000,
      resetTimeout: 10_000,
    },
  };
}

import { createHash } from 'node:crypto';
import { SENTIMENT_LABELS } from '../../conversations/conversation-types';
import { type RedisScript, type SharedRedis, redisScript } from '../../queue/shared-redis';
import type { SentimentResult } from './sentiment-analyzer';

/** The newer half of what is kept, and the older one. */
const HALVES = ['sentiment:results', 'sentiment:older-results'] as const;
/** Texts that Redis is asked about at once. */
const SLICE = 500;

const RECALL: RedisScript = redisScript(`
local newer = redis.call('HMGET', KEYS[1], unpack(ARGV))
local older = redis.call('HMGET', KEYS[2], unpack(ARGV))
for i = 1, #ARGV do
  if not newer[i] then newer[i] = older[i] or '' end
end
return newer`);

/** When the newer half is full it becomes the older one, and what was that goes. Neither lives past its time to live. */
const REMEMBER: RedisScript = redisScript(`
if redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[1]) then
  redis.call('UNLINK', KEYS[2])
  redis.call('RENAME', KEYS[1], KEYS[2])
end
redis.call('HSET', KEYS[1], unpack(ARGV, 3))
if redis.call('TTL', KEYS[1]) < 0 then redis.call('EXPIRE', KEYS[1], ARGV[2]) end
return 1`);

export interface CacheLimits {
  /** No result is kept for longer. */
  ttlSeconds: number;
  /** About how many are kept at most. */
  entries: number;
}

/**
 * Results of a service that is asked over the network, in Redis: by hash of model and text, so that it holds no text. Losing
 * it, or Redis, costs requests and nothing else.
 */
export class SentimentCache {
  constructor(
    private readonly redis: SharedRedis,
    private readonly limits: CacheLimits,
  ) {}

  /** @returns for each text what is known of it, else null */
  async recall(model: string, texts: readonly string[]): Promise<(SentimentResult | null)[]> {
    const found: (SentimentResult | null)[] = [];
    for (let start = 0; start < texts.length; start += SLICE) {
      const slice = texts.slice(start, start + SLICE);
      const values = await this.redis.run(
        RECALL,
        HALVES,
        slice.map((text) => fieldOf(model, text)),
      );
      const list: unknown[] = Array.isArray(values) ? values : [];
      found.push(...slice.map((_text, index) => decoded(list[index])));
    }
    return found;
  }

  async remember(model: string, results: ReadonlyMap<string, SentimentResult>): Promise<void> {
    const all = [...results];
    for (let start = 0; start < all.length; start += SLICE) {
      const pairs = all
        .slice(start, start + SLICE)
        .flatMap(([text, result]) => [fieldOf(model, text), encoded(result)]);
      const half = Math.max(1, Math.floor(this.limits.entries / 2));
      await this.redis.run(REMEMBER, HALVES, [half, this.limits.ttlSeconds, ...pairs]);
    }
  }
}

/** 144 bits: no two texts meet. Spaces do not change a mood. */
function fieldOf(model: string, text: string): string {
  const normal = text.normalize('NFC').replace(/\s+/gu, ' ').trim();
  return createHash('sha256').update(`${model}\0${normal}`).digest('base64url').slice(0, 24);
}

function encoded({ label, confidence, score, language }: SentimentResult): string {
  return [label, confidence, score, language ?? ''].join(' ');
}

function decoded(value: unknown): SentimentResult | null {
  if (typeof value !== 'string') return null;
  const [word, confidence, score, language] = value.split(' ');
  const label = SENTIMENT_LABELS.find((known) => known === word);
  if (label === undefined) return null;
  return {
    label,
    confidence: Number(confidence),
    score: Number(score),
    language: language === undefined || language === '' ? null : language,
  };
}

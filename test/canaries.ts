import { randomBytes, randomInt } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Client } from 'pg';

/** A place where a secret was seen that has no business there. */
export interface Leak {
  secret: string;
  where: string;
}

/** An answer of the service, or of anything else that tells. */
export interface Output {
  where: string;
  text: string;
}

/** Secrets by what they are, each recognisable wherever it turns up. */
export class Canaries {
  private readonly secrets = new Map<string, { value: string; allowed: RegExp | null }>();

  /**
   * A new one, which looks like nothing else.
   * @param allowed where it is shown on purpose
   */
  plant(name: string, allowed: RegExp | null = null): string {
    return this.watch(name, `Canary${randomBytes(18).toString('hex')}`, allowed);
  }

  /** Six digits that are part of no longer number. */
  plantPin(name: string): string {
    return this.watch(name, String(randomInt(200_000, 999_999)), /two-step-pin\/reveal/);
  }

  /** @param allowed where it is shown on purpose: in the answer that makes it */
  watch(name: string, value: string, allowed: RegExp | null = null): string {
    if (value.length < 6) throw new Error(`${name} is too short to be looked for`);
    this.secrets.set(name, { value, allowed });
    return value;
  }

  leaksIn(outputs: readonly Output[]): Leak[] {
    const found = [...this.secrets].flatMap(([secret, { value, allowed }]) => {
      const pattern = patternOf(value);
      return outputs
        .filter(({ where, text }) => pattern.test(text) && allowed?.test(where) !== true)
        .map(({ where, text }) => ({ secret, where: `${where} …${excerpt(text, pattern)}…` }));
    });
    return found;
  }

  get names(): string[] {
    return [...this.secrets.keys()];
  }
}

/** As it is, in base64 and as the hex of bytes. */
function patternOf(value: string): RegExp {
  if (/^\d+$/.test(value)) return new RegExp(`(?<![0-9a-zA-Z.-])${value}(?![0-9a-zA-Z.-])`);
  const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
  // The last characters of base64 depend on what follows.
  const base64 = Buffer.from(value)
    .toString('base64')
    .replace(/.{0,3}=*$/, '');
  return new RegExp([value, base64, Buffer.from(value).toString('hex')].map(escaped).join('|'));
}

/** What stands before it, not the secret itself: a report of a leak is one too. */
function excerpt(text: string, pattern: RegExp): string {
  const at = pattern.exec(text)?.index ?? 0;
  return text.slice(Math.max(0, at - 80), at).replaceAll('\n', ' ');
}

/** Every row of every table, as text. */
export async function databaseOutputs(client: Client): Promise<Output[]> {
  const { rows: tables } = await client.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_class c
      WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace`,
  );
  const outputs: Output[] = [];
  for (const { name } of tables) {
    const { rows } = await client.query<{ row: Record<string, unknown> }>(
      `SELECT to_jsonb(t) AS row FROM ${name} t`,
    );
    for (const { row } of rows)
      for (const [column, value] of Object.entries(row))
        if (value !== null)
          outputs.push({
            where: `${name}.${column}`,
            text: typeof value === 'string' ? readable(value) : JSON.stringify(value),
          });
  }
  return outputs;
}

/** Bytes come as \x…; most of them are text. */
function readable(value: string): string {
  return value.startsWith('\\x') ? `${value} ${Buffer.from(value.slice(2), 'hex').toString('utf8')}` : value;
}

/** Every key with this prefix, with what is in it. */
export async function redisOutputs(redis: Redis, prefix: string): Promise<Output[]> {
  const outputs: Output[] = [];
  const keys = await redis.keys(`*${prefix}*`);
  for (const key of keys) {
    const value = await contentOf(redis, key);
    outputs.push({ where: `redis ${key}`, text: `${key} ${JSON.stringify(value)}` });
  }
  return outputs;
}

async function contentOf(redis: Redis, key: string): Promise<unknown> {
  switch (await redis.type(key)) {
    case 'string':
      return redis.get(key);
    case 'hash':
      return redis.hgetall(key);
    case 'list':
      return redis.lrange(key, 0, -1);
    case 'set':
      return redis.smembers(key);
    case 'zset':
      return redis.zrange(key, 0, -1);
    default:
      return null;
  }
}

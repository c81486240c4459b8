import type { QueueOptions } from 'bull';

type RedisOptions = Exclude<NonNullable<QueueOptions['redis']>, string>;

const LONGEST_RECONNECT_MS = 2_000;

/**
 * Connection options that survive the loss of Redis: reconnect for ever, at most two seconds apart, and let what was
 * asked in between wait instead of failing.
 * @param url `redis://` or `rediss://` (TLS), with user, password and database number where there are any
 */
export function redisOptions(url: string): RedisOptions {
  const { protocol, hostname, port, username, password, pathname } = new URL(url);
  const database = Number(pathname.slice(1));
  return {
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? 6379 : Number(port),
    ...(username === '' ? {} : { username: decodeURIComponent(username) }),
    ...(password === '' ? {} : { password: decodeURIComponent(password) }),
    db: Number.isInteger(database) ? database : 0,
    ...(protocol === 'rediss:' ? { tls: {} } : {}),
    maxRetriesPerRequest: null,
    enableReadyCheck: false,
    disconnectTimeout: 500, // of ioredis' own 2 s a shutdown would spend most waiting for a Redis that is gone
    retryStrategy: (tries: number) => Math.min(50 * 2 ** Math.min(tries, 10), LONGEST_RECONNECT_MS),
    // After a failover the old master is a read-only replica: connect anew, the name then leads to the new master.
    reconnectOnError: ({ message }: Error) => message.startsWith('READONLY'),
  };
}

import { redisOptions } from './redis-options';

describe('redisOptions', () => {
  it('reads a plain address', () => {
    expect(redisOptions('redis://cache')).toMatchObject({ host: 'cache', port: 6379, db: 0 });
    expect(redisOptions('redis://cache')).not.toHaveProperty('tls');
    expect(redisOptions('redis://cache')).not.toHaveProperty('password');
  });

  it('reads user, password, database and TLS', () => {
    expect(redisOptions('rediss://us%40er:p%2Fw%3A%40@cache.example:6380/3')).toMatchObject({
      host: 'cache.example',
      port: 6380,
      username: 'us@er',
      password: 'p/w:@',
      db: 3,
      tls: {},
    });
  });

  it('reads a password without a user and an IPv6 address', () => {
    const options = redisOptions('redis://:secret@[::1]:7000');
    expect(options).toMatchObject({ host: '::1', port: 7000, password: 'secret' });
    expect(options).not.toHaveProperty('username');
  });

  it('reconnects for ever, at most two seconds apart, and lets commands wait', () => {
    const { retryStrategy, maxRetriesPerRequest, enableReadyCheck } = redisOptions('redis://cache');
    expect({ maxRetriesPerRequest, enableReadyCheck }).toEqual({
      maxRetriesPerRequest: null,
      enableReadyCheck: false,
    });
    expect([1, 2, 5, 6, 100, 1_000_000].map((tries) => retryStrategy?.(tries))).toEqual([
      100, 200, 1_600, 2_000, 2_000, 2_000,
    ]);
  });
});

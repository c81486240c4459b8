import { EnvironmentInvalidError, parseEnv } from './env';

const NEEDED = {
  DATABASE_URL: 'postgres://u:p@localhost/db',
  REDIS_URL: 'redis://localhost',
  META_APP_ID: '1',
  META_APP_SECRET: 'a-secret-of-an-app',
  ENCRYPTION_KEYS: `k1:${Buffer.alloc(32).toString('base64')}`,
  JWT_SECRET: 'x'.repeat(32),
};

describe('the settings of who may come in', () => {
  it('limit requests and believe neighbours unless they say otherwise', () => {
    expect(parseEnv(NEEDED)).toMatchObject({
      RATE_LIMITS: true,
      RATE_LIMIT_ON_REDIS_LOSS: 'open',
      TRUSTED_PROXIES: ['loopback', 'linklocal', 'uniquelocal'],
      CORS_ORIGINS: [],
    });
  });

  it.each([
    ['RATE_LIMITS', 'maybe'],
    ['RATE_LIMIT_ON_REDIS_LOSS', 'ajar'],
    ['RATE_LIMIT_STANDARD_USER', '1200'],
    ['RATE_LIMIT_STANDARD_USER', '0/60'],
    ['RATE_LIMIT_LOGIN_ADDRESS', '20/0'],
    ['RATE_LIMIT_LOGIN_ADDRESS', '20 per minute'],
    ['TRUSTED_PROXIES', 'example.com'],
    ['TRUSTED_PROXIES', '10.0.0.0/33'],
    ['LOGIN_LOCK_AFTER', '0'],
    ['CORS_ORIGINS', '*'],
    ['CORS_ORIGINS', 'https://app.example.com/path'],
  ])('are refused as %s=%s', (name, value) => {
    expect(() => parseEnv({ ...NEEDED, [name]: value })).toThrow(EnvironmentInvalidError);
    expect(() => parseEnv({ ...NEEDED, [name]: value })).toThrow(name);
  });

  it('take origins as browsers write them', () => {
    const { CORS_ORIGINS } = parseEnv({
      ...NEEDED,
      CORS_ORIGINS: 'https://App.Example.com/, https://b.example.com:443,http://localhost:5173',
    });
    expect(CORS_ORIGINS).toEqual([
      'https://app.example.com',
      'https://b.example.com',
      'http://localhost:5173',
    ]);
  });
});

import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppConfig } from './app-config';
import { EnvironmentInvalidError, parseEnv } from './env';

const COMPLETE = {
  DATABASE_URL: 'postgres://u:p@localhost:5432/db',
  REDIS_URL: 'redis://localhost:6379',
  META_APP_ID: '1234567890',
  META_APP_SECRET: 'the-secret-of-the-app',
  ENCRYPTION_KEYS: `k1:${Buffer.alloc(32, 1).toString('base64')}`,
  JWT_SECRET: 'x'.repeat(32),
};

function problemsOf(change: Record<string, string | undefined>): string[] {
  try {
    parseEnv({ ...COMPLETE, ...change });
  } catch (error) {
    if (error instanceof EnvironmentInvalidError) return error.problems.map(({ name }) => name);
    throw error;
  }
  return [];
}

describe('the environment', () => {
  it('is complete with the few settings that have no default', () => {
    const config = new AppConfig(parseEnv(COMPLETE));
    expect(config.publicUrl).toBe('http://localhost:3000');
    expect(config.webhookUrl).toBe('http://localhost:3000/api/meta/webhook/events');
    expect(config.env).toMatchObject({
      META_GRAPH_VERSION: 'v26.0',
      APP_ROLES: ['api', 'worker', 'scheduler'],
    });
  });

  it('wants a key for the sentiment service, unless told that there is none', () => {
    const service = { SENTIMENT_API_URL: 'https://models.example.com' };
    expect(problemsOf(service)).toEqual(['SENTIMENT_API_KEY']);
    expect(problemsOf({ ...service, SENTIMENT_API_KEY: 'k' })).toEqual([]);
    expect(problemsOf({ ...service, SENTIMENT_API_KEY_REQUIRED: 'false' })).toEqual([]);
    expect(problemsOf({ SENTIMENT_API_URL: 'models.example.com', SENTIMENT_API_KEY: 'k' })).toEqual([
      'SENTIMENT_API_URL',
    ]);
  });

  it('names everything that is missing at once', () => {
    expect(() => parseEnv({})).toThrow(EnvironmentInvalidError);
    const nothing = Object.fromEntries(Object.keys(COMPLETE).map((name) => [name, undefined]));
    expect(problemsOf(nothing).sort()).toEqual(Object.keys(COMPLETE).sort());
  });

  it.each([
    ['PORT', '70000'],
    ['PORT', 'http'],
    ['DATABASE_URL', 'mysql://localhost/db'],
    ['REDIS_URL', 'localhost:6379'],
    ['META_APP_ID', 'my app'],
    ['META_GRAPH_VERSION', 'latest'],
    ['META_GRAPH_URL', 'graph.facebook.com'],
    ['PUBLIC_URL', 'ftp://example.com'],
    ['OAUTH_REDIRECT_URIS', 'https://a.example.com/cb,nonsense'],
    ['ENCRYPTION_KEYS', 'k1:tooshort'],
    ['ENCRYPTION_KEYS', `${COMPLETE.ENCRYPTION_KEYS},${COMPLETE.ENCRYPTION_KEYS}`],
    ['JWT_SECRET', 'short'],
    ['APP_ROLES', 'api,cook'],
    ['WEBHOOK_RETENTION_DAYS', '-1'],
    ['MESSAGE_RETENTION_DAYS', '1.5'],
    ['MESSAGE_RETENTION_DAYS', '89'],
    ['RETENTION_DETACHED', 'burn'],
    ['SENTIMENT_API_KEY', 'two words'],
    ['SENTIMENT_FALLBACK', 'guess'],
    ['SENTIMENT_CACHE_ENTRIES', '1'],
    ['LOG_LEVEL', 'loud'],
  ])('refuses %s=%s without repeating the value, which may be a secret', (name, value) => {
    expect(problemsOf({ [name]: value })).toEqual([name]);
    try {
      parseEnv({ ...COMPLETE, [name]: value });
    } catch (error) {
      expect(String(error)).toContain(name);
      expect(String(error)).not.toContain(`${value}.`);
      expect(String(error)).not.toContain(` ${value} `);
    }
  });

  it('keeps messages at least as long as the deliveries that would bring them back', () => {
    expect(parseEnv(COMPLETE)).toMatchObject({ WEBHOOK_RETENTION_DAYS: 90, MESSAGE_RETENTION_DAYS: 0 });
    const days = (webhooks: string, messages: string): string[] =>
      problemsOf({ WEBHOOK_RETENTION_DAYS: webhooks, MESSAGE_RETENTION_DAYS: messages });
    expect(days('30', '30')).toEqual([]);
    expect(days('0', '0')).toEqual([]);
    expect(days('31', '30')).toEqual(['MESSAGE_RETENTION_DAYS']);
    expect(days('0', '30')).toEqual(['MESSAGE_RETENTION_DAYS']);
  });

  it('takes an empty value for none, as compose files produce them', () => {
    expect(problemsOf({ META_CONFIG_ID: '', PUBLIC_URL: ' ' })).toEqual([]);
    expect(problemsOf({ JWT_SECRET: '' })).toEqual(['JWT_SECRET']);
  });

  it('takes API_BASE_URL for PUBLIC_URL, and drops the slash at its end', () => {
    const { publicUrl } = new AppConfig(parseEnv({ ...COMPLETE, API_BASE_URL: 'https://api.example.com/' }));
    expect(publicUrl).toBe('https://api.example.com');
  });

  it('needs issuer and audience beside the surrounding product’s keys, and no secret of its own then', () => {
    const external = { JWT_SECRET: undefined, AUTH_JWT_SECRET: 'y'.repeat(32) };
    expect(problemsOf(external)).toEqual(['AUTH_ISSUER', 'AUTH_AUDIENCE']);
    expect(problemsOf({ ...external, AUTH_ISSUER: 'i', AUTH_AUDIENCE: 'a' })).toEqual([]);
    expect(
      problemsOf({
        ...external,
        AUTH_ISSUER: 'i',
        AUTH_AUDIENCE: 'a',
        AUTH_JWKS_URL: 'https://id.example.com/jwks',
      }),
    ).toEqual(['AUTH_JWT_SECRET']);
  });

  it('verifies webhooks with every secret that may have signed them', () => {
    const { appSecrets } = new AppConfig(
      parseEnv({
        ...COMPLETE,
        META_APP_SECRETS_PREVIOUS: 'older-one, oldest-one',
        INSTAGRAM_APP_ID: '99',
        INSTAGRAM_APP_SECRET: 'of-instagram',
      }),
    );
    expect(appSecrets).toEqual(['the-secret-of-the-app', 'older-one', 'oldest-one', 'of-instagram']);
  });

  it('exchanges Instagram’s codes at Meta’s host for that, or where a stand-in is', () => {
    const urlWith = (change: Record<string, string>): string =>
      new AppConfig(parseEnv({ ...COMPLETE, ...change })).instagramApiUrl;
    expect(urlWith({})).toBe('https://api.instagram.com');
    expect(urlWith({ INSTAGRAM_GRAPH_URL: 'http://localhost:4010' })).toBe('http://localhost:4010');
    expect(urlWith({ INSTAGRAM_API_URL: 'http://localhost:1' })).toBe('http://localhost:1');
  });
});

describe('the folder of media', () => {
  it('is the same wherever the process was started', () => {
    const started = process.cwd();
    const inRoot = join(__dirname, '../../.local/media');
    try {
      process.chdir(tmpdir());
      expect(new AppConfig(parseEnv(COMPLETE)).mediaDir).toBe(inRoot);
      expect(new AppConfig(parseEnv({ ...COMPLETE, MEDIA_DIR: '/data/media' })).mediaDir).toBe('/data/media');
    } finally {
      process.chdir(started);
    }
  });
});

describe('.env.example', () => {
  it('documents every setting', () => {
    const example = readFileSync(join(__dirname, '../../.env.example'), 'utf8');
    const source = readFileSync(join(__dirname, 'env.ts'), 'utf8');
    const settings = [...source.matchAll(/\b([A-Z][A-Z_]{3,})[?!]?: /g)].map((match) => match[1] ?? '');
    expect(settings).toContain('META_APP_SECRETS_PREVIOUS');
    expect(settings.filter((name) => !new RegExp(`^#? ?${name}=`, 'm').test(example))).toEqual([]);
  });
});

import { type Env, EnvironmentInvalidError, parseEnv } from '../../config/env';

const LEAST = {
  DATABASE_URL: 'postgres://localhost/meta',
  REDIS_URL: 'redis://localhost',
  META_APP_ID: '1234567890',
  META_APP_SECRET: 'app-secret-app-secret',
  ENCRYPTION_KEYS: `k1:${Buffer.alloc(32, 1).toString('base64')}`,
  JWT_SECRET: 'x'.repeat(40),
};
const settings = (given: Record<string, string>): Env => parseEnv({ ...LEAST, ...given });

describe('settings of metrics and the dashboard', () => {
  it('are a dashboard to look at, and metrics for neighbours, where nothing is set', () => {
    const env = settings({});
    expect([env.METRICS_TOKEN, env.QUEUE_DASHBOARD]).toEqual([undefined, 'read-only']);
  });

  it.each([
    { METRICS_TOKEN: 'short' },
    { METRICS_TOKEN: 'with a blank in it, and long' },
    { QUEUE_DASHBOARD: 'yes' },
  ])('stop the start when they are malformed: %o', (given) => {
    expect(() => settings(given)).toThrow(EnvironmentInvalidError);
  });

  it('never show the token in what is said of it', () => {
    expect(() => settings({ METRICS_TOKEN: 'canary' })).toThrow(/METRICS_TOKEN: malformed/);
    expect(() => settings({ METRICS_TOKEN: 'canary' })).not.toThrow(/canary/);
  });
});

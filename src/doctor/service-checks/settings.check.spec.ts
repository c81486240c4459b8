import { AppConfig } from '../../config/app-config';
import { parseEnv } from '../../config/env';
import { SettingsCheck, publicUrlProblem } from './settings.check';

const ENV = {
  DATABASE_URL: 'postgres://postgres@localhost/x',
  REDIS_URL: 'redis://localhost',
  META_APP_ID: '1',
  META_APP_SECRET: 'an-app-secret',
  ENCRYPTION_KEYS: `k1:${Buffer.alloc(32).toString('base64')}`,
  JWT_SECRET: 'pMZ9Z0Oe4kR1mYtqk2b7Qm3xv8s5dE6f',
  PUBLIC_URL: 'https://api.example.com',
  OAUTH_REDIRECT_URIS: 'https://app.example.com/callback',
};

async function complaints(env: Record<string, string>): Promise<[check: string, severity: string][]> {
  const found = await new SettingsCheck(new AppConfig(parseEnv({ ...ENV, ...env }))).look();
  return found
    .filter(({ severity }) => severity !== 'ok')
    .map(({ check, severity }): [string, string] => [check, severity]);
}

describe('an address for Meta', () => {
  it.each([
    undefined,
    'http://api.example.com',
    'https://localhost',
    'https://backend',
    'https://10.1.2.3',
    'https://172.20.0.1:8443',
    'https://192.168.1.9',
    'https://100.64.0.1',
    'https://[fd00::1]',
    'https://[::1]',
    'https://api.internal',
  ])('cannot be %s', (url) => {
    expect(publicUrlProblem(url)).not.toBeNull();
  });

  it.each([
    'https://api.example.com',
    'https://api.example.com:8443',
    'https://8.8.8.8',
    'https://172.32.0.1',
  ])('can be %s', (url) => {
    expect(publicUrlProblem(url)).toBeNull();
  });
});

describe('the settings', () => {
  it('are well where nothing speaks against them', async () => {
    expect(await complaints({})).toEqual([]);
  });

  it('are not, with what only a stand-in of Meta could reach', async () => {
    const PUBLIC_URL = 'http://localhost:3000';
    expect(await complaints({ PUBLIC_URL })).toEqual([['public-url', 'error']]);
    expect(await complaints({ PUBLIC_URL, META_GRAPH_URL: 'http://127.0.0.1:4010' })).toEqual([]);
  });

  it('are not, with redirects that Meta refuses, keys that nobody needs, and a secret that can be guessed', async () => {
    expect(await complaints({ OAUTH_REDIRECT_URIS: '' })).toEqual([['redirect-uris', 'warning']]);
    expect(await complaints({ OAUTH_REDIRECT_URIS: 'http://app.example.com' })).toEqual([
      ['redirect-uris', 'warning'],
    ]);
    expect(await complaints({ OAUTH_REDIRECT_URIS: 'http://localhost:5173/cb' })).toEqual([]);
    const key = Buffer.alloc(32).toString('base64');
    expect(await complaints({ ENCRYPTION_KEYS: `a:${key},b:${key},c:${key}` })).toEqual([
      ['encryption-keys', 'warning'],
    ]);
    expect(await complaints({ JWT_SECRET: 'secretsecretsecretsecretsecretsecret' })).toEqual([
      ['login', 'warning'],
    ]);
  });
});

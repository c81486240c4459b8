import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, type JWTPayload, SignJWT, exportJWK, exportSPKI, generateKeyPair } from 'jose';
import { type TestApp, startTestApp } from '../test-app';

const ISSUER = 'https://login.example.com/';
const AUDIENCE = 'meta-backend';
const SECRET = 'the secret of the surrounding product';

type Claims = { [claim in keyof JWTPayload]?: JWTPayload[claim] | undefined };

interface Signing {
  alg: string;
  key: CryptoKey | Uint8Array;
  kid?: string;
}

async function sign({ alg, key, kid }: Signing, claims: Claims): Promise<string> {
  const now = Math.floor(Date.now() / 1_000);
  const payload: Claims = { iss: ISSUER, aud: AUDIENCE, exp: now + 300, iat: now, ...claims };
  return new SignJWT(payload as JWTPayload)
    .setProtectedHeader({ alg, ...(kid === undefined ? {} : { kid }) })
    .sign(key);
}

describe('logins of the surrounding product, by a shared secret', () => {
  const signing: Signing = { alg: 'HS256', key: new TextEncoder().encode(SECRET) };
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({
      env: { AUTH_JWT_SECRET: SECRET, AUTH_ISSUER: ISSUER, AUTH_AUDIENCE: AUDIENCE, JWT_SECRET: '' },
    });
  });
  afterAll(() => app.close());

  const as = async (claims: Claims, how: Signing = signing) =>
    app.api.as({ accessToken: await sign(how, claims) });
  const me = async (claims: Claims, how?: Signing) => (await as(claims, how)).get('/api/auth/me');

  it('make the user on first sight, once, however many requests come first', async () => {
    const client = await as({ sub: 'u1', email: 'Lin@Example.com', name: 'Lin', role: 'admin' });
    const answers = await Promise.all(Array.from({ length: 8 }, () => client.get('/api/auth/me')));
    expect(new Set(answers.map(({ body }) => body.data.id)).size).toBe(1);
    expect(answers[0]?.body.data).toMatchObject({
      email: 'lin@example.com',
      name: 'Lin',
      role: 'admin',
      external: true,
      via: 'external',
    });
    const rows: unknown[] = await app.db.query(`SELECT 1 FROM users WHERE external_subject = 'u1'`);
    expect(rows).toHaveLength(1);
  });

  it.each([undefined, 'owner', 5])('take the role %j for agent', async (role) => {
    const answer = await me({ sub: `role-${String(role)}`, ...(role === undefined ? {} : { role }) });
    expect(answer.body.data).toMatchObject({ role: 'agent' });
  });

  it('follow a role that changes', async () => {
    await me({ sub: 'u2', role: 'admin' });
    expect((await me({ sub: 'u2', role: 'viewer' })).body.data).toMatchObject({ role: 'viewer' });
    expect((await me({ sub: 'u2' })).body.data).toMatchObject({ role: 'viewer' });
  });

  it('never take over a user by an e-mail address', async () => {
    const first = await me({ sub: 'u3', email: 'same@example.com' });
    const second = await me({ sub: 'u4', email: 'same@example.com' });
    expect(second.status).toBe(200);
    expect(second.body.data.id).not.toBe(first.body.data.id);
    expect(second.body.data.email).toMatch(/@external\.invalid$/);
  });

  it.each<[string, Claims]>([
    ['another issuer', { sub: 'x', iss: 'https://evil.example.com/' }],
    ['another audience', { sub: 'x', aud: 'other' }],
    ['no audience', { sub: 'x', aud: undefined }],
    ['an expired token', { sub: 'x', exp: 1_700_000_000 }],
    ['no expiry', { sub: 'x', exp: undefined }],
    ['no subject', {}],
    ['an endless subject', { sub: 'x'.repeat(300) }],
    ['a subject with NUL', { sub: 'x\0' }],
  ])('refuse %s', async (_, claims) => {
    expect((await me(claims)).status).toBe(401);
  });

  it('refuse another secret, and tokens of no algorithm', async () => {
    const other = { alg: 'HS256', key: new TextEncoder().encode('another secret that is as long') };
    expect((await me({ sub: 'x' }, other)).status).toBe(401);
    const [, payload] = (await sign(signing, { sub: 'x' })).split('.');
    const header = Buffer.from('{"alg":"none"}').toString('base64url');
    expect(
      (await app.api.as({ accessToken: `${header}.${String(payload)}.` }).get('/api/auth/me')).status,
    ).toBe(401);
  });

  it('end with the removal of the user, until a new login', async () => {
    const admin = await as({ sub: 'boss', role: 'admin' });
    const early = { sub: 'leaver', iat: Math.floor(Date.now() / 1_000) - 5 };
    const { id } = (await me(early)).body.data;
    expect((await admin.delete(`/api/users/${String(id)}`)).status).toBe(200);
    expect((await me(early)).status).toBe(401);
    const anew = await me({ sub: 'leaver', iat: Math.floor(Date.now() / 1_000) + 2 });
    expect(anew.status).toBe(200);
    expect(anew.body.data.id).not.toBe(id);
  });

  it('turn the own login off', async () => {
    const bodies = {
      register: { email: 'a@example.com', password: 'correct horse battery', name: 'A' },
      login: { email: 'a@example.com', password: 'correct horse battery' },
      refresh: { refreshToken: 'x' },
      logout: { refreshToken: 'x' },
    };
    for (const [path, body] of Object.entries(bodies)) {
      const answer = await app.api.post(`/api/auth/${path}`, body);
      expect([answer.status, answer.body.error.code]).toEqual([403, 'FORBIDDEN']);
    }
    const admin = await as({ sub: 'boss', role: 'admin' });
    expect((await admin.post('/api/users', { ...bodies.register, role: 'agent' })).status).toBe(403);
  });

  it('may make API keys', async () => {
    const created = await (
      await as({ sub: 'keys' })
    ).post('/api/auth/api-keys', { name: 'K', role: 'viewer' });
    const answer = await app.api.withApiKey(String(created.body.data.key)).get('/api/auth/me');
    expect(answer.body.data).toMatchObject({ role: 'viewer', via: 'api-key' });
  });
});

describe('logins of the surrounding product, by its JWKS', () => {
  let app: TestApp;
  let jwks: Server;
  let keys: Record<'RS256' | 'ES256', { publicKey: CryptoKey; privateKey: CryptoKey }>;
  beforeAll(async () => {
    keys = {
      RS256: await generateKeyPair('RS256', { extractable: true }),
      ES256: await generateKeyPair('ES256', { extractable: true }),
    };
    const document = JSON.stringify({
      keys: [
        { ...(await exportJWK(keys.RS256.publicKey)), kid: 'rsa', alg: 'RS256', use: 'sig' },
        { ...(await exportJWK(keys.ES256.publicKey)), kid: 'ec', alg: 'ES256', use: 'sig' },
      ],
    });
    jwks = createServer((_request, response) => {
      response.setHeader('content-type', 'application/json').end(document);
    });
    await new Promise<void>((resolve) => jwks.listen(0, '127.0.0.1', resolve));
    app = await startTestApp({
      env: {
        AUTH_JWKS_URL: `http://127.0.0.1:${(jwks.address() as AddressInfo).port}/jwks.json`,
        AUTH_ISSUER: ISSUER,
        AUTH_AUDIENCE: AUDIENCE,
      },
    });
  });
  afterAll(async () => {
    await app.close();
    jwks.close();
  });

  const me = async (how: Signing) =>
    app.api.as({ accessToken: await sign(how, { sub: 'jwks', role: 'agent' }) }).get('/api/auth/me');

  it('are taken when signed by one of its keys', async () => {
    expect((await me({ alg: 'RS256', key: keys.RS256.privateKey, kid: 'rsa' })).status).toBe(200);
    expect((await me({ alg: 'ES256', key: keys.ES256.privateKey, kid: 'ec' })).status).toBe(200);
  });

  it('are refused when signed by another, or with the public key for a secret', async () => {
    const stranger = await generateKeyPair('RS256');
    expect((await me({ alg: 'RS256', key: stranger.privateKey, kid: 'rsa' })).status).toBe(401);
    expect((await me({ alg: 'RS256', key: stranger.privateKey, kid: 'unknown' })).status).toBe(401);
    const publicKey = new TextEncoder().encode(await exportSPKI(keys.RS256.publicKey));
    expect((await me({ alg: 'HS256', key: publicKey, kid: 'rsa' })).status).toBe(401);
  });

  it('are refused when they are own tokens of this service', async () => {
    const key = new TextEncoder().encode('a-secret-for-tests-that-is-long-enough');
    expect((await me({ alg: 'HS256', key })).status).toBe(401);
  });
});

it('the JWKS being away is not the caller’s fault: 503', async () => {
  const app = await startTestApp({
    env: { AUTH_JWKS_URL: 'http://127.0.0.1:9/jwks.json', AUTH_ISSUER: ISSUER, AUTH_AUDIENCE: AUDIENCE },
  });
  try {
    const { privateKey } = await generateKeyPair('RS256');
    const accessToken = await sign({ alg: 'RS256', key: privateKey, kid: 'rsa' }, { sub: 'x' });
    const answer = await app.api.as({ accessToken }).get('/api/auth/me');
    expect([answer.status, answer.body.error.code]).toEqual([503, 'SERVICE_UNAVAILABLE']);
    expect(answer.text).not.toContain('127.0.0.1');
  } finally {
    await app.close();
  }
});

import { createHmac, generateKeyPairSync, randomUUID, sign as signWith } from 'node:crypto';
import type { ApiAnswer, ApiClient, TestUser } from '../api-client';
import { type TestApp, startTestApp } from '../test-app';
import { exchange, statusesOf } from '../fuzz/raw-connection';

/** Of each role one route, and one that any user may ask. */
const ROUTES = {
  viewer: '/api/meta/auth/accounts',
  agent: '/api/meta/auth/signup-cancellations',
  admin: '/api/users',
  any: '/api/auth/me',
} as const;
const ISSUER = 'meta-business-backend';

type Claims = Record<string, unknown>;

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
function hs256(claims: Claims, secret: string, header: Claims = {}, hash = 'sha256'): string {
  const signed = `${part({ alg: 'HS256', typ: 'JWT', ...header })}.${part(claims)}`;
  return `${signed}.${createHmac(hash, secret).update(signed).digest('base64url')}`;
}

describe('A credential that was not given out for this', () => {
  let app: TestApp;
  let secret: string;
  const users = {} as Record<'admin' | 'agent' | 'viewer', TestUser>;
  let adminClaims: Claims;

  beforeAll(async () => {
    app = await startTestApp({ env: { RATE_LIMIT_STANDARD_ADDRESS: '1000000/60' } });
    secret = app.env.JWT_SECRET ?? '';
    users.admin = await app.api.registerAdmin();
    for (const role of ['agent', 'viewer'] as const)
      users[role] = await app.api.as(users.admin).createUser(role);
    adminClaims = claimsOf(users.admin.accessToken);
  });
  afterAll(() => app.close());

  const claimsOf = (token: string): Claims =>
    JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Claims;
  const now = (): number => Math.floor(Date.now() / 1_000);
  const ask = (headers: Record<string, string>, path: string = ROUTES.any): Promise<ApiAnswer> =>
    app.api.with(headers).get(path);
  const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

  async function expectRefusedEverywhere(headers: Record<string, string>): Promise<void> {
    for (const path of Object.values(ROUTES)) {
      const answer = await ask(headers, path);
      expect([path, answer.status, answer.body.error.code]).toEqual([path, 401, 'UNAUTHORIZED']);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
      // Not a word of what would have been right, nor what was sent.
      expect(answer.text).not.toMatch(/signature|HS256|secret|eyJ/);
    }
  }

  it('would be let in, were it right: what is forged here differs in one thing only', async () => {
    const same = hs256({ ...adminClaims }, secret);
    for (const path of Object.values(ROUTES)) expect((await ask(bearer(same), path)).status).toBe(200);
  });

  it.each<[string, (claims: Claims) => Claims]>([
    ['has expired', (claims) => ({ ...claims, iat: now() - 2_000, exp: now() - 1 })],
    ['never expires', ({ exp: _, ...claims }) => claims],
    ['expires at no time', (claims) => ({ ...claims, exp: 'never' })],
    ['expires in another kind of time', (claims) => ({ ...claims, exp: '9999999999' })],
    ['is not yet good', (claims) => ({ ...claims, nbf: now() + 3_600 })],
    ['was issued at no time', ({ iat: _, ...claims }) => claims],
    ['is of another issuer', (claims) => ({ ...claims, iss: 'somebody-else' })],
    ['is of a list of issuers', (claims) => ({ ...claims, iss: [ISSUER] })],
    ['is of no issuer', ({ iss: _, ...claims }) => claims],
    ['is for somebody else', (claims) => ({ ...claims, aud: 'another-service' })],
    ['is for nobody', ({ aud: _, ...claims }) => claims],
    ['has no user', ({ sub: _, ...claims }) => claims],
    ['is of a user who is none', (claims) => ({ ...claims, sub: 'admin' })],
    ['is of a user who is not there', (claims) => ({ ...claims, sub: randomUUID() })],
    ['is of SQL', (claims) => ({ ...claims, sub: `' OR '1'='1` })],
    ['is of an object', (claims) => ({ ...claims, sub: { $ne: null } })],
    ['is of NUL', (claims) => ({ ...claims, sub: `${String(claims.sub)}\0` })],
  ])('is refused where it %s, though the secret is right', async (_, change) => {
    await expectRefusedEverywhere(bearer(hs256(change(adminClaims), secret)));
  });

  it.each<[string, () => string]>([
    ['is signed with another secret', () => hs256(adminClaims, 'another-secret-for-tests-that-is-long')],
    ['is signed with nothing', () => hs256(adminClaims, '')],
    ['is signed with the name of the secret', () => hs256(adminClaims, 'JWT_SECRET')],
    ['has no signature', () => `${part({ alg: 'HS256' })}.${part(adminClaims)}.`],
    ['has no algorithm', () => `${part({ typ: 'JWT' })}.${part(adminClaims)}.`],
    ...['none', 'None', 'NONE', 'nOnE', ''].map((alg): [string, () => string] => [
      `has the algorithm "${alg}"`,
      () => `${part({ alg, typ: 'JWT' })}.${part(adminClaims)}.`,
    ]),
    ['has the algorithm none, and a signature', () => hs256(adminClaims, 'x', { alg: 'none' })],
    [
      'has another algorithm with our secret',
      () => hs256(adminClaims, app.env.JWT_SECRET ?? '', { alg: 'HS512' }, 'sha512'),
    ],
    [
      'brings its own key',
      () => hs256(adminClaims, 'k', { jwk: { kty: 'oct', k: Buffer.from('k').toString('base64url') } }),
    ],
    [
      'says where its key is',
      () => hs256(adminClaims, 'k', { jku: 'http://127.0.0.1:9/jwks', x5u: 'http://127.0.0.1:9/x' }),
    ],
    ['names a key of the file system', () => hs256(adminClaims, '', { kid: '../../../../dev/null' })],
    ['names a key by SQL', () => hs256(adminClaims, 'x', { kid: `x' UNION SELECT 'x` })],
    [
      'insists on what nobody knows',
      () => hs256(adminClaims, app.env.JWT_SECRET ?? '', { crit: ['exp2'], exp2: 1 }),
    ],
    ['is encrypted', () => `${part({ alg: 'dir', enc: 'A256GCM' })}..${part('x')}.${part('y')}.${part('z')}`],
    ['is signed with a key of its own', () => rs256()],
    [
      'has a header that is no JSON',
      () => `${Buffer.from('{').toString('base64url')}.${part(adminClaims)}.x`,
    ],
    ['has claims that are no object', () => hs256([] as unknown as Claims, app.env.JWT_SECRET ?? '')],
    ['has two parts', () => `${part({ alg: 'HS256' })}.${part(adminClaims)}`],
    ['has 1,000 parts', () => 'a.'.repeat(1_000)],
    ['is 10 KB', () => `${part({ alg: 'HS256' })}.${'a'.repeat(10_000)}.x`],
    ['is the refresh token', () => users.admin.refreshToken],
    ['is the id of the user', () => users.admin.id],
    ['is the secret', () => app.env.JWT_SECRET ?? ''],
    ['is "undefined"', () => 'undefined'],
  ])('is refused where it %s', async (_, make) => {
    await expectRefusedEverywhere(bearer(make()));
  });

  function rs256(): string {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    const signed = `${part({ alg: 'RS256', typ: 'JWT' })}.${part(adminClaims)}`;
    return `${signed}.${signWith('sha256', Buffer.from(signed), privateKey).toString('base64url')}`;
  }

  it('is refused where a letter of it was changed, wherever', async () => {
    const token = users.viewer.accessToken;
    for (let at = 0; at < token.length; at += 7) {
      const letter = token.charAt(at);
      if (letter === '.') continue;
      const changed = token.slice(0, at) + (letter === 'A' ? 'B' : 'A') + token.slice(at + 1);
      const { status } = await ask(bearer(changed));
      // The last letter of a part has bits that mean nothing.
      const isLast = token.charAt(at + 1) === '.' || at === token.length - 1;
      if (!isLast) expect([at, status]).toEqual([at, 401]);
    }
  });

  it('does not make more of its user than the user is, whatever it says', async () => {
    const viewer = hs256({ ...claimsOf(users.viewer.accessToken), role: 'admin' }, secret);
    expect((await ask(bearer(viewer), ROUTES.admin)).status).toBe(403);
    expect((await ask(bearer(viewer), ROUTES.agent)).status).toBe(403);
    expect((await ask(bearer(viewer), ROUTES.any)).body.data).toMatchObject({ role: 'viewer' });
    // Another's claims under one's own signature.
    const [header, , signature] = users.viewer.accessToken.split('.');
    await expectRefusedEverywhere(bearer(`${header ?? ''}.${part(adminClaims)}.${signature ?? ''}`));
  });

  it.each([
    '',
    'Bearer',
    'Bearer ',
    'Bearer  ',
    'bearer\t',
    'Basic YWRtaW46YWRtaW4=',
    'Digest username="admin"',
    'Bearer a b',
    'Bearer null',
    'Token x',
  ])('is refused as "Authorization: %s"', async (authorization) => {
    await expectRefusedEverywhere({ authorization });
  });

  it('is refused outside of its header', async () => {
    const { accessToken } = users.admin;
    for (const query of ['access_token', 'token', 'authorization', 'api_key'])
      expect((await ask({}, `${ROUTES.any}?${query}=${accessToken}`)).status).toBe(401);
    await expectRefusedEverywhere({
      cookie: `access_token=${accessToken}; authorization=Bearer ${accessToken}`,
    });
    await expectRefusedEverywhere({ 'x-api-key': accessToken });
    await expectRefusedEverywhere({
      'x-access-token': accessToken,
      'proxy-authorization': `Bearer ${accessToken}`,
    });
    await expectRefusedEverywhere({ authorization: accessToken });
  });

  it('counts once: of several headers no second one is believed', async () => {
    const send = async (lines: string[]): Promise<number | undefined> => {
      const head = [`GET ${ROUTES.admin} HTTP/1.1`, 'host: x', ...lines, 'connection: close', '', ''].join(
        '\r\n',
      );
      return statusesOf(await exchange(app.url, head))[0];
    };
    const [admin, viewer] = [users.admin.accessToken, users.viewer.accessToken];
    // Node keeps the first of them, which has to be the one that counts.
    expect(await send([`authorization: Bearer ${viewer}`, `authorization: Bearer ${admin}`])).toBe(403);
    expect(await send(['authorization: Bearer nonsense', `authorization: Bearer ${admin}`])).toBe(401);
    expect(await send([`authorization: Bearer nonsense, Bearer ${admin}`])).toBe(401);
    expect(await send([`authorization: Bearer ${admin}, Bearer ${viewer}`])).toBe(401);
  });

  describe('as an API key', () => {
    let key: string;
    beforeAll(async () => {
      const answer = await app.api
        .as(users.agent)
        .post('/api/auth/api-keys', { name: 'For tests', role: 'agent' });
      key = String(answer.body.data.key);
      expect(answer.status).toBe(201);
    });
    const withKey = (value: string): ApiClient => app.api.withApiKey(value);

    it('is let in where it is right, with its user’s role', async () => {
      expect((await withKey(key).get(ROUTES.agent)).status).toBe(200);
      expect((await withKey(key).get(ROUTES.admin)).status).toBe(403);
    });

    it.each<[string, (key: string) => Record<string, string>]>([
      ['is in the wrong header', (value) => bearer(value)],
      ['is a word of Authorization', (value) => ({ authorization: `ApiKey ${value}` })],
      ['is empty', () => ({ 'x-api-key': '' })],
      ['is blank', () => ({ 'x-api-key': '  ' })],
      ['is cut off', (value) => ({ 'x-api-key': value.slice(0, -1) })],
      ['has a letter more', (value) => ({ 'x-api-key': `${value}a` })],
      ['is in other letters', (value) => ({ 'x-api-key': value.toUpperCase() })],
      ['is a pattern', () => ({ 'x-api-key': 'mbb_%' })],
      ['is SQL', () => ({ 'x-api-key': `mbb_' OR '1'='1` })],
      ['is 10 KB', () => ({ 'x-api-key': `mbb_${'a'.repeat(10_000)}` })],
    ])('is refused where it %s', async (_, headers) => {
      await expectRefusedEverywhere(headers(key));
    });

    it('is refused beside the token of another user, or one that is none', async () => {
      await expectRefusedEverywhere({ ...bearer(users.admin.accessToken), 'x-api-key': key });
      await expectRefusedEverywhere({ ...bearer('nonsense'), 'x-api-key': key });
      await expectRefusedEverywhere({ ...bearer(users.agent.accessToken), 'x-api-key': 'mbb_nonsense' });
    });

    it('is refused once it was taken back', async () => {
      const agent = app.api.as(users.agent);
      const { apiKeys } = (await agent.get<{ apiKeys: { id: string }[] }>('/api/auth/api-keys')).body.data;
      expect(apiKeys).toHaveLength(1);
      expect((await agent.delete(`/api/auth/api-keys/${apiKeys[0]?.id ?? ''}`)).status).toBe(200);
      await expectRefusedEverywhere({ 'x-api-key': key });
    });
  });

  it('does not refresh a login, be it an access token or somebody else’s word', async () => {
    for (const refreshToken of [users.admin.accessToken, users.admin.id, 'x', hs256(adminClaims, secret)])
      expect((await app.api.post('/api/auth/refresh', { refreshToken })).status).toBe(401);
  });

  it('ends with its user', async () => {
    expect((await app.api.as(users.admin).delete(`/api/users/${users.viewer.id}`)).status).toBe(200);
    await expectRefusedEverywhere(bearer(users.viewer.accessToken));
  });
});

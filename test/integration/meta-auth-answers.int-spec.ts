import type { ApiClient } from '../api-client';
import { REDIRECT_URI } from '../factories/meta-login';
import { type ScriptedAnswer, ScriptedGraph } from '../scripted-graph';
import { TEST_APP_ID, type TestApp, startTestApp } from '../test-app';

const HOUR_S = 3_600;
const nowSeconds = () => Math.floor(Date.now() / 1000);

/** What a stand-in that plays fair does not do: Meta's odd answers, and those of whatever stands in front of it. */
describe('connecting, while Meta answers strangely', () => {
  let graph: ScriptedGraph;
  let app: TestApp;
  let client: ApiClient;
  beforeAll(async () => {
    graph = await ScriptedGraph.start();
    app = await startTestApp({
      env: { META_GRAPH_URL: graph.url, META_TIMEOUT_MS: '500', APP_ROLES: 'api' },
    });
    client = app.api.as(await app.api.registerAdmin());
  });
  afterAll(async () => {
    await app.close();
    await graph.stop();
  });
  beforeEach(() => app.db.query('DELETE FROM meta_accounts'));

  const token = (more: object = {}): ScriptedAnswer => ({
    body: { access_token: 'EAAtoken', token_type: 'bearer', ...more },
  });
  const inspection = (more: object = {}): ScriptedAnswer => ({
    body: {
      data: {
        app_id: TEST_APP_ID,
        type: 'USER',
        is_valid: true,
        expires_at: nowSeconds() + 60 * 24 * HOUR_S,
        scopes: ['pages_show_list', 'public_profile'],
        user_id: '4321',
        ...more,
      },
    },
  });
  const me: ScriptedAnswer = { body: { id: '4321', name: 'Ada' } };
  const permissions: ScriptedAnswer = {
    body: { data: [{ permission: 'pages_show_list', status: 'granted' }] },
  };
  const refusal: ScriptedAnswer = {
    status: 400,
    body: { error: { message: '(#100) Unsupported', type: 'OAuthException', code: 100 } },
  };

  const connect = () => client.post('/api/meta/auth/connect', { code: 'AQcode', redirectUri: REDIRECT_URI });
  const storedAccounts = async (): Promise<Record<string, unknown>[]> =>
    app.db.query('SELECT * FROM meta_accounts');

  it('takes numbers for ids, also beyond what a number can hold', async () => {
    graph.answers([
      token(),
      {
        body: `{"data":{"app_id":${TEST_APP_ID},"is_valid":true,"expires_at":0,"scopes":["pages_show_list"],"user_id":10224567890123456789}}`,
      },
      { body: '{"id":10224567890123456789,"name":"Ada"}' },
      permissions,
    ]);
    expect((await connect()).status).toBe(200);
    expect(await storedAccounts()).toMatchObject([
      { meta_user_id: '10224567890123456789', token_expiry: null },
    ]);
  });

  it('does without /me and /me/permissions, if debug_token says enough', async () => {
    graph.answers([token(), inspection({ data_access_expires_at: 0 }), refusal, refusal]);
    const answer = await connect();
    expect(answer.body.data.permissions).toEqual(['pages_show_list', 'public_profile']);
    expect(await storedAccounts()).toMatchObject([
      { meta_user_id: '4321', name: null, data_access_expiry: null },
    ]);
  });

  it('keeps the name that it knew when Meta no longer tells it', async () => {
    graph.answers([token(), inspection(), me, permissions, token(), inspection(), refusal, permissions]);
    await connect();
    await connect();
    expect(await storedAccounts()).toMatchObject([{ name: 'Ada' }]);
  });

  const short = { expires_at: nowSeconds() + HOUR_S };
  it.each<[string, ScriptedAnswer[], number, string]>([
    ['the token belongs to another app', [token(), inspection({ app_id: '999' })], 422, 'META_REJECTED'],
    ['the token is a Page token', [token(), inspection({ type: 'PAGE' })], 422, 'META_REJECTED'],
    ['the token is dead on arrival', [token(), inspection({ is_valid: false })], 422, 'META_REJECTED'],
    ['the exchange gives an empty token', [{ body: { access_token: '' } }], 503, 'META_UNAVAILABLE'],
    ['the exchange answers nothing', [{ body: '' }], 503, 'META_UNAVAILABLE'],
    ['the exchange answers HTML', [{ status: 200, body: '<html>' }], 503, 'META_UNAVAILABLE'],
    ['the exchange is slow', [{ ...token(), delayMs: 900 }], 503, 'META_UNAVAILABLE'],
    ['the exchange breaks off', [{ reset: true }], 503, 'META_UNAVAILABLE'],
    [
      'the code is refused as if it were a token',
      [{ status: 401, body: { error: { message: 'x', code: 190 } } }],
      422,
      'META_REJECTED',
    ],
    ['the long-lived token is refused', [token(), inspection(short), refusal], 422, 'META_REJECTED'],
    [
      'the long-lived token is slow',
      [token(), inspection(short), { ...token(), delayMs: 900 }],
      503,
      'META_UNAVAILABLE',
    ],
    [
      'permissions cannot be read now',
      [token(), inspection(), me, { status: 500, body: '' }, { status: 500, body: '' }],
      503,
      'META_UNAVAILABLE',
    ],
  ])('stores nothing when %s', async (_case, script, status, code) => {
    graph.answers(script, { status: 503, body: '<html>' });
    const answer = await connect();
    expect([answer.status, answer.body.error.code]).toEqual([status, code]);
    expect(answer.text).not.toContain('EAAtoken');
    expect(answer.text).not.toContain('AQcode');
    expect(await storedAccounts()).toEqual([]);
  });

  it('does not blame the person when Meta refuses the app itself', async () => {
    graph.answers([token(), { status: 400, body: { error: { message: 'Invalid app token', code: 190 } } }]);
    const answer = await connect();
    expect(answer.body.error).toMatchObject({
      code: 'META_REJECTED',
      details: { action: expect.stringContaining('META_APP_SECRET') },
    });
  });

  it('calls with the proof of the app secret, and never sends the secret to where only tokens belong', async () => {
    graph.answers([token(), inspection(short), token(), inspection(), me, permissions]);
    await connect();
    const [exchange, debug, longLived, , person] = graph.requests;
    expect(exchange?.path).toBe('/v26.0/oauth/access_token');
    expect(longLived?.query.get('fb_exchange_token')).toBe('EAAtoken');
    expect(debug?.headers.authorization).toBe(`Bearer ${TEST_APP_ID}|test-app-secret`);
    expect(person?.headers.authorization).toBe('Bearer EAAtoken');
    // The vector of Meta's own scheme: HMAC-SHA256 of `EAAtoken` under `test-app-secret`.
    expect(person?.query.get('appsecret_proof')).toBe(
      'f9a5c402919f3f3cb70497c968ab9a79bb82d2f1a55a7d91317b53b1678a4191',
    );
  });

  it('writes no token, code or secret into a log', async () => {
    const lines: unknown[][] = [];
    const take = (...line: unknown[]): void => void lines.push(line);
    app.app.useLogger({ log: take, error: take, warn: take, debug: take, verbose: take, fatal: take });
    const code = 'AQBx-a-code-of-a-login';
    const access_token = 'EAAG-a-token-of-a-person';
    const refused = { message: `Bad code ${code}`, type: 'OAuthException', code: 100 };
    const failed = { message: `Trouble with ${access_token}`, type: 'OAuthException', code: 2 };
    graph.answers([{ status: 400, body: { error: refused } }]);
    const answers = [await client.post('/api/meta/auth/connect', { code, redirectUri: REDIRECT_URI })];
    graph.answers([token({ access_token }), { status: 500, body: { error: failed } }], { reset: true });
    answers.push(await client.post('/api/meta/auth/connect', { code, redirectUri: REDIRECT_URI }));
    expect(lines.length).toBeGreaterThan(1);
    for (const text of [JSON.stringify(lines), ...answers.map((answer) => answer.text)]) {
      expect(text).not.toMatch(/a-token-of-a-person|a-code-of-a-login|test-app-secret/);
    }
  });
});

import { Clock } from '../../src/meta-auth/clock';
import type { ApiClient } from '../api-client';
import { REDIRECT_URI, sandboxOf } from '../factories/meta-login';
import { type TestApp, startTestApp } from '../test-app';

const CONNECT = '/api/meta/auth/connect';

interface UrlAnswer {
  url: string;
  state: string;
}

describe('connecting a Meta account', () => {
  let app: TestApp;
  let client: ApiClient;
  let admin: ApiClient;
  beforeAll(async () => {
    // Without a worker, which would look for assets behind every connect: here calls are counted.
    app = await startTestApp({ sandbox: true, env: { APP_ROLES: 'api' } });
    admin = app.api.as(await app.api.registerAdmin());
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    client = app.api.as(await admin.createUser('agent'));
    jest.restoreAllMocks();
    await app.db.query('UPDATE assets SET released_at = now()');
    sandboxOf(app).reset();
    sandboxOf(app).clearFaults();
  });

  const exchanges = () => sandboxOf(app).calls({ path: /^\/?oauth\/access_token/ });
  const problem = (answer: { status: number; body: { error: { code: string; details: unknown } } }) => ({
    status: answer.status,
    code: answer.body.error.code,
    details: answer.body.error.details,
  });
  const beginLogin = async (who: ApiClient = client) =>
    (await who.get<UrlAnswer>(`/api/meta/auth/url?redirectUri=${encodeURIComponent(REDIRECT_URI)}`)).body
      .data;

  describe('with a state', () => {
    const attempt = async (state: string, who = client) => {
      const { code } = sandboxOf(app).issueCode({ redirectUri: REDIRECT_URI });
      return who.post(CONNECT, { code, redirectUri: REDIRECT_URI, state });
    };
    const refusedBy = (rule: string) => ({
      status: 400,
      code: 'VALIDATION_FAILED',
      details: { fields: [{ path: 'state', rule, message: expect.any(String) }] },
    });

    it('works once', async () => {
      const { state } = await beginLogin();
      expect((await attempt(state)).status).toBe(200);
      expect(problem(await attempt(state))).toEqual(refusedBy('used'));
    });

    it('has one winner of several at once', async () => {
      const { state } = await beginLogin();
      const answers = await Promise.all(Array.from({ length: 5 }, () => attempt(state)));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400, 400, 400]);
    });

    it('refuses one that is too old', async () => {
      const { state } = await beginLogin();
      const clock = app.app.get(Clock);
      jest.spyOn(clock, 'now').mockReturnValue(new Date(Date.now() + 10 * 60_000 + 2_000));
      expect(problem(await attempt(state))).toEqual(refusedBy('expired'));
    });

    it.each(['nonsense', '', 'a'.repeat(24) + '.zzzzzz.facebook.' + 'b'.repeat(43)])(
      'refuses %j',
      async (state) => {
        const answer = await attempt(state);
        expect(answer.status).toBe(400);
        expect(exchanges()).toHaveLength(0);
      },
    );

    it('refuses one whose expiry was changed', async () => {
      const { state } = await beginLogin();
      const [nonce, , platform, signature] = state.split('.');
      const forged = [nonce, 'zzzzzz', platform, signature].join('.');
      expect(problem(await attempt(forged))).toEqual(refusedBy('signature'));
    });

    it("refuses another user's, and leaves it to its owner", async () => {
      const { state } = await beginLogin();
      const other = app.api.as(await admin.createUser('agent'));
      expect(problem(await attempt(state, other))).toEqual(refusedBy('user'));
      expect((await attempt(state)).status).toBe(200);
    });

    it('knows the redirect address, so that it need not be repeated', async () => {
      const { state } = await beginLogin();
      const { code } = sandboxOf(app).issueCode({ redirectUri: REDIRECT_URI });
      expect((await client.post(CONNECT, { code, state })).status).toBe(200);
    });
  });
});

import { SEED } from '../../sandbox/world-seed';
import type { ApiClient } from '../api-client';
import { type ConnectedAnswer, sandboxOf } from '../factories/meta-login';
import { type TestApp, startTestApp } from '../test-app';

const CONNECT = '/api/meta/auth/connect';

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
  const accountRows = async (): Promise<Record<string, unknown>[]> =>
    app.db.query('SELECT * FROM meta_accounts WHERE deleted_at IS NULL ORDER BY id');
  const problem = (answer: { status: number; body: { error: { code: string; details: unknown } } }) => ({
    status: answer.status,
    code: answer.body.error.code,
    details: answer.body.error.details,
  });

  describe('by Embedded Signup', () => {
    const signup = { wabaId: SEED.wabaId, phoneNumberId: SEED.phoneNumberId, businessId: SEED.businessId };
    const embedded = (extra: object = {}, who = client) =>
      who.post<ConnectedAnswer>(CONNECT, {
        ...sandboxOf(app).issueCode(),
        ...signup,
        ...extra,
        expiresAt: undefined,
      });

    it('exchanges without redirect address, and claims what was picked', async () => {
      const answer = await embedded();
      expect(answer.body.data).toMatchObject({ status: 'connected', expiresAt: null });
      const [exchange] = exchanges();
      expect(exchange?.query).not.toHaveProperty('redirect_uri');
      const assets = await app.db.query(
        'SELECT kind, meta_id FROM assets WHERE account_id = $1 AND released_at IS NULL ORDER BY kind',
        [answer.body.data.accountId],
      );
      expect(assets).toEqual([
        { kind: 'phone_number', meta_id: SEED.phoneNumberId },
        { kind: 'waba', meta_id: SEED.wabaId },
      ]);
      const [row] = (await accountRows()).filter(({ id }) => id === answer.body.data.accountId);
      expect(row).toMatchObject({
        login_kind: 'embedded_signup',
        token_kind: 'system_user',
        token_expiry: null,
      });
    });

    it('believes no WABA that the token was not granted', async () => {
      const other = sandboxOf(app).createTenant({ name: 'Other', displayPhoneNumber: '+1 555 010 0001' });
      const answer = await embedded({ wabaId: other.wabaId, phoneNumberId: other.phoneNumberId });
      expect(problem(answer)).toMatchObject({
        status: 400,
        details: { fields: [{ path: 'wabaId', rule: 'granted' }] },
      });
    });

    it('believes no phone number of another WABA', async () => {
      const other = sandboxOf(app).createTenant({ name: 'Other', displayPhoneNumber: '+1 555 010 0002' });
      const answer = await embedded({ phoneNumberId: other.phoneNumberId });
      expect(problem(answer)).toMatchObject({
        details: { fields: [{ path: 'phoneNumberId', rule: 'granted' }] },
      });
    });

    it('takes a scope without target list for all, as Meta means it', async () => {
      const { code } = sandboxOf(app).issueCode({ targets: 'all' });
      expect((await client.post(CONNECT, { code, ...signup })).status).toBe(200);
    });

    it('is refused while somebody else has the number, and changes nothing', async () => {
      await embedded();
      const other = app.api.as(await admin.createUser('agent'));
      const rowsBefore = (await accountRows()).length;
      const answer = await embedded({}, other);
      expect(problem(answer)).toMatchObject({ status: 409, code: 'CONFLICT' });
      expect(answer.body.error.details.assets).toContainEqual({ kind: 'waba', metaId: SEED.wabaId });
      expect(answer.text).not.toMatch(/accountId|userId/);
      expect(await accountRows()).toHaveLength(rowsBefore);
      expect((await other.get('/api/meta/auth/status')).body.data).toEqual({ connected: false });
    });
  });
});

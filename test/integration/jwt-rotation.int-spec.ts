import type { TestUser } from '../api-client';
import { type TestApp, startTestApp } from '../test-app';
import { createTestDatabase, type TestDatabase } from '../test-database';

jest.setTimeout(120_000);

const OLD = 'the-old-secret-that-is-long-enough-for-this';
const NEW = 'the-new-secret-that-is-long-enough-for-this';

describe('changing JWT_SECRET', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  const withSecrets = async (
    secret: string,
    previous: string,
    work: (app: TestApp) => Promise<void>,
  ): Promise<void> => {
    const app = await startTestApp({
      database,
      env: { APP_ROLES: 'api', JWT_SECRET: secret, JWT_SECRETS_PREVIOUS: previous },
    });
    try {
      await work(app);
    } finally {
      await app.close();
    }
  };
  const statusFor = async (app: TestApp, user: Pick<TestUser, 'accessToken'>): Promise<number> =>
    (await app.api.as(user).get('/api/auth/me')).status;

  it('leaves nobody out while both are named, and ends the old one’s tokens afterwards', async () => {
    let before: TestUser | undefined;
    // Step 1: everybody accepts both, and still signs with the old one.
    await withSecrets(OLD, NEW, async (app) => {
      before = await app.api.registerAdmin();
      expect(await statusFor(app, before)).toBe(200);
    });
    if (before === undefined) throw new Error('Nobody was registered.');
    const old = before;
    let after: TestUser | undefined;
    // Step 2: everybody signs with the new one. A process of step 1 accepts that too.
    await withSecrets(NEW, `${OLD}, a-third-one-of-long-ago-that-is-long-enough`, async (app) => {
      expect(await statusFor(app, old)).toBe(200);
      after = await app.api.login(old.email, old.password);
      expect(await statusFor(app, after)).toBe(200);
    });
    const fresh = after;
    if (fresh === undefined) throw new Error('Nobody logged in.');
    await withSecrets(OLD, NEW, async (app) => {
      expect(await statusFor(app, fresh)).toBe(200);
    });
    // Step 3: the old one is gone, with its tokens; logins go on by their refresh tokens.
    await withSecrets(NEW, '', async (app) => {
      expect(await statusFor(app, fresh)).toBe(200);
      expect(await statusFor(app, old)).toBe(401);
      const { status, body } = await app.api.post('/api/auth/refresh', { refreshToken: old.refreshToken });
      expect(status).toBe(200);
      expect(await statusFor(app, { accessToken: String(body.data.accessToken) })).toBe(200);
    });
  });

  it('does not start with a previous secret that is too short, and does not say which it was', async () => {
    await expect(withSecrets(NEW, 'too-short-a-secret', () => Promise.resolve())).rejects.toThrow(
      /JWT_SECRETS_PREVIOUS: malformed; (?!.*too-short-a-secret)/,
    );
  });
});

import type { ApiAnswer, ApiClient, TestUser } from '../api-client';
import { SessionsScheduler } from '../../src/identity/sessions.scheduler';
import { type TestDatabase, createTestDatabase } from '../test-database';
import { type TestApp, startTestApp } from '../test-app';

jest.setTimeout(120_000);

const PASSWORD = 'correct horse battery';

describe('a login', () => {
  let database: TestDatabase;
  let one: TestApp;
  let other: TestApp;
  let admin: TestUser;
  let asAdmin: ApiClient;
  let lastAddress = 0;

  beforeAll(async () => {
    database = await createTestDatabase();
    const env = { LOGIN_LOCK_AFTER: '3', LOGIN_LOCK_ACCOUNT_AFTER: '8' };
    one = await startTestApp({ database, env });
    other = await startTestApp({ database, env });
    admin = await one.api.registerAdmin();
    asAdmin = one.api.as(admin);
  });
  afterAll(async () => {
    await one.close();
    await other.close();
    await database.drop();
  });

  function newAddress(): string {
    lastAddress += 1;
    return `203.0.113.${lastAddress}`;
  }
  const login = (app: TestApp, address: string, email: string, password: string): Promise<ApiAnswer> =>
    app.api.with({ 'x-forwarded-for': address }).post('/api/auth/login', { email, password });
  async function fail(count: number, address: string, email: string): Promise<ApiAnswer[]> {
    const answers: ApiAnswer[] = [];
    for (let index = 0; index < count; index++)
      answers.push(await login(index % 2 === 0 ? one : other, address, email, 'a wrong password'));
    return answers;
  }
  /** As if so much time had passed. */
  async function later(interval: string): Promise<void> {
    await one.db.query(
      `UPDATE login_attempts SET counted_at = counted_at - $1::interval, touched_at = touched_at - $1::interval,
              locked_until = locked_until - $1::interval, last_login_at = last_login_at - $1::interval`,
      [interval],
    );
  }
  const newUser = async (): Promise<TestUser> => asAdmin.createUser('agent');

  it('waits after wrong passwords, in every process and for a right one too', async () => {
    const user = await newUser();
    const address = newAddress();
    const answers = await fail(4, address, user.email);
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 429]);
    const locked = await login(other, address, user.email, PASSWORD);
    expect([locked.status, locked.body.error.code]).toEqual([429, 'RATE_LIMITED']);
    const seconds = Number(locked.headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(60);
    expect(locked.body.error.details).toEqual({ retryAfterSeconds: seconds, scope: 'login' });

    await later('61 s');
    expect((await login(one, address, user.email, PASSWORD)).status).toBe(200);
    expect((await fail(3, address, user.email)).map(({ status }) => status)).toEqual([401, 401, 401]);
  });

  it('waits longer with each further wrong password', async () => {
    const user = await newUser();
    const address = newAddress();
    await fail(3, address, user.email);
    const waits: number[] = [];
    for (let index = 0; index < 3; index++) {
      await later('1 hour');
      expect((await login(one, address, user.email, 'wrong')).status).toBe(401);
      waits.push(Number((await login(one, address, user.email, PASSWORD)).headers.get('retry-after')));
    }
    expect(waits.map((seconds) => Math.ceil(seconds / 60))).toEqual([2, 4, 8]);
  });

  it('answers alike for an address that nobody has', async () => {
    const user = await newUser();
    const shapes = async (email: string): Promise<unknown[]> =>
      (await fail(4, newAddress(), email)).map(({ status, body }) => [
        status,
        body.error.code,
        body.error.message.replace(/\d+ s/, 'n s'),
        Object.keys(body.error.details),
      ]);
    expect(await shapes('nobody@example.com')).toEqual(await shapes(user.email));
  });

  it('from elsewhere does not wait for what fails at one address', async () => {
    const user = await newUser();
    await fail(4, newAddress(), user.email);
    expect((await login(one, newAddress(), user.email, PASSWORD)).status).toBe(200);
  });

  it('of somebody who is attacked from many addresses waits only where they never came from', async () => {
    const user = await newUser();
    const home = newAddress();
    expect((await login(one, home, user.email, PASSWORD)).status).toBe(200);
    for (let index = 0; index < 4; index++) await fail(2, newAddress(), user.email);
    const strange = await login(other, newAddress(), user.email, PASSWORD);
    expect(strange.status).toBe(429);
    expect(Number(strange.headers.get('retry-after'))).toBeGreaterThan(800);
    expect((await login(other, home, user.email, PASSWORD)).status).toBe(200);
    // Who is in stays in.
    expect((await one.api.as(user).get('/api/auth/me')).status).toBe(200);

    await later('16 minutes');
    expect((await login(one, newAddress(), user.email, 'wrong')).status).toBe(401);
    expect((await login(one, newAddress(), user.email, PASSWORD)).status).toBe(429);
    await later('1 day');
    expect((await login(one, newAddress(), user.email, PASSWORD)).status).toBe(200);
  });

  it('that comes many at once finds no gap', async () => {
    const user = await newUser();
    const address = newAddress();
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => login(one, address, user.email, 'a wrong password')),
    );
    // Those that are looked at already when the third fails are let through.
    expect(answers.filter(({ status }) => status === 401).length).toBeLessThanOrEqual(3 + 4);
    expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThanOrEqual(40 - 7);
  });

  it('that is right is not in the way of others that are', async () => {
    const user = await newUser();
    const address = newAddress();
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => login(one, address, user.email, PASSWORD)),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array<number>(12).fill(200));
  });

  it('can be unlocked by an admin, who sees where it was tried from', async () => {
    const user = await newUser();
    const address = newAddress();
    await fail(4, address, user.email);
    const path = `/api/users/${user.id}`;
    const seen = await asAdmin.get(`${path}/lockout`);
    expect(seen.body.data).toMatchObject({ failures: 3, lockedUntil: null });
    expect(seen.body.data.addresses).toContainEqual({
      address,
      failures: 3,
      lockedUntil: expect.any(String) as unknown,
      lastLoginAt: null,
    });
    const unlocked = await asAdmin.post(`${path}/unlock`);
    expect([unlocked.status, unlocked.body.data.failures]).toEqual([200, 0]);
    expect((await login(one, address, user.email, PASSWORD)).status).toBe(200);

    expect((await one.api.as(user).post(`${path}/unlock`)).status).toBe(403);
    expect((await asAdmin.post('/api/users/0199f3a2-7c1e-7b52-9d6b-3f1f8f4f2a10/unlock')).status).toBe(404);
  });

  it('leaves nothing that names an address that nobody has, and is forgotten', async () => {
    await fail(1, newAddress(), 'somebody.unknown@example.com');
    const rows: unknown[] = await one.db.query('SELECT * FROM login_attempts');
    expect(JSON.stringify(rows)).not.toContain('unknown');
    const count = async (): Promise<unknown> =>
      one.db.query(`SELECT count(*)::int AS count, count(last_login_at)::int AS known FROM login_attempts`);
    const [{ known }] = (await count()) as [{ known: number }];
    expect(known).toBeGreaterThan(0);
    await later('2 days');
    await one.app.get(SessionsScheduler).forgetExpired();
    expect(await count()).toEqual([{ count: known, known }]);
    await later('29 days');
    await one.app.get(SessionsScheduler).forgetExpired();
    expect(await count()).toEqual([{ count: 0, known: 0 }]);
  });

  describe('of a user who takes another password', () => {
    const change = (user: TestUser, currentPassword: string, newPassword: string): Promise<ApiAnswer> =>
      one.api
        .as(user)
        .with({ 'x-forwarded-for': newAddress() })
        .post('/api/auth/password', { currentPassword, newPassword });
    const NEXT = 'an entirely different phrase';

    it('ends, everywhere, with its access tokens, and only the new one works', async () => {
      const user = await newUser();
      const elsewhere = await one.api.login(user.email, PASSWORD);
      // Tokens tell their time to the second.
      await new Promise((resolve) => setTimeout(resolve, 1_100));
      const changed = await change(user, PASSWORD, NEXT);
      expect(changed.status).toBe(200);
      for (const { accessToken, refreshToken } of [user, elsewhere]) {
        expect((await one.api.as({ accessToken }).get('/api/auth/me')).status).toBe(401);
        expect((await one.api.post('/api/auth/refresh', { refreshToken })).status).toBe(401);
      }
      const accessToken = String(changed.body.data.accessToken);
      expect((await one.api.as({ accessToken }).get('/api/auth/me')).status).toBe(200);
      const refreshToken = String(changed.body.data.refreshToken);
      expect((await one.api.post('/api/auth/refresh', { refreshToken })).status).toBe(200);
      expect((await login(one, newAddress(), user.email, PASSWORD)).status).toBe(401);
      expect((await login(one, newAddress(), user.email, NEXT)).status).toBe(200);
    });

    it('needs the old one, which cannot be guessed here either', async () => {
      const user = await newUser();
      const client = one.api.as(user).with({ 'x-forwarded-for': newAddress() });
      const seen: number[] = [];
      for (let index = 0; index < 4; index++)
        seen.push(
          (await client.post('/api/auth/password', { currentPassword: 'guess', newPassword: NEXT })).status,
        );
      expect(seen).toEqual([400, 400, 400, 429]);
      expect((await one.api.as(user).get('/api/auth/me')).status).toBe(200);
    });

    it('is not done with an API key, nor to one that is easy to guess', async () => {
      const user = await newUser();
      const { key } = (await one.api.as(user).post('/api/auth/api-keys', { name: 'K', role: 'agent' })).body
        .data;
      const byKey = await one.api
        .withApiKey(String(key))
        .post('/api/auth/password', { currentPassword: PASSWORD, newPassword: NEXT });
      expect(byKey.status).toBe(403);
      const weak = await change(user, PASSWORD, `${user.email.replace(/@.*/, '')}-password-2026`);
      expect(weak.body.error.details.fields).toMatchObject([
        { path: 'newPassword', rule: 'passwordStrength' },
      ]);
      expect((await change(user, PASSWORD, 'too short')).status).toBe(400);
    });
  });

  it.each([
    ['POST', '/api/users', { email: 'grace.hopper@example.com', name: 'G', role: 'agent' }],
    ['PATCH', '', {}],
  ])('cannot be given a password that is easy to guess (%s)', async (method, path, body) => {
    const user = await newUser();
    const answer = await asAdmin.raw(path === '' ? `/api/users/${user.id}` : path, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...body, password: 'Password-1234567' }),
    });
    expect(answer.status).toBe(400);
    expect(answer.body.error.details.fields).toMatchObject([{ path: 'password', rule: 'passwordStrength' }]);
  });
});

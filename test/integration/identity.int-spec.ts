import { createHash } from 'node:crypto';
import { Controller, Get, Module } from '@nestjs/common';
import { SessionsScheduler } from '../../src/identity/sessions.scheduler';
import type { ApiClient, TestUser } from '../api-client';
import { createTestDatabase } from '../test-database';
import { type TestApp, startTestApp } from '../test-app';

const PASSWORD = 'correct horse battery';

describe('identity', () => {
  let app: TestApp;
  let admin: TestUser;
  let asAdmin: ApiClient;
  beforeAll(async () => {
    app = await startTestApp();
    admin = await app.api.registerAdmin();
    asAdmin = app.api.as(admin);
  });
  afterAll(() => app.close());

  const refresh = (refreshToken: string) => app.api.post('/api/auth/refresh', { refreshToken });

  describe('registration', () => {
    it('makes the first user an admin', async () => {
      const me = await asAdmin.get('/api/auth/me');
      expect(me.body.data).toMatchObject({
        id: admin.id,
        email: 'admin@example.com',
        role: 'admin',
        via: 'password',
      });
      expect(me.text).not.toMatch(/hash|argon/i);
    });

    it('is closed to everybody after', async () => {
      const answer = await app.api.post('/api/auth/register', {
        email: 'b@example.com',
        password: PASSWORD,
        name: 'B',
      });
      expect([answer.status, answer.body.error.code]).toEqual([403, 'FORBIDDEN']);
    });

    it('has one winner when several come at once', async () => {
      const fresh = await startTestApp();
      try {
        const answers = await Promise.all(
          Array.from({ length: 8 }, (_, index) =>
            fresh.api.post('/api/auth/register', {
              email: `u${index}@example.com`,
              password: PASSWORD,
              name: 'U',
            }),
          ),
        );
        expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(7).fill(403)]);
        const rows: unknown[] = await fresh.db.query('SELECT role FROM users');
        expect(rows).toEqual([{ role: 'admin' }]);
      } finally {
        await fresh.close();
      }
    });

    it.each([
      [{ email: 'nobody', password: PASSWORD, name: 'N' }, 'email'],
      [{ email: 'n@example.com', password: 'short', name: 'N' }, 'password'],
      [{ email: 'n@example.com', password: 'x'.repeat(201), name: 'N' }, 'password'],
      [{ email: 'n@example.com', password: PASSWORD, name: '  ' }, 'name'],
      [{ email: 'n@example.com', password: 1234567890, name: 'N' }, 'password'],
      [{ email: 'n@example.com', password: PASSWORD, name: 'N', role: 'admin' }, 'role'],
    ])('refuses bad fields (%#)', async (body, path) => {
      const answer = await app.api.post('/api/auth/register', body);
      expect(answer.status).toBe(400);
      const fields = answer.body.error.details.fields as { path: string }[];
      expect(new Set(fields.map((field) => field.path))).toEqual(new Set([path]));
    });
  });

  describe('login', () => {
    it('takes the address in any case', async () => {
      const session = await app.api.login(' Admin@Example.COM ', PASSWORD);
      expect(session.id).toBe(admin.id);
    });

    it.each([
      ['admin@example.com', 'the wrong password'],
      ['nobody@example.com', PASSWORD],
    ])('refuses %s with %s in the same words', async (email, password) => {
      const answer = await app.api.post('/api/auth/login', { email, password });
      expect(answer.status).toBe(401);
      expect(answer.body.error).toEqual({
        code: 'UNAUTHORIZED',
        message: 'The e-mail address or the password is wrong.',
        details: {},
      });
    });
  });

  describe('credentials', () => {
    it.each<[string, Record<string, string>]>([
      ['none', {}],
      ['an empty one', { authorization: '' }],
      ['another scheme', { authorization: 'Basic YTpi' }],
      ['nonsense', { authorization: 'Bearer nonsense' }],
      ['an unsigned token', { authorization: `Bearer ${unsigned()}` }],
      ['an unknown API key', { 'x-api-key': 'mbb_unknown' }],
    ])('are refused: %s', async (_, headers) => {
      const answer = await app.api.with(headers).get('/api/auth/me');
      expect([answer.status, answer.body.error.code]).toEqual([401, 'UNAUTHORIZED']);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    });

    it('are refused when a letter of the signature differs', async () => {
      const { accessToken } = admin;
      const forged =
        accessToken.slice(0, -5) + (accessToken.at(-5) === 'A' ? 'B' : 'A') + accessToken.slice(-4);
      expect((await app.api.as({ accessToken: forged }).get('/api/auth/me')).status).toBe(401);
    });

    it('of a role too small are 403', async () => {
      const viewer = await asAdmin.createUser('viewer');
      const answer = await app.api.as(viewer).get('/api/users');
      expect([answer.status, answer.body.error.code]).toEqual([403, 'FORBIDDEN']);
    });
  });

  describe('refresh tokens', () => {
    it('work once, and a second use ends the whole login', async () => {
      const { refreshToken: first } = await app.api.login(admin.email, PASSWORD);
      const renewed = await refresh(first);
      expect(renewed.status).toBe(200);
      const second = String(renewed.body.data.refreshToken);
      expect((await refresh(first)).status).toBe(401);
      expect((await refresh(second)).status).toBe(401);
    });

    it('used several times at once work exactly once', async () => {
      const { refreshToken } = await app.api.login(admin.email, PASSWORD);
      const answers = await Promise.all(Array.from({ length: 6 }, () => refresh(refreshToken)));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401, 401, 401]);
      const winner = answers.find(({ status }) => status === 200);
      expect((await refresh(String(winner?.body.data.refreshToken))).status).toBe(401);
    });

    it('of one login do not end another', async () => {
      const one = await app.api.login(admin.email, PASSWORD);
      const other = await app.api.login(admin.email, PASSWORD);
      await refresh(one.refreshToken);
      await refresh(one.refreshToken);
      expect((await refresh(other.refreshToken)).status).toBe(200);
    });

    it('end with the logout, which may be repeated', async () => {
      const { refreshToken } = await app.api.login(admin.email, PASSWORD);
      for (let times = 0; times < 2; times++) {
        const answer = await app.api.post('/api/auth/logout', { refreshToken });
        expect([answer.status, answer.body.data]).toEqual([200, { loggedOut: true }]);
      }
      expect((await refresh(refreshToken)).status).toBe(401);
    });

    it('expire', async () => {
      const { refreshToken } = await app.api.login(admin.email, PASSWORD);
      await app.db.query(
        'UPDATE refresh_tokens SET expires_at = now() WHERE used_at IS NULL AND revoked_at IS NULL',
      );
      expect((await refresh(refreshToken)).status).toBe(401);
    });

    it('are forgotten once they have expired, not once they were used', async () => {
      const { refreshToken } = await app.api.login(admin.email, PASSWORD);
      await refresh(refreshToken);
      const count = async () => {
        const rows: unknown[] = await app.db.query('SELECT 1 FROM refresh_tokens WHERE used_at IS NOT NULL');
        return rows.length;
      };
      const before = await count();
      await app.db.query(
        `UPDATE refresh_tokens SET expires_at = now() - interval '1 s' WHERE token_hash = $1`,
        [createHash('sha256').update(refreshToken).digest()],
      );
      await app.app.get(SessionsScheduler).forgetExpired();
      expect(await count()).toBe(before - 1);
    });

    it('are stored as hashes only', async () => {
      const { refreshToken } = await app.api.login(admin.email, PASSWORD);
      const rows: unknown[] = await app.db.query('SELECT * FROM refresh_tokens');
      expect(JSON.stringify(rows)).not.toContain(refreshToken);
    });
  });
});

it('refuses to start while a handler does not say who may call it', async () => {
  @Controller('forgotten')
  class ForgottenController {
    @Get() open(): string {
      return 'oops';
    }
  }
  @Module({ controllers: [ForgottenController] })
  class ForgottenModule {}

  const database = await createTestDatabase();
  try {
    await expect(startTestApp({ modules: [ForgottenModule], database })).rejects.toThrow(
      'ForgottenController.open',
    );
  } finally {
    await database.drop();
  }
});

function unsigned(): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none', typ: 'JWT' })}.${part({ sub: '0199f3a2-7c1e-7b52-9d6b-3f1f8f4f2a10', exp: 9999999999 })}.`;
}

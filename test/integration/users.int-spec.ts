import type { ApiClient, TestUser } from '../api-client';
import { type TestApp, startTestApp } from '../test-app';

const PASSWORD = 'correct horse battery';

describe('an admin', () => {
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

  describe('API keys', () => {
    const create = (client: ApiClient, body: Record<string, unknown> = {}) =>
      client.post('/api/auth/api-keys', { name: 'Warehouse', role: 'agent', ...body });

    it('are shown once and act with their own role', async () => {
      const created = await create(asAdmin, { role: 'viewer' });
      expect(created.status).toBe(201);
      const key = String(created.body.data.key);
      const byKey = app.api.withApiKey(key);
      expect((await byKey.get('/api/auth/me')).body.data).toMatchObject({
        id: admin.id,
        role: 'viewer',
        via: 'api-key',
      });
      expect((await byKey.get('/api/users')).status).toBe(403);
      const list = await asAdmin.get('/api/auth/api-keys');
      expect(list.text).toContain(String(created.body.data.id));
      expect(list.text).not.toContain(key);
      const rows: unknown[] = await app.db.query('SELECT * FROM api_keys');
      expect(JSON.stringify(rows)).not.toContain(key);
    });

    it('note their use, once a minute', async () => {
      const { key, id } = (await create(asAdmin)).body.data as { key: string; id: string };
      const usedAt = async () => {
        await app.api.withApiKey(key).get('/api/auth/me');
        const rows: { last_used_at: Date }[] = await app.db.query(
          'SELECT last_used_at FROM api_keys WHERE id = $1',
          [id],
        );
        return rows[0]?.last_used_at.getTime();
      };
      const first = await usedAt();
      expect(first).toEqual(expect.any(Number));
      expect(await usedAt()).toBe(first);
      await app.db.query(`UPDATE api_keys SET last_used_at = now() - interval '2 minutes' WHERE id = $1`, [
        id,
      ]);
      expect(await usedAt()).toBeGreaterThanOrEqual(first!);
    });

    it('cannot be more than their owner, now or later', async () => {
      const agent = await asAdmin.createUser('agent');
      const asAgent = app.api.as(agent);
      expect((await create(asAgent, { role: 'admin' })).status).toBe(403);
      const key = String((await create(asAgent, { role: 'agent' })).body.data.key);
      await asAdmin.patch(`/api/users/${agent.id}`, { role: 'viewer' });
      expect((await app.api.withApiKey(key).get('/api/auth/me')).body.data.role).toBe('viewer');
    });

    it('cannot make further keys', async () => {
      const key = String((await create(asAdmin, { role: 'admin' })).body.data.key);
      expect((await create(app.api.withApiKey(key))).status).toBe(403);
    });

    it('are refused once expired or revoked', async () => {
      const expiring = (await create(asAdmin, { expiresAt: new Date(Date.now() + 60_000).toISOString() }))
        .body.data;
      await app.db.query('UPDATE api_keys SET expires_at = now() WHERE id = $1', [expiring.id]);
      const revoked = (await create(asAdmin)).body.data;
      expect((await asAdmin.delete(`/api/auth/api-keys/${String(revoked.id)}`)).body).toEqual({
        success: true,
        data: null,
      });
      for (const { key } of [expiring, revoked])
        expect((await app.api.withApiKey(String(key)).get('/api/auth/me')).status).toBe(401);
      expect((await asAdmin.delete(`/api/auth/api-keys/${String(revoked.id)}`)).status).toBe(404);
    });

    it.each(['2001-01-01T00:00:00Z', 'tomorrow', 5])('refuse the expiry %j', async (expiresAt) => {
      const answer = await create(asAdmin, { expiresAt });
      expect(answer.status).toBe(400);
      const paths = (answer.body.error.details.fields as { path: string }[]).map(({ path }) => path);
      expect(new Set(paths)).toEqual(new Set(['expiresAt']));
    });

    it("of somebody else cannot be revoked, nor told from ones that don't exist", async () => {
      const viewer = await asAdmin.createUser('viewer');
      const { id } = (await create(asAdmin)).body.data;
      expect((await app.api.as(viewer).delete(`/api/auth/api-keys/${String(id)}`)).status).toBe(404);
    });

    it('beside a token must be of the same user, and the smaller role counts', async () => {
      const agent = await asAdmin.createUser('agent');
      const own = String((await create(asAdmin, { role: 'viewer' })).body.data.key);
      expect((await asAdmin.withApiKey(own).get('/api/auth/me')).body.data).toMatchObject({ role: 'viewer' });
      expect((await app.api.as(agent).withApiKey(own).get('/api/auth/me')).status).toBe(401);
      expect((await asAdmin.withApiKey('mbb_wrong').get('/api/auth/me')).status).toBe(401);
    });
  });

  describe('users', () => {
    it('are made, listed, changed and removed by an admin', async () => {
      const created = await asAdmin.post('/api/users', {
        email: 'Grace@Example.com',
        password: PASSWORD,
        name: 'Grace',
        role: 'agent',
      });
      expect(created.status).toBe(201);
      expect(created.body.data).toMatchObject({ email: 'grace@example.com', role: 'agent', external: false });
      const path = `/api/users/${String(created.body.data.id)}`;
      expect((await asAdmin.get(path)).body.data).toEqual(created.body.data);
      expect((await asAdmin.patch(path, { name: 'Grace H.' })).body.data).toMatchObject({ name: 'Grace H.' });
      const list = await asAdmin.get('/api/users?limit=1');
      expect(list.body.data).toMatchObject({
        users: [{ id: admin.id }],
        pagination: { limit: 1, offset: 0, nextOffset: 1 },
      });
      expect((await asAdmin.delete(path)).body).toEqual({ success: true, data: null });
      expect((await asAdmin.get(path)).status).toBe(404);
      expect((await asAdmin.delete(path)).status).toBe(404);
    });

    it('cannot share an e-mail address, until its owner is removed', async () => {
      const agent = await asAdmin.createUser('agent', 'taken@example.com');
      const again = { email: 'TAKEN@example.com', password: PASSWORD, name: 'T', role: 'viewer' };
      const refused = await asAdmin.post('/api/users', again);
      expect([refused.status, refused.body.error.code]).toEqual([409, 'CONFLICT']);
      expect((await asAdmin.patch(`/api/users/${admin.id}`, { email: 'taken@example.com' })).status).toBe(
        409,
      );
      await asAdmin.delete(`/api/users/${agent.id}`);
      expect((await asAdmin.post('/api/users', again)).status).toBe(201);
    });

    it.each([
      { role: 'owner' },
      { role: null },
      { email: null },
      { name: '' },
      { id: 'x' },
      { password: 'short' },
    ])('are not changed to %j', async (changes) => {
      const answer = await asAdmin.patch(`/api/users/${admin.id}`, changes);
      expect([answer.status, answer.body.error.code]).toEqual([400, 'VALIDATION_FAILED']);
    });

    it('lose every credential with their removal', async () => {
      const agent = await asAdmin.createUser('agent');
      const asAgent = app.api.as(agent);
      const created = await asAgent.post('/api/auth/api-keys', { name: 'K', role: 'viewer' });
      await asAdmin.delete(`/api/users/${agent.id}`);
      expect((await asAgent.get('/api/auth/me')).status).toBe(401);
      expect((await app.api.withApiKey(String(created.body.data.key)).get('/api/auth/me')).status).toBe(401);
      expect((await refresh(agent.refreshToken)).status).toBe(401);
      const login = { email: agent.email, password: agent.password };
      expect((await app.api.post('/api/auth/login', login)).status).toBe(401);
    });

    it('are logged out by a new password, and their role counts at once', async () => {
      const agent = await asAdmin.createUser('agent');
      await asAdmin.patch(`/api/users/${agent.id}`, { password: 'another good password', role: 'admin' });
      expect((await refresh(agent.refreshToken)).status).toBe(401);
      expect((await app.api.as(agent).get('/api/users')).status).toBe(200);
      await asAdmin.delete(`/api/users/${agent.id}`);
    });

    it('always keep one admin, also when two go at once', async () => {
      for (const attempt of [
        asAdmin.delete(`/api/users/${admin.id}`),
        asAdmin.patch(`/api/users/${admin.id}`, { role: 'agent' }),
      ])
        expect((await attempt).body.error).toMatchObject({ code: 'CONFLICT' });
      const other = await asAdmin.createUser('admin');
      const answers = await Promise.all([
        asAdmin.patch(`/api/users/${other.id}`, { role: 'agent' }),
        app.api.as(other).patch(`/api/users/${admin.id}`, { role: 'agent' }),
      ]);
      const statuses = answers.map(({ status }) => status).sort();
      expect([
        [200, 409],
        [200, 403],
      ]).toContainEqual(statuses);
      const rows: unknown[] = await app.db.query(
        `SELECT 1 FROM users WHERE role = 'admin' AND deleted_at IS NULL`,
      );
      expect(rows).toHaveLength(1);
      await app.db.query(`UPDATE users SET role = 'admin' WHERE id = $1`, [admin.id]);
    });
  });
});

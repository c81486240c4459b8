import { JobQueue } from '../../src/queue/job-queue';
import type { ApiAnswer, TestUser } from '../api-client';
import { eventually } from '../eventually';
import { type TestApp, startTestApp } from '../test-app';

// Several applications start, one after the other.
jest.setTimeout(180_000);

const BOARD = '/admin/queues';

describe('the dashboard of the queues', () => {
  let app: TestApp;
  let admin: TestUser;
  beforeAll(async () => {
    app = await startTestApp({ env: { QUEUE_DASHBOARD: 'on' } });
    admin = await app.api.registerAdmin();
  });
  afterAll(() => app.close());

  const page = (cookie?: string, path = BOARD): Promise<ApiAnswer> =>
    app.api.with({ accept: 'text/html', ...(cookie === undefined ? {} : { cookie }) }).get(path);
  const logIn = (
    form: Record<string, string>,
    headers: Record<string, string> = { origin: app.url },
  ): Promise<ApiAnswer> =>
    app.api.raw('/admin/login', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: new URLSearchParams(form).toString(),
    });
  const cookieOf = ({ headers }: ApiAnswer): string => headers.get('set-cookie')?.split(';')[0] ?? '';
  const cookieFor = async ({ email, password }: TestUser): Promise<string> =>
    cookieOf(await logIn({ email, password }));
  const queues = (cookie: string): Promise<ApiAnswer> =>
    app.api.with({ cookie }).get(`${BOARD}/api/queues?activeQueue=template-sync&page=1`);

  it('shows nobody anything without a login: browsers the way in, programs a 401', async () => {
    for (const path of [BOARD, `${BOARD}/`, `${BOARD}/queue/outbox`]) {
      const answer = await page(undefined, path);
      expect([answer.status, answer.headers.get('location')]).toEqual([303, '/admin/login']);
    }
    for (const path of [`${BOARD}/api/queues`, `${BOARD}/static/js/main.js`, `${BOARD}/api/redis/stats`]) {
      const answer = await app.api.get(path);
      expect([answer.status, answer.body.error.code]).toEqual([401, 'UNAUTHORIZED']);
    }
    const forged = await queues('admin_session=v1.test.AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAA');
    expect(forged.status).toBe(401);
    expect((await queues(`admin_session=${admin.accessToken}`)).status).toBe(401);
  });

  it('is a page that loads nothing, with a form that leads to this service', async () => {
    const answer = await page(undefined, '/admin/login');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(answer.text).toContain('<form method="post" action="/admin/login">');
  });

  it('lets an administrator in with a cookie that scripts, other sites and the API do not get', async () => {
    const answer = await logIn({ email: admin.email, password: admin.password });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, BOARD]);
    const cookie = answer.headers.get('set-cookie') ?? '';
    for (const attribute of ['Path=/admin', 'HttpOnly', 'SameSite=Strict'])
      expect(cookie.split('; ')).toContain(attribute);
    expect(Number(/Max-Age=(\d+)/.exec(cookie)?.[1])).toBeLessThanOrEqual(900);
    const value = cookieOf(answer).replace('admin_session=', '');
    expect((await app.api.with({ authorization: `Bearer ${value}` }).get('/api/auth/me')).status).toBe(401);
  });

  it('shows an administrator the queues with their jobs, under a policy of its own', async () => {
    await app.app
      .get(JobQueue, { strict: false })
      .add('template-sync', 'sync', { accountId: 'account-1', wabaId: 'waba-1' }, { delayMs: 600_000 });
    const cookie = await cookieFor(admin);
    const shown = await page(cookie);
    expect(shown.status).toBe(200);
    expect(shown.text).toContain('<base href="/admin/queues/"');
    const policy = shown.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain('googleapis');
    const script = /src="(static\/js\/main[^"]+)"/.exec(shown.text)?.[1] ?? '';
    expect((await page(cookie, `${BOARD}/${script}`)).headers.get('content-type')).toContain('javascript');
    const answer = await queues(cookie);
    const { queues: listed } = answer.body as unknown as {
      queues: { name: string; counts: Record<string, number> }[];
    };
    expect(listed.map(({ name }) => name)).toEqual(expect.arrayContaining(['outbox', 'message-sending']));
    expect(listed.find(({ name }) => name === 'template-sync')?.counts.delayed).toBe(1);
  });

  it('leaves the policy of the API as it is', async () => {
    const { headers } = await app.api.get('/health/live');
    expect(headers.get('content-security-policy')).toContain("script-src 'self'");
    expect(headers.get('set-cookie')).toBeNull();
  });

  it('does what an administrator wants from its own pages alone', async () => {
    const cookie = await cookieFor(admin);
    const pause = (headers: Record<string, string>): Promise<ApiAnswer> =>
      app.api.with({ cookie, ...headers }).raw(`${BOARD}/api/queues/reports/pause`, { method: 'PUT' });
    for (const headers of [{}, { origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }])
      expect((await pause(headers)).status).toBe(403);
    expect((await pause({ origin: app.url })).status).toBe(200);
    const deeds = await eventually(
      () =>
        app.db.query("SELECT actor_id, resource_id, outcome FROM audit_events WHERE action = 'queue.act'"),
      (rows: { outcome: string }[]) => rows.every(({ outcome }) => outcome !== 'unknown'),
    );
    // What was refused was not begun.
    expect(deeds).toEqual([
      { actor_id: admin.id, resource_id: 'queues/reports/pause', outcome: 'succeeded' },
    ]);
    const { queues: listed } = (await queues(cookie)).body as unknown as {
      queues: { name: string; isPaused: boolean }[];
    };
    expect(listed.filter(({ isPaused }) => isPaused).map(({ name }) => name)).toEqual(['reports']);
  });

  it('refuses a login from the page of another site', async () => {
    const { email, password } = admin;
    for (const headers of [{}, { origin: 'https://evil.example' }]) {
      const answer = await logIn({ email, password }, headers);
      expect([answer.status, answer.headers.get('set-cookie')]).toEqual([403, null]);
    }
  });

  it('turns away wrong passwords, agents, and tokens that are none, and says so on the page', async () => {
    const agent = await app.api.as(admin).createUser('agent');
    const tries = [
      [await logIn({ email: admin.email, password: 'wrong password' }), 401],
      [await logIn({ accessToken: 'nonsense' }), 401],
      [await logIn({ email: agent.email, password: agent.password }), 403],
      [await logIn({ accessToken: agent.accessToken }), 403],
    ] as const;
    for (const [answer, status] of tries) {
      expect(answer.status).toBe(status);
      expect(answer.headers.get('set-cookie')).toBeNull();
      expect(answer.text).toContain('role="alert"');
    }
  });

  it('takes the access token of an administrator as well', async () => {
    const cookie = cookieOf(await logIn({ accessToken: admin.accessToken }));
    expect((await queues(cookie)).status).toBe(200);
  });

  it('ends at once with the role, the user and the login', async () => {
    const first = await app.api.as(admin).createUser('admin');
    const cookie = await cookieFor(first);
    expect((await queues(cookie)).status).toBe(200);
    await app.api.as(admin).patch(`/api/users/${first.id}`, { role: 'agent' });
    expect((await queues(cookie)).status).toBe(403);
    await app.api.as(admin).delete(`/api/users/${first.id}`);
    expect((await queues(cookie)).status).toBe(401);

    const second = await app.api.as(admin).createUser('admin');
    const held = await cookieFor(second);
    const out = await app.api
      .with({ cookie: held, origin: app.url })
      .raw('/admin/logout', { method: 'POST' });
    expect([out.status, out.headers.get('location')]).toEqual([303, '/admin/login']);
    expect(out.headers.get('set-cookie')).toContain('Max-Age=0');
    expect((await queues(held)).status).toBe(401);
  });
});

describe('the dashboard of the queues by its setting', () => {
  it('lets nobody act while it is read-only, which it is by itself', async () => {
    const app = await startTestApp();
    try {
      const admin = await app.api.registerAdmin();
      const answer = await app.api.raw('/admin/login', {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', origin: app.url },
        body: new URLSearchParams({ accessToken: admin.accessToken }).toString(),
      });
      const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
      const inside = app.api.with({ cookie, origin: app.url });
      expect((await inside.get(`${BOARD}/api/queues`)).status).toBe(200);
      expect((await inside.raw(`${BOARD}/api/queues/reports/pause`, { method: 'PUT' })).status).toBe(403);
    } finally {
      await app.close();
    }
  });

  it('is not there when it is off, nor in a process without the role api', async () => {
    for (const env of [{ QUEUE_DASHBOARD: 'off' }, { APP_ROLES: 'worker,scheduler' }]) {
      const app = await startTestApp({ env });
      try {
        for (const path of [BOARD, `${BOARD}/api/queues`, '/admin/login'])
          expect((await app.api.get(path)).status).toBe(404);
      } finally {
        await app.close();
      }
    }
  });
});

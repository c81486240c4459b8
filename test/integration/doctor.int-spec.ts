import { runDoctor } from '../../src/doctor/doctor.command';
import type { DoctorReport } from '../../src/doctor/doctor-report';
import type { ApiClient } from '../api-client';
import { DOCTOR, aShop, clearWorld, complaints, examined } from '../factories/doctor.factory';
import { sandboxOf } from '../factories/meta-login';
import { customerWrites } from '../factories/messaging.factory';
import type { Messenger } from '../factories/messaging.factory';
import { type TestApp, startTestApp } from '../test-app';

jest.setTimeout(120_000);

let app: TestApp;
let admin: ApiClient;
let shop: Messenger;

beforeAll(async () => {
  app = await startTestApp({ sandbox: true, env: { META_TIMEOUT_MS: '4000' } });
  admin = app.api.as(await app.api.registerAdmin());
  await clearWorld(app);
  shop = await aShop(app, admin);
  await customerWrites(app);
});
afterAll(() => app.close());

const storedDeliveries = async (): Promise<number> => {
  const rows: { count: number }[] = await app.db.query(
    'SELECT count(*)::int AS count FROM webhook_deliveries',
  );
  return rows[0]?.count ?? 0;
};

async function command(...options: string[]): Promise<{ code: number; said: string }> {
  const said: string[] = [];
  const code = await runDoctor(app.env, options, (text) => said.push(text));
  return { code, said: said.join('\n') };
}

describe('where all is well', () => {
  it('the doctor finds nothing, neither in the service nor in the account', async () => {
    const service = await examined(admin);
    expect(complaints(service)).toEqual([]);
    const checks = new Set(service.findings.map(({ check }) => check));
    for (const check of ['meta-app', 'clock', 'graph-version', 'callback-verification', 'callback-delivery'])
      expect(checks).toContain(check);
    for (const check of ['app-subscription', 'role-worker', 'queues', 'redis', 'database', 'partitions'])
      expect(checks).toContain(check);

    const account = await examined(shop.client, shop.accountId);
    expect(complaints(account)).toEqual([]);
    expect(account.findings.filter(({ check }) => check === 'phone-number')).toHaveLength(1);
    expect(account.findings.filter(({ check }) => check === 'asset-subscription').length).toBeGreaterThan(1);
  });

  it('looking changes nothing: neither at Meta, nor in the inbox from the second time on', async () => {
    await examined(admin);
    const before = await storedDeliveries();
    sandboxOf(app).clearCalls();
    await examined(admin);
    await examined(shop.client, shop.accountId);
    expect(
      sandboxOf(app)
        .calls()
        .filter(({ method }) => method !== 'GET'),
    ).toEqual([]);
    expect(await storedDeliveries()).toBe(before);
  });

  it('a canary goes all the way and does nothing on its way', async () => {
    const before = await app.db.query<unknown[]>('SELECT id FROM messages');
    const report = await examined(admin, undefined, true);
    const canary = report.findings.find(({ check }) => check === 'canary');
    expect(canary).toMatchObject({
      severity: 'ok',
      evidence: {
        answered: 200,
        state: 'ignored',
        reason: 'canary',
        storedAfterMs: expect.any(Number) as unknown,
        processedAfterMs: expect.any(Number) as unknown,
      },
    });
    const id = String(canary?.evidence.deliveryId);
    const listed = await admin.get<{ state: string; object: string }>(`/api/meta/webhook/deliveries/${id}`);
    expect(listed.body.data).toMatchObject({ state: 'ignored', object: 'meta_backend_canary' });
    expect(await app.db.query('SELECT id FROM messages')).toEqual(before);
  });
});

describe('who is told what', () => {
  it('an admin is told of the service and of no account; others of their own account', async () => {
    const service = (await admin.get<DoctorReport>(DOCTOR)).body.data;
    expect(service.accountId).toBeNull();
    const told = JSON.stringify(service);
    expect(told).not.toContain(shop.accountId);
    expect(told).not.toContain('Demo Page');

    const own = (await shop.client.get<DoctorReport>(DOCTOR)).body.data;
    expect(own.accountId).toBe(shop.accountId);
    expect(own.findings.map(({ check }) => check)).not.toContain('redis');
    const work = own.findings.find(({ check }) => check === 'role-worker');
    expect(work).toMatchObject({ severity: 'ok', evidence: {} });
  });

  it('somebody else’s account is not there, for admins neither, and viewers are not let in', async () => {
    const query = `?accountId=${shop.accountId}`;
    expect((await admin.get(DOCTOR + query)).status).toBe(404);
    const stranger = app.api.as(await admin.createUser('agent'));
    expect((await stranger.get(DOCTOR + query)).status).toBe(404);
    expect((await stranger.post(`${DOCTOR}/run`, { accountId: shop.accountId })).status).toBe(404);
    const viewer = app.api.as(await admin.createUser('viewer'));
    expect((await viewer.get(DOCTOR)).status).toBe(403);
    expect((await app.api.get(DOCTOR)).status).toBe(401);
  });

  it('no secret is in it', async () => {
    const text = JSON.stringify([
      await examined(admin, undefined, true),
      await examined(shop.client, shop.accountId),
    ]);
    const tokens = sandboxOf(app)
      .tokens()
      .map(({ token }) => token);
    const secrets = [app.env.META_APP_SECRET ?? '', app.env.JWT_SECRET ?? '', 'a-verify-token', ...tokens];
    expect(tokens.length).toBeGreaterThan(0);
    for (const secret of secrets) expect(text).not.toContain(secret);
  });

  it('a page that polls makes Meta be asked once', async () => {
    await admin.get(DOCTOR);
    sandboxOf(app).clearCalls();
    const [first, second] = await Promise.all([admin.get(DOCTOR), admin.get(DOCTOR)]);
    expect(first.body).toEqual(second.body);
    expect(sandboxOf(app).calls()).toEqual([]);
  });
});

describe('npm run doctor', () => {
  it('tells of the service and of every account beside the running installation, and ends with 0', async () => {
    const { code, said } = await command('--json');
    const report = JSON.parse(said) as DoctorReport;
    expect(complaints(report)).toEqual([]);
    expect(code).toBe(0);
    const numbers = report.findings.filter(({ check }) => check === 'phone-number');
    expect(numbers).toMatchObject([{ evidence: { accountId: shop.accountId } }]);
  });

  it('says it in words, too, and what is to be done', async () => {
    sandboxOf(app).updatePhoneNumber({ status: 'BANNED', silent: true });
    const { code, said } = await command('--account', shop.accountId);
    sandboxOf(app).updatePhoneNumber({ status: 'CONNECTED', silent: true });
    expect(code).toBe(1);
    expect(said).toMatch(/ERROR +phone number \+1 555-078-3881: Meta has the number as BANNED/);
    expect(said).toMatch(/To do: See the number in WhatsApp Manager/);
    expect(said).toMatch(/\d+ findings in .* s: 1 errors, 0 warnings/);
  });

  it.each([
    ['an unknown option', ['--yaml'], /npm run doctor/],
    ['an account that is none', ['--account', '7'], /npm run doctor/],
    [
      'an account that is not there',
      ['--account', '00000000-0000-7000-8000-000000000000'],
      /no such account/,
    ],
  ])('ends with 1 for %s', async (_, options, words) => {
    const { code, said } = await command(...options);
    expect(code).toBe(1);
    expect(said).toMatch(words);
  });

  it('names what is wrong before the application can be put together', async () => {
    const of = async (env: Record<string, string>): Promise<DoctorReport> => {
      const said: string[] = [];
      const code = await runDoctor({ ...app.env, ...env }, ['--json'], (text) => said.push(text));
      expect(code).toBe(1);
      return JSON.parse(said.join('')) as DoctorReport;
    };
    expect(complaints(await of({ META_APP_ID: 'none', ENCRYPTION_KEYS: '' }))).toMatchObject([
      { check: 'settings', severity: 'error' },
      { check: 'settings', severity: 'error' },
    ]);
    const away = await of({
      DATABASE_URL: 'postgres://nobody@127.0.0.1:9/x',
      REDIS_URL: 'redis://127.0.0.1:9',
    });
    expect(complaints(away)).toMatchObject([
      { check: 'database', title: 'PostgreSQL cannot be reached' },
      { check: 'redis', title: 'Redis does not answer' },
    ]);
    const url = new URL(app.env.DATABASE_URL ?? '');
    url.pathname = '/postgres';
    const empty = await of({ DATABASE_URL: url.href });
    expect(complaints(empty)).toMatchObject([{ check: 'migrations', severity: 'error' }]);
  });
});

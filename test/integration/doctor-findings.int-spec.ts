import { SEED } from '../../sandbox/world-seed';
import { runDoctor } from '../../src/doctor/doctor.command';
import type { DoctorReport } from '../../src/doctor/doctor-report';
import { type Finding, worstOf } from '../../src/doctor/finding';
import { RedisFacts } from '../../src/queue/redis-facts';
import type { ApiClient } from '../api-client';
import { eventually } from '../eventually';
import { DOCTOR, aShop, clearWorld, complaints, examined } from '../factories/doctor.factory';
import {
  MESSENGER_MESSAGES,
  aDirectText,
  directMessageWhen,
  personWrites,
  sendDirect,
} from '../factories/direct-sending.factory';
import { sandboxOf } from '../factories/meta-login';
import { CUSTOMER, type Messenger } from '../factories/messaging.factory';
import {
  redirectWaba,
  subscribeApp,
  unsubscribeApp,
  unsubscribeWaba,
} from '../factories/webhook-gaps.factory';
import { deliver } from '../signed-webhook';
import { TEST_APP_ID, type TestApp, startTestApp } from '../test-app';

jest.setTimeout(120_000);

const WHATSAPP = 'whatsapp_business_account';

let app: TestApp;
let admin: ApiClient;
let shop: Messenger;

beforeAll(async () => {
  app = await startTestApp({ sandbox: true, env: { META_TIMEOUT_MS: '4000' } });
  admin = app.api.as(await app.api.registerAdmin());
});
afterAll(() => app.close());
beforeEach(async () => {
  await clearWorld(app);
  shop = await aShop(app, admin);
});
afterEach(() => {
  jest.restoreAllMocks();
});

const service = (): Promise<DoctorReport> => examined(admin);
const account = (): Promise<DoctorReport> => examined(shop.client, shop.accountId);
/** The one finding of a check that is not well. */
function found({ findings }: DoctorReport, check: string): Finding | undefined {
  return findings.find((finding) => finding.check === check && finding.severity !== 'ok');
}

describe('what is wrong between Meta and this service', () => {
  it('nothing, before something is broken', async () => {
    expect(complaints(await service())).toEqual([]);
    expect(complaints(await account())).toEqual([]);
  });

  it('1 the app’s address at Meta is another one', async () => {
    const elsewhere = `${app.url}/api/whatsapp/webhook`;
    await subscribeApp(app, {
      object: WHATSAPP,
      callback_url: elsewhere,
      verify_token: 'a-verify-token',
      fields: 'messages',
    });
    const words = new RegExp(`sends ${WHATSAPP} to ${elsewhere} instead of .*/api/meta/webhook/events`);
    for (const report of [await service(), await account()])
      expect(found(report, 'app-subscription')).toMatchObject({
        severity: 'error',
        explanation: expect.stringMatching(words) as unknown,
        fix: expect.stringContaining('POST /api/meta/webhook/subscriptions/check') as unknown,
        evidence: { callbackUrl: elsewhere },
      });
  });

  it('2 a field is missing there', async () => {
    await subscribeApp(app, {
      object: WHATSAPP,
      callback_url: `${app.url}/api/meta/webhook/events`,
      verify_token: 'a-verify-token',
      fields: 'account_update',
    });
    expect(found(await service(), 'app-subscription')).toMatchObject({
      severity: 'error',
      explanation: expect.stringMatching(/does not send these fields of .*: messages,/) as unknown,
    });
  });

  it('3 the app is not subscribed at all', async () => {
    await unsubscribeApp(app, { object: WHATSAPP });
    expect(found(await service(), 'app-subscription')).toMatchObject({
      severity: 'error',
      explanation: expect.stringContaining('the app is not subscribed to it') as unknown,
    });
  });

  it('4 the WhatsApp Business Account is not subscribed', async () => {
    await unsubscribeWaba(app);
    expect(found(await account(), 'asset-subscription')).toMatchObject({
      severity: 'error',
      subject: `WhatsApp Business Account ${SEED.wabaId}`,
      explanation: expect.stringContaining('its subscription is gone') as unknown,
    });
    // It says so and leaves it so.
    expect(found(await account(), 'asset-subscription')?.severity).toBe('error');
  });

  it('5 its messages are sent to somebody else', async () => {
    const elsewhere = `${app.url}/api/whatsapp/webhook`;
    await redirectWaba(app, elsewhere, 'a-verify-token');
    const report = await account();
    expect(found(report, 'asset-subscription')?.explanation).toContain(`to ${elsewhere} instead of here`);
    expect(found(report, 'callback-override')).toMatchObject({
      severity: 'error',
      evidence: { effectiveUrl: elsewhere },
    });
  });

  it('6 the token has expired', async () => {
    for (const { token } of sandboxOf(app).tokens()) sandboxOf(app).expireToken(token);
    const report = await account();
    expect(found(report, 'token')).toMatchObject({
      severity: 'error',
      title: 'Meta no longer takes the token (token_expired)',
      fix: expect.stringContaining('Connect the account again') as unknown,
    });
    // What a dead token cannot tell is not made up.
    expect(report.findings.map(({ check }) => check)).not.toContain('phone-number');
  });

  it('7 a permission was taken back', async () => {
    sandboxOf(app).revokePermission({ permission: 'whatsapp_business_messaging' });
    expect(found(await account(), 'permissions')).toMatchObject({
      severity: 'error',
      title: 'Permissions are missing: whatsapp_business_messaging',
      explanation: expect.stringContaining('taken back at Meta') as unknown,
    });
  });

  it('8 the number is not registered', async () => {
    sandboxOf(app).updatePhoneNumber({ status: 'DISCONNECTED', silent: true });
    expect(found(await account(), 'phone-number')).toMatchObject({
      severity: 'error',
      title: 'The number is not registered at the Cloud API (DISCONNECTED)',
      fix: expect.stringContaining('/register') as unknown,
    });
  });

  it('9 the Page is not subscribed', async () => {
    sandboxOf(app).unsubscribe({ pageId: SEED.pageId });
    expect(found(await account(), 'asset-subscription')).toMatchObject({
      severity: 'error',
      subject: `Page ${SEED.pageId}`,
      explanation: expect.stringMatching(/sends nothing of the Page .* subscription is gone/) as unknown,
    });
  });

  it('10 the app secret is another one: Meta refuses it, and deliveries are wrongly signed', async () => {
    sandboxOf(app).updateApp(TEST_APP_ID, { appSecret: 'another-secret' });
    expect(sandboxOf(app).playMessage({ from: CUSTOMER }).told).toBe(1);
    const report = await eventually(service, (each) => found(each, 'signatures') !== undefined);
    expect(found(report, 'signatures')).toMatchObject({
      severity: 'error',
      title: expect.stringMatching(/^\d+ deliveries had a wrong signature$/) as unknown,
      explanation: expect.stringContaining('META_APP_SECRET is very likely not the secret') as unknown,
    });
    expect(found(report, 'meta-app')).toMatchObject({
      severity: 'error',
      title: 'Meta refuses the app id or the app secret',
    });
  });

  it('11 the public address cannot be reached', async () => {
    const said: string[] = [];
    const env = { ...app.env, PUBLIC_URL: 'http://127.0.0.1:9' };
    expect(await runDoctor(env, ['--json'], (text) => said.push(text))).toBe(1);
    const report = JSON.parse(said.join('')) as DoctorReport;
    expect(found(report, 'callback-reachable')).toMatchObject({
      severity: 'error',
      title: 'The public address cannot be reached',
      explanation: expect.stringMatching(/nothing listens there|connection failed/) as unknown,
    });
  });

  it('12 the clock is wrong', async () => {
    sandboxOf(app).configure({ dates: { skewMs: -10 * 60_000 } });
    expect(found(await service(), 'clock')).toMatchObject({
      severity: 'error',
      title: 'The clock is 10 min fast',
    });
    sandboxOf(app).configure({ dates: { skewMs: 60_000 } });
    expect(found(await service(), 'clock')).toMatchObject({ severity: 'warning' });
  });

  it('13 deliveries come for a number that nobody connected', async () => {
    const change = { field: 'messages', value: { metadata: { phone_number_id: '4242' }, messages: [{}] } };
    const body = { object: WHATSAPP, entry: [{ id: '2424', changes: [{ ...change }] }] };
    Object.assign(body.entry[0]?.changes[0]?.value ?? {}, {
      messaging_product: 'whatsapp',
      contacts: [{ wa_id: '16505551234', profile: { name: 'Ana' } }],
      messages: [
        { id: 'wamid.q', from: '16505551234', timestamp: '1767225600', type: 'text', text: { body: 'x' } },
      ],
    });
    expect((await deliver(app.api, JSON.stringify(body))).status).toBe(200);
    const report = await eventually(service, (each) => found(each, 'quarantine') !== undefined);
    expect(found(report, 'quarantine')).toMatchObject({
      severity: 'warning',
      title: '1 deliveries are for what nobody here has connected',
      explanation: expect.stringContaining('phone_number 4242') as unknown,
    });
  });

  it('14 Redis may throw jobs away', async () => {
    const facts = app.app.get(RedisFacts, { strict: false });
    const reading = await facts.read();
    if (reading === null) throw new Error('Redis did not answer');
    jest
      .spyOn(facts, 'read')
      .mockResolvedValue({ ...reading, evictionPolicy: 'allkeys-lru', maxMemoryBytes: 1e9 });
    expect(found(await service(), 'redis')).toMatchObject({
      severity: 'error',
      title: 'Redis may throw jobs away: maxmemory-policy is allkeys-lru',
      fix: expect.stringContaining('noeviction') as unknown,
    });
  });

  it('15 deliveries were given up', async () => {
    expect((await deliver(app.api, '{"object":"user","entry":[]}')).status).toBe(200);
    await app.db.query(`UPDATE webhook_deliveries SET state = 'dead', error = 'Error: x'`);
    expect(found(await service(), 'dead-deliveries')).toMatchObject({
      severity: 'error',
      fix: expect.stringContaining('/api/meta/webhook/deliveries/replay') as unknown,
    });
  });

  it('16 the stored token belongs to a key that is gone', async () => {
    await app.db.query(
      `UPDATE meta_accounts SET access_token = replace(access_token, 'v1.test.', 'v1.gone.')`,
    );
    expect(found(await account(), 'token')).toMatchObject({
      severity: 'error',
      title: 'The stored token cannot be read',
    });
  });

  it('17 nobody has said which events are wanted', async () => {
    await app.db.query('DELETE FROM webhook_configs');
    expect(found(await service(), 'app-subscription')?.title).toBe('No webhook is configured');
    expect(found(await account(), 'webhook-configuration')?.title).toBe(
      'No webhook is configured for this account',
    );
  });

  it('18 Meta took messages and tells nothing of them', async () => {
    await app.db.query(
      `INSERT INTO message_sends (account_id, message_id, asset_id, platform, request, state, recipient, finished_at)
       SELECT $1, (lpad(to_hex((extract(epoch FROM now() - interval '1 hour') * 1000)::bigint), 12, '0')
                   || '7000800000000000000' || n)::uuid, a.id, 'whatsapp', '{}', 'accepted', 'x', now()
         FROM generate_series(1, 3) n, assets a WHERE a.account_id = $1 AND a.kind = 'phone_number'`,
      [shop.accountId],
    );
    expect(found(await account(), 'statuses')).toMatchObject({
      severity: 'error',
      title: 'Meta took 3 messages and told nothing of them',
    });
  });

  it('19 the app is in development, probably: Meta refuses messages to people without a role on it', async () => {
    expect(found(await account(), 'app-mode')).toBeUndefined();
    sandboxOf(app).configure({ messaging: { isAppLive: false } });
    const person = await personWrites(app, { pageId: SEED.pageId, from: 'Ana' });
    const sent = await sendDirect(shop.client, MESSENGER_MESSAGES, aDirectText(person, 'We are.'));
    await directMessageWhen(
      shop.client,
      MESSENGER_MESSAGES,
      sent.body.data.id,
      ({ status }) => status === 'failed',
    );
    expect(found(await account(), 'app-mode')).toMatchObject({
      severity: 'warning',
      title: 'Meta refused a message to people without a role on the app',
      explanation: expect.stringMatching(/^Probably .* cannot be read from Meta/) as unknown,
      fix: expect.stringContaining('App mode') as unknown,
      evidence: { refused: 1 },
    });
  });
});

describe('what nobody can read', () => {
  it('is said at each examination of the service, with where to look, and makes the verdict no worse', async () => {
    const report = await service();
    expect(found(report, 'app-mode')).toMatchObject({
      severity: 'info',
      title: expect.stringContaining('cannot be read from Meta') as unknown,
      fix: expect.stringContaining(`Open the app ${TEST_APP_ID}`) as unknown,
    });
    const others = report.findings.filter(({ check }) => check !== 'app-mode');
    expect(report.verdict).toBe(worstOf(others));
    // It is said of the service, and not of each account.
    expect(found(await account(), 'app-mode')).toBeUndefined();
  });
});

describe('what proves nothing', () => {
  it('an outage of Meta is unknown, never an error', async () => {
    sandboxOf(app).failNext({ path: '.', drop: 'before', times: 500 });
    const reports = [await service(), await account()];
    expect(
      reports.flatMap(({ findings }) => findings).filter(({ severity }) => severity === 'error'),
    ).toEqual([]);
    expect(found(reports[0] ?? never(), 'meta-app')?.severity).toBe('unknown');
    expect(found(reports[1] ?? never(), 'token')?.severity).toBe('unknown');
  });

  it('nor is one of its limits', async () => {
    sandboxOf(app).failNext({ path: '.', code: 4, times: 500 });
    const { findings } = await service();
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  });
});

describe('where nobody works', () => {
  it('is said by the processes that are left, and shown by a canary that nobody processes', async () => {
    const lonely = await startTestApp({ sandbox: true, env: { APP_ROLES: 'api' } });
    try {
      const boss = lonely.api.as(await lonely.api.registerAdmin());
      const { status, body } = await boss.post<DoctorReport>(`${DOCTOR}/run`, { canary: true });
      expect(status).toBe(200);
      expect(found(body.data, 'role-worker')).toMatchObject({
        severity: 'error',
        title: 'Nobody runs as worker',
        explanation: expect.stringContaining('stored and never processed') as unknown,
      });
      expect(found(body.data, 'role-scheduler')?.severity).toBe('error');
      expect(found(body.data, 'role-api')).toBeUndefined();
      expect(found(body.data, 'canary')).toMatchObject({
        severity: 'error',
        title: 'The canary was stored and nobody processed it',
      });
    } finally {
      await lonely.close();
    }
  });
});

function never(): never {
  throw new Error('There is no such report');
}

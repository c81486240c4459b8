import { SEED } from '../../sandbox/world-seed';
import { SubscriptionCheckScheduler } from '../../src/webhooks/gaps/subscription-check.scheduler';
import { SubscriptionCheckService } from '../../src/webhooks/gaps/subscription-check.service';
import { SubscriptionChecksRepository } from '../../src/webhooks/gaps/subscription-checks.repository';
import { WebhookSubscriptionsApi } from '../../src/webhooks/webhook-subscriptions-api';
import type { AccountId } from '../../src/database/ids';
import type { ApiClient } from '../api-client';
import { type Messenger, CUSTOMER, aMessenger } from '../factories/messaging.factory';
import { sandboxOf } from '../factories/meta-login';
import {
  appSubscription,
  gapEvents,
  gapsIn,
  redirectWaba,
  subscribeApp,
  unsubscribeApp,
  unsubscribeWaba,
} from '../factories/webhook-gaps.factory';
import { TEST_APP_ID, type TestApp, startTestApp } from '../test-app';

const DOCTOR = '/api/meta/webhook/subscriptions';
const WHATSAPP = 'whatsapp_business_account';

interface Report {
  healthy: boolean;
  problems: string[];
  checkedAt: string | null;
  app: Record<string, unknown>[];
  assets: Record<string, unknown>[];
}

let app: TestApp;
let admin: ApiClient;
let messenger: Messenger;

beforeAll(async () => {
  // Without worker and scheduler: what is checked, these tests check.
  app = await startTestApp({ sandbox: true, env: { APP_ROLES: 'api', META_TIMEOUT_MS: '2000' } });
  admin = app.api.as(await app.api.registerAdmin());
});
afterAll(() => app.close());
beforeEach(async () => {
  sandboxOf(app).reset();
  sandboxOf(app).clearFaults();
  await app.db.query('DELETE FROM meta_accounts');
  await app.db.query('DELETE FROM webhook_app_subscriptions');
  messenger = await aMessenger(app, admin);
});
afterEach(() => {
  jest.restoreAllMocks();
});

const checks = (): SubscriptionCheckService => app.app.get(SubscriptionCheckService);
const checkApp = (): Promise<void> => checks().checkApp();
const checkAccount = (): Promise<void> => checks().checkAccount(messenger.accountId as AccountId);
const report = async (): Promise<Report> => (await messenger.client.get<Report>(DOCTOR)).body.data;
const messageIsTold = (): boolean =>
  sandboxOf(app).playMessage({ from: CUSTOMER, content: { body: 'Hi' } }).told === 1;
const lastSeen = async (): Promise<Date> => {
  const rows: { last_seen_at: Date }[] = await app.db.query(
    'SELECT last_seen_at FROM webhook_asset_subscriptions',
  );
  return rows[0]!.last_seen_at;
};

describe('a WhatsApp Business Account that Meta no longer sends', () => {
  it('is noticed, subscribed again, and leaves one gap for it and its number, told once', async () => {
    await checkAccount();
    const seen = await lastSeen();
    expect(await gapsIn(app)).toEqual([]);
    await unsubscribeWaba(app);
    expect(messageIsTold()).toBe(false);

    await checkAccount();
    expect(messageIsTold()).toBe(true);
    const gaps = await gapsIn(app);
    expect(gaps.map(({ kind }) => kind)).toEqual(['phone_number', 'waba']);
    for (const gap of gaps)
      expect(gap).toMatchObject({ cause: 'unsubscribed', from_at: seen, state: 'found' });
    await checkAccount();
    await checkAccount();
    expect(await gapsIn(app)).toEqual(gaps);
    expect((await gapEvents(app)).map(({ payload }) => payload.cause)).toEqual([
      'unsubscribed',
      'unsubscribed',
    ]);
    expect(await lastSeen()).not.toEqual(seen);
  });

  it('is the same when its messages were sent elsewhere', async () => {
    await checkAccount();
    await redirectWaba(app, `${app.url}/api/whatsapp/webhook`, 'a-verify-token');
    await checkAccount();
    expect(await gapsIn(app)).toHaveLength(2);
    expect((await report()).assets).toMatchObject([{ state: 'subscribed', problem: null }]);
    await checkAccount();
    expect(await gapsIn(app)).toHaveLength(2);
  });

  it('is no gap before it was ever seen in place: then it is only subscribed', async () => {
    await unsubscribeWaba(app);
    await checkAccount();
    expect(messageIsTold()).toBe(true);
    expect(await gapsIn(app)).toEqual([]);
  });

  it('leaves its gap also when somebody dies between putting it back and writing that down', async () => {
    await checkAccount();
    const seen = await lastSeen();
    await unsubscribeWaba(app);
    const repository = app.app.get(SubscriptionChecksRepository);
    const record = repository.recordAssets.bind(repository);
    jest
      .spyOn(repository, 'recordAssets')
      .mockImplementationOnce((...look) => record(...look))
      .mockImplementationOnce(() => new Promise(() => undefined));
    void checkAccount();
    // It hangs there for good, after Meta has subscribed it again.
    while (jest.mocked(repository.recordAssets).mock.calls.length < 2) await new Promise(setImmediate);
    expect(messageIsTold()).toBe(true);
    expect(await gapsIn(app)).toEqual([]);

    // The next process knows nothing of all that but what is in the tables.
    const next = await startTestApp({
      database: { url: app.env.DATABASE_URL ?? '', drop: () => Promise.resolve() },
      env: { APP_ROLES: 'api', PUBLIC_URL: app.url, META_GRAPH_URL: app.sandbox?.url ?? '' },
    });
    await next.app.get(SubscriptionCheckService).checkAccount(messenger.accountId as AccountId);
    await next.close();
    const gaps = await gapsIn(app);
    expect(gaps).toHaveLength(2);
    for (const gap of gaps) expect(gap.from_at).toEqual(seen);
  });

  it('leaves its gap also when a person puts it back before the next check', async () => {
    await checkAccount();
    const seen = await lastSeen();
    await unsubscribeWaba(app);
    await app.db.query(
      `UPDATE webhook_asset_subscriptions SET checked_at = checked_at - interval '30 minutes'`,
    );
    expect((await messenger.client.post('/api/meta/whatsapp/account/sync')).status).toBe(200);
    expect(messageIsTold()).toBe(true);
    await checkAccount();
    const gaps = await gapsIn(app);
    expect(gaps).toHaveLength(2);
    for (const gap of gaps) expect(gap.from_at).toEqual(seen);
  });

  it.each([
    ['Meta answers with an error', { path: '/subscribed_apps$', status: 500, times: 50 }, false],
    [
      'Meta says that it is not to be seen',
      { path: '/subscribed_apps$', code: 100, subcode: 33, times: 50 },
      false,
    ],
    ['the connection breaks', { path: '/subscribed_apps$', drop: 'before' as const, times: 50 }, false],
    ['the token is dead', null, true],
  ])('is not believed gone when %s', async (_, fault, dies) => {
    await checkAccount();
    const seen = await lastSeen();
    if (dies) for (const { token } of sandboxOf(app).tokens()) sandboxOf(app).revokeToken(token);
    if (fault !== null) sandboxOf(app).failNext(fault);
    sandboxOf(app).clearCalls();
    await checkAccount();
    expect(await gapsIn(app)).toEqual([]);
    expect(await lastSeen()).toEqual(seen);
    expect(sandboxOf(app).calls({ method: 'POST', path: /subscribed_apps$/ })).toEqual([]);
    const { healthy, problems } = await report();
    expect(healthy).toBe(false);
    expect(problems.join(' ')).not.toBe('');

    if (dies) return;
    sandboxOf(app).clearFaults();
    await checkAccount();
    expect(await gapsIn(app)).toEqual([]);
    expect(await report()).toMatchObject({ problems: [] });
  });

  it('is still missed when Meta refuses to subscribe it, and its gap reaches to the day that Meta does', async () => {
    await checkAccount();
    const seen = await lastSeen();
    await unsubscribeWaba(app);
    sandboxOf(app).failNext({ method: 'POST', path: '/subscribed_apps$', code: 200, times: 10 });
    await checkAccount();
    expect(await gapsIn(app)).toEqual([]);
    expect(await report()).toMatchObject({
      healthy: false,
      assets: [
        { kind: 'waba', metaId: SEED.wabaId, state: 'missing', missingSince: expect.any(String) as unknown },
      ],
      problems: [expect.stringMatching(/subscription is gone.*again failed/) as unknown],
    });
    sandboxOf(app).clearFaults();
    await checkAccount();
    const gaps = await gapsIn(app);
    expect(gaps).toHaveLength(2);
    for (const gap of gaps) expect(gap.from_at).toEqual(seen);
  });
});

describe('the subscription of the app', () => {
  it('is put back as it was configured when it is gone, and leaves a gap for all who lived on it', async () => {
    await checkApp();
    const before = await appSubscription(app, WHATSAPP);
    expect(before?.fields).toContain('messages');
    await unsubscribeApp(app, { object: WHATSAPP });
    expect(messageIsTold()).toBe(false);

    await checkApp();
    expect(await appSubscription(app, WHATSAPP)).toEqual(before);
    expect(messageIsTold()).toBe(true);
    const gaps = await gapsIn(app);
    expect(gaps.map(({ kind, cause }) => [kind, cause])).toEqual([
      ['phone_number', 'unsubscribed'],
      ['waba', 'unsubscribed'],
    ]);
    await checkApp();
    expect(await gapsIn(app)).toEqual(gaps);
    expect(await gapEvents(app)).toHaveLength(2);
  });

  it.each([
    ['lacks a field', () => unsubscribeApp(app, { object: WHATSAPP, fields: 'messages' })],
    [
      'sends to another address',
      () =>
        subscribeApp(app, {
          object: WHATSAPP,
          callback_url: `${app.url}/api/whatsapp/webhook`,
          verify_token: 'a-verify-token',
          fields: 'messages',
        }),
    ],
  ])('is put right when it %s', async (_, spoil) => {
    await checkApp();
    const before = await appSubscription(app, WHATSAPP);
    await spoil();
    expect(await appSubscription(app, WHATSAPP)).not.toEqual(before);
    await checkApp();
    expect(await appSubscription(app, WHATSAPP)).toEqual(before);
    expect(await gapsIn(app)).toHaveLength(2);
  });

  it('is put right also where only what tells of lost permissions is gone, which is no gap of anything', async () => {
    await checkApp();
    await unsubscribeApp(app, { object: 'permissions' });
    await checkApp();
    expect(await appSubscription(app, 'permissions')).toBeDefined();
    expect(await gapsIn(app)).toEqual([]);
  });

  it('leaves its gap also when a person configures it before the next check', async () => {
    await checkApp();
    await unsubscribeApp(app, { object: WHATSAPP });
    await app.db.query(
      `UPDATE webhook_app_subscriptions SET checked_at = checked_at - interval '30 minutes'`,
    );
    const wish = { verifyToken: 'a-verify-token', fields: { messages: true, calls: true } };
    expect((await messenger.client.post('/api/meta/webhook/configure', wish)).body.data.status).toBe(
      'active',
    );
    await checkApp();
    expect(await gapsIn(app)).toHaveLength(2);
  });

  it('leaves no gap when a person only configures more of it', async () => {
    await checkApp();
    await app.db.query(
      `UPDATE webhook_app_subscriptions SET checked_at = checked_at - interval '30 minutes'`,
    );
    const wish = { verifyToken: 'a-verify-token', fields: { messages: true, calls: true } };
    await messenger.client.post('/api/meta/webhook/configure', wish);
    await checkApp();
    expect(await gapsIn(app)).toEqual([]);
  });

  it('is not believed gone when Meta cannot be read', async () => {
    await checkApp();
    sandboxOf(app).failNext({ method: 'GET', path: '/subscriptions$', status: 500, times: 50 });
    sandboxOf(app).clearCalls();
    await checkApp();
    expect(sandboxOf(app).calls({ method: 'POST', path: /subscriptions$/ })).toEqual([]);
    sandboxOf(app).clearFaults();
    await checkApp();
    expect(await gapsIn(app)).toEqual([]);
  });

  it('is left alone as long as nobody has configured anything', async () => {
    await app.db.query('DELETE FROM webhook_configs');
    sandboxOf(app).clearCalls();
    await checkApp();
    expect(sandboxOf(app).calls({ path: /subscriptions$/ })).toEqual([]);
  });

  it('is not taken for spoiled while somebody is just configuring more of it', async () => {
    await checkApp();
    const api = app.app.get(WebhookSubscriptionsApi);
    const list = api.list.bind(api);
    // The first look falls between the new configuration and its subscription.
    jest.spyOn(api, 'list').mockImplementationOnce(async () => {
      const old = await list();
      await messenger.client.post('/api/meta/webhook/configure', {
        verifyToken: 'a-verify-token',
        fields: { messages: true, calls: true },
      });
      return old.map((each) => ({
        ...each,
        fields: each.fields.filter((field) => field !== 'account_update'),
      }));
    });
    await checkApp();
    expect(await gapsIn(app)).toEqual([]);
    expect((await appSubscription(app, WHATSAPP))?.fields).toContain('calls');
  });
});

describe('the schedule of checks', () => {
  it('looks at each account once, however many processes look, and not again before it is due', async () => {
    const other = await aMessenger(app, admin, {
      personId: sandboxOf(app).createTenant({ name: 'Neighbour', displayPhoneNumber: '+1 555-078-3999' })
        .personId,
    });
    const second = await startTestApp({
      database: { url: app.env.DATABASE_URL ?? '', drop: () => Promise.resolve() },
      env: { APP_ROLES: 'scheduler', PUBLIC_URL: app.url, META_GRAPH_URL: app.sandbox?.url ?? '' },
    });
    const schedulers = [app, second].map((each) => each.app.get(SubscriptionCheckScheduler));
    const round = (): Promise<unknown> => Promise.all(schedulers.map((scheduler) => scheduler.runDue()));
    const looks = (): number => sandboxOf(app).calls({ method: 'GET', path: /subscribed_apps$/ }).length;
    await app.db.query('UPDATE webhook_watch SET next_check_at = now()');
    sandboxOf(app).clearCalls();

    // Those who have just connected are looked at a little later.
    await round();
    expect(looks()).toBe(0);
    expect(
      sandboxOf(app).calls({ method: 'GET', path: new RegExp(`${TEST_APP_ID}/subscriptions$`) }),
    ).toHaveLength(1);
    await app.db.query('UPDATE webhook_account_checks SET next_check_at = now()');
    await round();
    expect(looks()).toBe(2);
    await round();
    expect(looks()).toBe(2);
    const checked: { account_id: string }[] = await app.db.query(
      `SELECT account_id FROM webhook_account_checks WHERE checked_at IS NOT NULL AND next_check_at > now() + interval '30 minutes'`,
    );
    expect(checked.map(({ account_id }) => account_id).sort()).toEqual(
      [messenger.accountId, other.accountId].sort(),
    );
    await second.close();
  });

  it('takes over what a process that died had claimed', async () => {
    const scheduler = app.app.get(SubscriptionCheckScheduler);
    await scheduler.runDue();
    await app.db.query('UPDATE webhook_account_checks SET next_check_at = now()');
    jest.spyOn(checks(), 'checkAccount').mockRejectedValueOnce(new Error('killed'));
    await scheduler.runDue();
    const rows = async (): Promise<{ checked_at: Date | null; claimed: boolean }[]> =>
      app.db.query(
        `SELECT checked_at, next_check_at BETWEEN now() AND now() + interval '10 minutes' AS claimed
           FROM webhook_account_checks`,
      );
    expect(await rows()).toEqual([{ checked_at: null, claimed: true }]);
    await app.db.query('UPDATE webhook_account_checks SET next_check_at = now()');
    await scheduler.runDue();
    expect(await rows()).toEqual([{ checked_at: expect.any(Date) as unknown, claimed: false }]);
  });
});

describe('the report on subscriptions', () => {
  it('says what is needed, what Meta has, and that all is well', async () => {
    expect(await report()).toMatchObject({
      checkedAt: null,
      app: [{ object: WHATSAPP, state: 'unknown' }],
      assets: [{ state: 'unknown' }],
    });
    const answer = await messenger.client.post<Report>(`${DOCTOR}/check`, {});
    expect(answer.status).toBe(200);
    expect(answer.body.data).toMatchObject({
      healthy: true,
      problems: [],
      checkedAt: expect.any(String) as unknown,
      app: [
        {
          object: WHATSAPP,
          state: 'subscribed',
          neededFields: expect.arrayContaining(['messages', 'account_update']) as unknown,
          missingFields: [],
          callbackUrl: `${app.url}/api/meta/webhook/events`,
          neededCallbackUrl: `${app.url}/api/meta/webhook/events`,
          lastSeenAt: expect.any(String) as unknown,
          problem: null,
        },
      ],
      assets: [
        {
          kind: 'waba',
          metaId: SEED.wabaId,
          state: 'subscribed',
          lastSeenAt: expect.any(String) as unknown,
          missingSince: null,
          problem: null,
        },
      ],
    });
    expect(await report()).toEqual(answer.body.data);
  });

  it('names what Meta does not send and where else it sends it', async () => {
    await checkApp();
    sandboxOf(app).failNext({ method: 'POST', path: '/subscriptions$', code: 2200, status: 400, times: 50 });
    await unsubscribeApp(app, { object: WHATSAPP, fields: 'messages,security' });
    await checkApp();
    expect(await report()).toMatchObject({
      healthy: false,
      app: [{ state: 'missing', missingFields: ['messages', 'security'] }],
      problems: [expect.stringContaining('messages, security') as unknown],
    });
  });

  it('says when no webhook is configured', async () => {
    await app.db.query('DELETE FROM webhook_configs');
    expect(await report()).toMatchObject({
      healthy: false,
      app: [],
      problems: [expect.stringContaining('/api/meta/webhook/configure') as unknown],
    });
  });

  it('is for the people of the account', async () => {
    const stranger = app.api.as(await admin.createUser('agent'));
    expect((await stranger.get(`${DOCTOR}?accountId=${messenger.accountId}`)).status).toBe(404);
    expect((await stranger.post(`${DOCTOR}/check`, { accountId: messenger.accountId })).status).toBe(404);
    const viewer = app.api.as(await admin.createUser('viewer'));
    expect((await viewer.get(DOCTOR)).status).toBe(403);
    expect((await app.api.get(DOCTOR)).status).toBe(401);
    expect((await messenger.client.post(`${DOCTOR}/check`, { accountId: 'x' })).status).toBe(400);
  });
});

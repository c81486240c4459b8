import { SEED } from '../../sandbox/world-seed';
import { AccountsService } from '../../src/whatsapp/accounts/accounts.service';
import type { AccountId, AssetId } from '../../src/database/ids';
import type { ApiClient } from '../api-client';
import { eventually } from '../eventually';
import { connectedAccount, sandboxOf } from '../factories/meta-login';
import { deliver } from '../signed-webhook';
import { TEST_APP_ID, type TestApp, startTestApp } from '../test-app';

const NUMBERS = '/api/meta/whatsapp/phone-numbers';
const NUMBER = `${NUMBERS}/${SEED.phoneNumberId}`;
const EVENTS = '/api/meta/whatsapp/account/events';
const DIGITS = SEED.displayPhoneNumber.replace(/\D/g, '');
const FIRST_MESSAGES = 'RESTRICTED_BIZ_INITIATED_MESSAGING';

interface EventPage {
  events: Record<string, unknown>[];
  pagination: { before: string | null; after: string | null };
}

describe('what happens to WhatsApp accounts and numbers', () => {
  let app: TestApp;
  let admin: ApiClient;
  let client: ApiClient;
  let accountId: AccountId;
  let assetId: AssetId;
  beforeAll(async () => {
    app = await startTestApp({ sandbox: true, env: { META_TIMEOUT_MS: '2000' } });
    admin = app.api.as(await app.api.registerAdmin());
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    await app.db.query('UPDATE assets SET released_at = now()');
    sandbox().reset();
    sandbox().clearFaults();
    client = app.api.as(await admin.createUser('agent'));
    accountId = (await connectedAccount(app, client)) as AccountId;
    const number = await eventually(
      () => client.get(NUMBER),
      ({ status }) => status === 200,
    );
    assetId = number.body.data.id as AssetId;
  });

  const sandbox = () => sandboxOf(app);
  const accounts = () => app.app.get(AccountsService);
  const now = () => Math.floor(Date.now() / 1000);

  /** Delivers one change, `seconds` being Meta's time of it, and waits until it is processed. */
  const tell = async (field: string, value: Record<string, unknown>, seconds = now()): Promise<void> => {
    const body = JSON.stringify({
      object: 'whatsapp_business_account',
      entry: [{ id: SEED.wabaId, time: seconds, changes: [{ field, value }] }],
    });
    expect((await deliver(app.api, body)).status).toBe(200);
    await eventually(
      async () => {
        const rows: { open: string }[] = await app.db.query(
          `SELECT count(*) AS open FROM webhook_deliveries WHERE state = 'pending'`,
        );
        return rows[0]?.open;
      },
      (open) => open === '0',
    );
  };
  const history = async (query = ''): Promise<Record<string, unknown>[]> =>
    (await client.get<EventPage>(`${EVENTS}${query}`)).body.data.events;
  const told = async (kind: string): Promise<Record<string, unknown>[]> => {
    const rows: { payload: Record<string, unknown> }[] = await app.db.query(
      'SELECT payload FROM domain_events WHERE account_id = $1 AND kind = $2 ORDER BY id',
      [accountId, kind],
    );
    return rows.map(({ payload }) => payload);
  };
  const limits = () => accounts().limitsOf(accountId, assetId);

  describe('an account that Meta', () => {
    it('disables says so at once, everywhere, and is told once', async () => {
      const at = now();
      const ban = {
        event: 'DISABLED_UPDATE',
        ban_info: { waba_ban_state: 'DISABLE', waba_ban_date: 'April 17, 2025' },
      };
      await tell('account_update', ban, at);
      await tell('account_update', { ...ban }, at);
      expect(await limits()).toMatchObject({ canSend: false, reason: expect.stringMatching(/disabled/) });
      expect((await client.get(NUMBER)).body.data).toMatchObject({
        canSend: false,
        sendingProblem: expect.stringMatching(/Appeal/),
      });
      expect(await told('whatsapp.account.updated')).toEqual([
        {
          wabaId: SEED.wabaId,
          phoneNumberId: null,
          field: 'account_update',
          event: 'DISABLED_UPDATE',
          what: 'status',
          previous: 'APPROVED',
          current: 'DISABLED',
          restrictions: [],
          severity: 'critical',
        },
      ]);
      expect(await history()).toMatchObject([
        {
          field: 'account_update',
          event: 'DISABLED_UPDATE',
          severity: 'critical',
          summary: 'Meta disabled the WhatsApp Business Account (April 17, 2025).',
          changes: [{ what: 'status', previous: 'APPROVED', current: 'DISABLED' }],
        },
      ]);
    });

    it('disabled and reinstated is what it was told of last, in whatever order that comes', async () => {
      const at = now();
      await tell(
        'account_update',
        { event: 'DISABLED_UPDATE', ban_info: { waba_ban_state: 'REINSTATE' } },
        at,
      );
      await tell(
        'account_update',
        { event: 'DISABLED_UPDATE', ban_info: { waba_ban_state: 'DISABLE' } },
        at - 60,
      );
      expect(await limits()).toMatchObject({ canSend: true, reason: null });
      expect(await history()).toHaveLength(2);
    });

    it('restricts may only answer until that is over', async () => {
      const restrict = (expiration: number) =>
        tell('account_update', {
          event: 'ACCOUNT_RESTRICTION',
          restriction_info: [{ restriction_type: FIRST_MESSAGES, expiration }],
        });
      await restrict(now() + 3_600);
      expect(await limits()).toMatchObject({
        canSend: true,
        canInitiate: false,
        reason: expect.stringContaining(FIRST_MESSAGES),
      });
      const [event] = await told('whatsapp.account.updated');
      expect(event).toMatchObject({
        severity: 'critical',
        restrictions: [{ type: FIRST_MESSAGES, expiresAt: expect.any(String) }],
      });
      const list = await client.get<{ accounts: Record<string, unknown>[] }>('/api/meta/whatsapp/accounts');
      expect(list.body.data.accounts).toMatchObject([{ restrictions: [{ type: FIRST_MESSAGES }] }]);
      await app.db.query(
        `UPDATE whatsapp_business_accounts SET restrictions = jsonb_set(restrictions, '{0,expiresAt}', to_jsonb('2020-01-01T00:00:00.000Z'::text))`,
      );
      expect(await limits()).toMatchObject({ canInitiate: true });
    });

    it('keeps banned is not taken for well because its review once ended well', async () => {
      await tell('account_update', { event: 'DISABLED_UPDATE', ban_info: { waba_ban_state: 'DISABLE' } });
      sandbox().failNext({
        path: `/${SEED.wabaId}$`,
        body: JSON.stringify({
          id: SEED.wabaId,
          account_review_status: 'APPROVED',
          health_status: { can_send_message: 'BLOCKED' },
        }),
        contentType: 'application/json',
        status: 200,
      });
      await client.post('/api/meta/whatsapp/account/sync', {});
      expect(await limits()).toMatchObject({ canSend: false });
      await client.post('/api/meta/whatsapp/account/sync', {});
      expect(await limits()).toMatchObject({ canSend: true });
    });

    it.each([
      ['ACCOUNT_VIOLATION', { violation_info: { violation_type: 'SCAM' } }, 'warning', /SCAM/],
      ['ACCOUNT_OFFBOARDED', {}, 'critical', /phone app/],
      [
        'PARTNER_REMOVED',
        { waba_info: { waba_id: SEED.wabaId, owner_business_id: '1' } },
        'critical',
        /no longer/,
      ],
      [
        'PARTNER_APP_UNINSTALLED',
        { waba_info: { waba_id: SEED.wabaId, partner_app_id: TEST_APP_ID } },
        'critical',
        /taken away/,
      ],
      ['PARTNER_APP_UNINSTALLED', { waba_info: { waba_id: SEED.wabaId, partner_app_id: '99' } }, 'info', /./],
      ['VERIFIED_ACCOUNT', {}, 'info', /verified/],
      ['AN_EVENT_OF_TOMORROW', { anything: [1] }, 'info', /AN_EVENT_OF_TOMORROW/],
    ])('tells %s %j of is %s', async (event, more, severity, summary) => {
      await tell('account_update', { event, ...more });
      expect(await history()).toMatchObject([{ event, severity, summary: expect.stringMatching(summary) }]);
      expect(await told('whatsapp.account.updated')).toMatchObject([{ event, severity }]);
    });
  });

  it('reviews, alerts and limits of the business are kept with how severe they are', async () => {
    await tell('account_review_update', { decision: 'REJECTED' });
    await tell('account_alerts', {
      entity_type: 'PHONE_NUMBER',
      entity_id: SEED.phoneNumberId,
      alert_info: {
        alert_severity: 'CRITICAL',
        alert_status: 'ACTIVE',
        alert_type: 'PROFILE_PICTURE_LOST',
        alert_description: 'The picture is gone.',
      },
    });
    await tell('business_capability_update', {
      max_daily_conversations_per_business: '250',
      max_phone_numbers_per_waba: 7,
    });
    expect(await history()).toMatchObject([
      { field: 'business_capability_update', changes: [{ what: 'messagingLimit', current: 'TIER_250' }] },
      {
        field: 'account_alerts',
        event: 'PROFILE_PICTURE_LOST',
        severity: 'critical',
        phoneNumberId: SEED.phoneNumberId,
        summary: 'The picture is gone.',
      },
      { field: 'account_review_update', severity: 'critical', changes: [{ current: 'REJECTED' }] },
    ]);
    expect(await limits()).toMatchObject({ canSend: false });
    const list = await client.get<{ accounts: Record<string, unknown>[] }>('/api/meta/whatsapp/accounts');
    expect(list.body.data.accounts).toMatchObject([{ messagingLimit: 'TIER_250', phoneNumberLimit: 7 }]);
  });

  it('a limit of the business that is older by its time changes nothing', async () => {
    const at = now();
    await tell('business_capability_update', { max_daily_conversations_per_business: 10_000 }, at);
    await tell('business_capability_update', { max_daily_conversations_per_business: 250 }, at - 10);
    const [row]: { messaging_limit: string }[] = await app.db.query(
      'SELECT messaging_limit FROM whatsapp_business_accounts WHERE account_id = $1',
      [accountId],
    );
    expect(row?.messaging_limit).toBe('TIER_10K');
  });

  describe('a number that Meta', () => {
    it('flags, upgrades or names is so, and is told with what it was before', async () => {
      const at = now();
      const number = { display_phone_number: DIGITS };
      await tell(
        'phone_number_quality_update',
        { ...number, event: 'FLAGGED', current_limit: 'TIER_1K' },
        at - 2,
      );
      await tell('phone_number_quality_update', { ...number, event: 'THROUGHPUT_UPGRADE' }, at - 1);
      await tell('phone_number_name_update', {
        ...number,
        decision: 'REJECTED',
        requested_verified_name: 'Another',
        rejection_reason: 'NAME_NOT_CONSISTENT',
      });
      expect((await client.get(NUMBER)).body.data).toMatchObject({
        status: 'FLAGGED',
        throughput: 'HIGH',
        throughputPerSecond: 1_000,
        nameStatus: 'DECLINED',
        canSend: true,
      });
      expect(await told('whatsapp.phone_number.updated')).toMatchObject([
        { field: 'quality', what: 'status', previous: 'CONNECTED', current: 'FLAGGED', severity: 'warning' },
        { field: 'quality', what: 'throughput', previous: 'STANDARD', current: 'HIGH', severity: 'info' },
        { field: 'name', what: 'nameStatus', current: 'DECLINED', severity: 'warning' },
      ]);
      expect(await history(`?phoneNumberId=${SEED.phoneNumberId}`)).toMatchObject([
        { field: 'phone_number_name_update', summary: expect.stringContaining('NAME_NOT_CONSISTENT') },
        { field: 'phone_number_quality_update', event: 'THROUGHPUT_UPGRADE' },
        { field: 'phone_number_quality_update', event: 'FLAGGED', severity: 'warning' },
      ]);
    });

    it('tells of a changed PIN has its PIN called outdated', async () => {
      const owner = app.api.as(await admin.createUser('admin'));
      await app.db.query('UPDATE assets SET released_at = now()');
      accountId = (await connectedAccount(app, owner)) as AccountId;
      client = owner;
      await owner.put(`${NUMBER}/two-step-pin`, { pin: '111222' });
      await tell(
        'security',
        { display_phone_number: DIGITS, event: 'PIN_CHANGED', requester: '42' },
        now() + 120,
      );
      expect((await owner.post(`${NUMBER}/two-step-pin/reveal`)).body.data).toMatchObject({
        pin: '111222',
        outdated: true,
      });
      expect(await told('whatsapp.phone_number.updated')).toMatchObject([
        { field: 'security', current: 'PIN_CHANGED', severity: 'warning' },
      ]);
    });

    it('gives a username, or takes it, has it so', async () => {
      const at = now();
      const name = { display_phone_number: DIGITS, username: 'luckyshrub' };
      await tell('business_username_update', { ...name, status: 'approved' }, at);
      await tell('business_username_update', { ...name, status: 'deleted' }, at - 5);
      expect((await client.get(NUMBER)).body.data).toMatchObject({ username: 'luckyshrub' });
      await tell('business_username_update', { ...name, status: 'deleted' }, at + 5);
      expect((await client.get(NUMBER)).body.data).toMatchObject({ username: null });
    });
  });

  it('is listed page by page, newest first, to members only', async () => {
    for (let index = 0; index < 5; index++)
      await tell('account_alerts', { alert_info: { alert_type: `ALERT_${index}` } });
    const first = await client.get<EventPage>(`${EVENTS}?limit=2`);
    expect(first.body.data.events.map(({ event }) => event)).toEqual(['ALERT_4', 'ALERT_3']);
    const { before, after } = first.body.data.pagination;
    const second = await client.get<EventPage>(`${EVENTS}?limit=2&before=${before ?? ''}`);
    expect(second.body.data.events.map(({ event }) => event)).toEqual(['ALERT_2', 'ALERT_1']);
    await tell('account_alerts', { alert_info: { alert_type: 'ALERT_5' } });
    const newer = await client.get<EventPage>(`${EVENTS}?after=${after ?? ''}`);
    expect(newer.body.data.events.map(({ event }) => event)).toEqual(['ALERT_5']);
    const other = app.api.as(await admin.createUser('agent'));
    expect((await other.get(`${EVENTS}?accountId=${accountId}`)).status).toBe(404);
    expect((await client.get(`${EVENTS}?before=x`)).status).toBe(400);
  });
});

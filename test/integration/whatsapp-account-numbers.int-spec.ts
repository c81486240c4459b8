import { SEED } from '../../sandbox/world-seed';
import type { AccountId } from '../../src/database/ids';
import { AccountsRepository } from '../../src/whatsapp/accounts/accounts.repository';
import { AssetDiscoveryService } from '../../src/whatsapp/accounts/asset-discovery.service';
import type { ApiAnswer, ApiBody, ApiClient } from '../api-client';
import { connectedAccount, sandboxOf } from '../factories/meta-login';
import { type TestApp, startTestApp } from '../test-app';

const NUMBERS = '/api/meta/whatsapp/phone-numbers';
const NUMBER = `${NUMBERS}/${SEED.phoneNumberId}`;
const EVENTS = '/api/meta/whatsapp/account/events';

const problem = ({ status, body }: ApiAnswer<ApiBody<unknown>>) => ({
  status,
  code: body.error.code,
  details: body.error.details,
});

describe('a phone number', () => {
  let app: TestApp;
  let admin: ApiClient;
  let client: ApiClient;
  let accountId: string;
  beforeAll(async () => {
    app = await startTestApp({ sandbox: true, env: { APP_ROLES: 'api', META_TIMEOUT_MS: '2000' } });
    admin = app.api.as(await app.api.registerAdmin());
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    await app.db.query('UPDATE assets SET released_at = now()');
    sandbox().reset();
    sandbox().clearFaults();
    client = app.api.as(await admin.createUser('admin'));
    accountId = await connectedAccount(app, client);
    await client.get(NUMBERS);
    sandbox().clearCalls();
  });

  const sandbox = () => sandboxOf(app);
  const row = async (): Promise<Record<string, unknown>> => {
    const [found]: Record<string, unknown>[] = await app.db.query(
      'SELECT * FROM whatsapp_phone_numbers WHERE account_id = $1 AND phone_number_id = $2',
      [accountId, SEED.phoneNumberId],
    );
    return found ?? {};
  };
  const told = async (): Promise<Record<string, unknown>[]> =>
    (
      await app.db.query<{ payload: Record<string, unknown> }[]>(
        `SELECT payload FROM domain_events WHERE account_id = $1 AND kind = 'whatsapp.phone_number.updated'
          ORDER BY id`,
        [accountId],
      )
    ).map(({ payload }) => payload);

  describe('is found', () => {
    it('while the sync that connecting starts is storing it', async () => {
      const newcomer = app.api.as(await admin.createUser('admin'));
      await app.db.query('UPDATE assets SET released_at = now()');
      const newcomersAccount = (await connectedAccount(app, newcomer)) as AccountId;
      const repository = app.app.get(AccountsRepository);
      const find = repository.findNumber.bind(repository);
      const finding = jest.spyOn(repository, 'findNumber').mockImplementationOnce(async (...asked) => {
        const before = await find(...asked);
        await app.app.get(AssetDiscoveryService).discover(newcomersAccount);
        return before;
      });
      const answer = await newcomer.get(NUMBER);
      finding.mockRestore();
      expect(answer).toMatchObject({ status: 200, body: { data: { phoneNumberId: SEED.phoneNumberId } } });
    });

    it('by the id of Meta and by ours, with what it may send', async () => {
      const byMeta = await client.get(NUMBER);
      expect(byMeta).toMatchObject({
        status: 200,
        body: {
          data: {
            phoneNumberId: SEED.phoneNumberId,
            qualityRating: 'GREEN',
            throughputPerSecond: 80,
            canSend: true,
            canInitiate: true,
            sendingProblem: null,
            stale: false,
          },
        },
      });
      const byUs = await client.get(`${NUMBERS}/${String(byMeta.body.data.id)}`);
      expect(byUs.body.data).toEqual(byMeta.body.data);
      expect(sandbox().calls()).toEqual([]);
    });

    it('by its owner only', async () => {
      const other = app.api.as(await admin.createUser('admin'));
      for (const path of [NUMBER, `${NUMBER}/health`, `${NUMBER}/qr-codes`, `${NUMBER}/settings`])
        expect(problem(await other.get(path))).toMatchObject({ status: 404, code: 'NOT_FOUND' });
      expect(problem(await other.post(`${NUMBER}/deregister`))).toMatchObject({ status: 404 });
      expect(sandbox().calls()).toEqual([]);
    });

    it('by nothing that is no id', async () => {
      expect(problem(await client.get(`${NUMBERS}/first`))).toMatchObject({
        status: 400,
        details: { fields: [{ path: 'id' }] },
      });
    });
  });

  describe('that is read from Meta', () => {
    it('tells what changed there, once', async () => {
      await app.db.query(
        `UPDATE whatsapp_phone_numbers SET quality_rating = 'YELLOW', throughput_level = 'HIGH' WHERE account_id = $1`,
        [accountId],
      );
      for (let reading = 0; reading < 2; reading++) {
        const answer = await client.get(`${NUMBER}?refresh=true`);
        expect(answer.body.data).toMatchObject({ qualityRating: 'GREEN', stale: false });
      }
      expect(await told()).toMatchObject([
        {
          field: 'read',
          what: 'throughput',
          previous: 'HIGH',
          current: 'STANDARD',
          severity: 'warning',
          wabaId: SEED.wabaId,
        },
      ]);
      const events = await client.get<{ events: Record<string, unknown>[] }>(EVENTS);
      expect(events.body.data.events).toMatchObject([
        {
          field: 'read',
          phoneNumberId: SEED.phoneNumberId,
          changes: [{ what: 'throughput' }, { what: 'qualityRating', previous: 'YELLOW' }],
        },
      ]);
    });

    it('answers with what is stored while Meta does not', async () => {
      sandbox().failNext({ path: new RegExp(`/${SEED.phoneNumberId}$`).source, status: 503, times: 10 });
      const answer = await client.get(`${NUMBER}?refresh=true`);
      expect(answer).toMatchObject({ status: 200, body: { data: { stale: true, status: 'CONNECTED' } } });
    });

    it('says in words what hinders it', async () => {
      expect((await client.get(`${NUMBER}/health`)).body.data).toMatchObject({
        verdict: 'AVAILABLE',
        problems: [],
        canSend: true,
      });
      await client.post(`${NUMBER}/deregister`);
      const ill = await client.get(`${NUMBER}/health`);
      expect(ill.body.data).toMatchObject({
        verdict: 'BLOCKED',
        summary: expect.stringMatching(/phone number.*Register/i),
        problems: [{ entity: 'PHONE_NUMBER', verdict: 'BLOCKED', solution: expect.any(String) }],
        canSend: false,
      });
    });
  });

  describe('that is registered', () => {
    it('and taken off again says so at once', async () => {
      const off = await client.post(`${NUMBER}/deregister`);
      expect(off.body.data).toMatchObject({ status: 'DISCONNECTED', canSend: false });
      const on = await client.post(`${NUMBER}/register`, { pin: '123456' });
      expect(on).toMatchObject({ status: 200, body: { data: { status: 'CONNECTED', canSend: true } } });
      expect(await told()).toMatchObject([
        { field: 'registration', what: 'status', current: 'DISCONNECTED', severity: 'critical' },
        { field: 'registration', what: 'status', current: 'CONNECTED', severity: 'info' },
      ]);
    });

    it('with another PIN than its own is refused, and the wrong one forgotten', async () => {
      expect(problem(await client.post(`${NUMBER}/register`, { pin: '999999' }))).toMatchObject({
        status: 422,
        code: 'META_REJECTED',
        details: { meta: { code: 133005 }, action: expect.stringContaining('PIN') },
      });
      expect(await row()).toMatchObject({ pin: null, pin_pending: null });
      expect(problem(await client.post(`${NUMBER}/two-step-pin/reveal`))).toMatchObject({ status: 404 });
    });

    it('keeps the PIN encrypted and shows it to admins only, with a trace', async () => {
      expect((await client.put(`${NUMBER}/two-step-pin`, { pin: '246810' })).status).toBe(200);
      expect(String((await row()).pin)).toMatch(/^v1\./);
      expect(JSON.stringify((await client.get(NUMBER)).body)).not.toContain('246810');
      const shown = await client.post(`${NUMBER}/two-step-pin/reveal`);
      expect(shown.body.data).toMatchObject({ pin: '246810', pendingPin: null, outdated: false });
      const events = await client.get<{ events: Record<string, unknown>[] }>(EVENTS);
      expect(events.body.data.events.map(({ event }) => event)).toEqual(['PIN_SHOWN', 'PIN_SET']);
      expect(events.text).not.toContain('246810');
      const agent = app.api.as(await admin.createUser('agent'));
      expect((await agent.post(`${NUMBER}/two-step-pin/reveal`)).status).toBe(403);
    });

    it('remembers a PIN whose fate is unknown, and tries it the next time', async () => {
      sandbox().failNext({ path: 'register$', drop: 'after' });
      const lost = await client.post(`${NUMBER}/register`, { pin: '123456' });
      expect(problem(lost)).toMatchObject({ status: 503, code: 'META_UNAVAILABLE' });
      expect((await client.post(`${NUMBER}/two-step-pin/reveal`)).body.data).toMatchObject({
        pin: null,
        pendingPin: '123456',
      });
      expect((await client.post(`${NUMBER}/register`, {})).status).toBe(200);
      const [last] = sandbox()
        .calls({ path: /register$/ })
        .slice(-1);
      expect(last?.body).toMatchObject({ pin: '123456' });
      expect((await client.post(`${NUMBER}/two-step-pin/reveal`)).body.data).toMatchObject({
        pin: '123456',
        pendingPin: null,
      });
    });

    it('is told how long to wait when it was registered too often', async () => {
      for (let time = 0; time < 10; time++) await client.post(`${NUMBER}/register`, { pin: '123456' });
      const answer = await client.post(`${NUMBER}/register`, { pin: '123456' });
      expect(problem(answer)).toMatchObject({ status: 429, code: 'META_RATE_LIMITED' });
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    });
  });

  it('that is new is added, verified and registered', async () => {
    const added = await client.post(NUMBERS, {
      countryCode: '1',
      phoneNumber: '5550199999',
      displayName: 'Second Shop',
    });
    expect(added).toMatchObject({ status: 201, body: { data: { wabaId: SEED.wabaId, canSend: false } } });
    const path = `${NUMBERS}/${String(added.body.data.phoneNumberId)}`;
    expect((await client.post(`${path}/request-code`, { method: 'SMS', language: 'en_US' })).status).toBe(
      200,
    );
    expect(problem(await client.post(`${path}/verify-code`, { code: '000000' }))).toMatchObject({
      status: 422,
      details: { action: expect.any(String) },
    });
    const verified = await client.post(`${path}/verify-code`, { code: '123-456' });
    expect(verified.body.data).toMatchObject({ codeVerificationStatus: 'VERIFIED' });
    const registered = await client.post(`${path}/register`, {});
    expect(registered.body.data).toMatchObject({ status: 'CONNECTED', canSend: true });
    const { body } = await client.post(`${path}/two-step-pin/reveal`);
    expect(body.data.pin).toMatch(/^\d{6}$/);
  });

  it.each([
    ['', { countryCode: '+1', phoneNumber: '5550199999', displayName: 'X' }],
    ['', { countryCode: '1', phoneNumber: '555-019', displayName: 'X' }],
    [`/${SEED.phoneNumberId}/request-code`, { method: 'EMAIL' }],
    [`/${SEED.phoneNumberId}/verify-code`, { code: '12' }],
    [`/${SEED.phoneNumberId}/register`, { pin: '12345' }],
    [`/${SEED.phoneNumberId}/register`, { pin: 123456 }],
    [`/${SEED.phoneNumberId}/qr-codes`, { prefilledMessage: 'x'.repeat(141) }],
    [`/${SEED.phoneNumberId}/display-name`, { displayName: ' ' }],
  ])('refuses at %j %j before asking Meta', async (path, body) => {
    expect(problem(await client.post(`${NUMBERS}${path}`, body))).toMatchObject({
      status: 400,
      code: 'VALIDATION_FAILED',
    });
    expect(sandbox().calls()).toEqual([]);
  });

  it('has QR codes that can be made, changed and deleted', async () => {
    const made = await client.post(`${NUMBER}/qr-codes`, { prefilledMessage: 'A table for two' });
    expect(made).toMatchObject({
      status: 201,
      body: { data: { prefilledMessage: 'A table for two', deepLinkUrl: expect.stringMatching(/^https:/) } },
    });
    const code = String(made.body.data.code);
    const changed = await client.put(`${NUMBER}/qr-codes/${code}`, { prefilledMessage: 'A table for four' });
    expect(changed.body.data).toMatchObject({ code, prefilledMessage: 'A table for four' });
    const list = await client.get<{ qrCodes: Record<string, unknown>[] }>(`${NUMBER}/qr-codes`);
    expect(list.body.data.qrCodes).toMatchObject([{ code, prefilledMessage: 'A table for four' }]);
    expect((await client.get(`${NUMBER}/qr-codes/${code}`)).body.data).toMatchObject({ code });
    expect((await client.delete(`${NUMBER}/qr-codes/${code}`)).status).toBe(200);
    expect(problem(await client.get(`${NUMBER}/qr-codes/${code}`))).toMatchObject({ status: 404 });
  });

  it('has settings, a username and an automation, as Meta keeps them', async () => {
    const settings = await client.put(`${NUMBER}/settings`, {
      user_identity_change: { enable_identity_key_check: true },
    });
    expect(settings.body.data).toMatchObject({
      settings: { user_identity_change: { enable_identity_key_check: true } },
    });
    expect(problem(await client.put(`${NUMBER}/settings`, {}))).toMatchObject({ status: 400 });

    const automation = { enableWelcomeMessage: true, prompts: ['Book'], commands: [] };
    const set = await client.put(`${NUMBER}/conversational-automation`, automation);
    expect(set.body.data).toEqual(automation);

    const username = await client.put(`${NUMBER}/username`, { username: 'luckyshrub' });
    expect(username.body.data).toMatchObject({ username: 'luckyshrub', status: expect.any(String) });
    expect((await client.get(NUMBER)).body.data).toMatchObject({ username: 'luckyshrub' });
    expect((await client.delete(`${NUMBER}/username`)).status).toBe(200);
    expect((await client.get(NUMBER)).body.data).toMatchObject({ username: null });
  });

  it('keeps its name while Meta looks at another one', async () => {
    const before = (await client.get(NUMBER)).body.data.displayName;
    const answer = await client.post(`${NUMBER}/display-name`, { displayName: 'Lucky Shrub Ltd' });
    expect(answer.body.data).toMatchObject({
      displayName: before,
      newDisplayName: 'Lucky Shrub Ltd',
      newNameStatus: 'PENDING_REVIEW',
    });
  });
});

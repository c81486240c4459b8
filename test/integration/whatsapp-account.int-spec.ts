import { SEED } from '../../sandbox/world-seed';
import { ERROR_CATALOGUE } from '../../src/http/error-catalogue';
import type { ApiAnswer, ApiBody, ApiClient } from '../api-client';
import { eventually } from '../eventually';
import { connectedAccount, sandboxOf } from '../factories/meta-login';
import { TEST_APP_ID, type TestApp, startTestApp } from '../test-app';

const ACCOUNT = '/api/meta/whatsapp/account';
const ACCOUNTS = '/api/meta/whatsapp/accounts';
const SYNC = '/api/meta/whatsapp/account/sync';
const NUMBERS = '/api/meta/whatsapp/phone-numbers';
const PROFILE = '/api/meta/whatsapp/business-profile';

const WHATSAPP_SCOPES = ['whatsapp_business_management', 'whatsapp_business_messaging'];
const ALL_SCOPES = ['business_management', ...WHATSAPP_SCOPES];

interface AccountList {
  accounts: { wabaId: string; phoneNumbers: { phoneNumberId: string }[] }[];
}
interface SyncAnswer extends AccountList {
  failures: { wabaId: string | null; step: string; code: string }[];
}
interface NumberList {
  phoneNumbers: Record<string, unknown>[];
}

const problem = ({ status, body }: ApiAnswer<ApiBody<unknown>>) => ({
  status,
  code: body.error.code,
  details: body.error.details,
});

describe('WhatsApp accounts', () => {
  let app: TestApp;
  let admin: ApiClient;
  let client: ApiClient;
  beforeAll(async () => {
    app = await startTestApp({ sandbox: true, env: { META_TIMEOUT_MS: '2000' } });
    admin = app.api.as(await app.api.registerAdmin());
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    client = app.api.as(await admin.createUser('agent'));
    await app.db.query('UPDATE assets SET released_at = now()');
    sandboxOf(app).reset();
    sandboxOf(app).clearFaults();
    sandboxOf(app).clearCalls();
  });

  const sandbox = () => sandboxOf(app);
  const callsTo = (path: RegExp) => sandbox().calls({ path });
  const found = async (who: ApiClient = client): Promise<string[]> => {
    const answer = await who.get<AccountList>(ACCOUNTS);
    expect(answer.status).toBe(200);
    return answer.body.data.accounts.map(({ wabaId }) => wabaId).sort();
  };

  it('is found, stored and subscribed by the first question for it', async () => {
    await connectedAccount(app, client);
    const answer = await client.get(ACCOUNT);

    expect(answer.status).toBe(200);
    expect(answer.body.data).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      wabaId: SEED.wabaId,
      phoneNumberId: SEED.phoneNumberId,
      phoneNumber: SEED.displayPhoneNumber,
      displayName: expect.any(String),
      status: 'CONNECTED',
      qualityRating: 'GREEN',
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    });
    expect(Object.keys(answer.body.data.businessProfile as object)).toEqual(
      expect.arrayContaining(['about', 'address', 'description', 'email', 'websites', 'profilePictureUrl']),
    );
    await eventually(
      () => client.get(ACCOUNT),
      ({ body }) => body.data.subscribed === true,
    );
    expect(callsTo(/subscribed_apps$/).map(({ method }) => method)).toEqual(
      expect.arrayContaining(['POST', 'GET']),
    );
    const assets: { kind: string; same: boolean }[] = await app.db.query(
      `SELECT a.kind, (w.id IS NOT NULL OR n.id IS NOT NULL) AS same FROM assets a
         LEFT JOIN whatsapp_business_accounts w ON w.account_id = a.account_id AND w.id = a.id
         LEFT JOIN whatsapp_phone_numbers n ON n.account_id = a.account_id AND n.id = a.id
        WHERE a.released_at IS NULL AND a.kind IN ('waba', 'phone_number') ORDER BY a.kind`,
    );
    expect(assets).toEqual([
      { kind: 'phone_number', same: true },
      { kind: 'waba', same: true },
    ]);
  });

  it('answers from what is stored afterwards', async () => {
    await connectedAccount(app, client);
    await found();
    await eventually(
      () => client.get(ACCOUNT),
      ({ body }) => body.data.subscribed === true,
    );
    await new Promise((resolve) => setTimeout(resolve, 300)); // the job that connecting started may still be running
    sandbox().clearCalls();
    await client.get(ACCOUNT);
    expect(sandbox().calls()).toEqual([]);
  });

  it('tells a user without a connected account what is missing', async () => {
    expect(problem(await client.get(ACCOUNT))).toMatchObject({ status: 404, code: 'ACCOUNT_NOT_FOUND' });
  });

  describe('is found at Meta', () => {
    it('by the ids that the permission was granted for', async () => {
      await connectedAccount(app, client, {
        scopes: ALL_SCOPES,
        targets: { whatsapp_business_management: [SEED.wabaId], whatsapp_business_messaging: [SEED.wabaId] },
      });
      expect(await found()).toEqual([SEED.wabaId]);
      expect(callsTo(/businesses$/)).toEqual([]);
    });

    it('by the accounts of the businesses, owned and shared, when it was granted for all', async () => {
      const { id: other } = sandbox().createBusiness({ name: 'Agency' });
      const { id: owned } = sandbox().createWaba({ name: 'Second', ownerBusinessId: SEED.businessId });
      const { id: shared } = sandbox().createWaba({
        name: 'Shared',
        ownerBusinessId: other,
        clientBusinessIds: [SEED.businessId],
      });
      await connectedAccount(app, client, { scopes: ALL_SCOPES, targets: 'all' });
      expect(await found()).toEqual([SEED.wabaId, owned, shared].sort());
    });

    it('by what is assigned, for a system user', async () => {
      const { id: waba } = sandbox().createWaba({ name: 'Assigned', ownerBusinessId: SEED.businessId });
      const { id: personId } = sandbox().createPerson({ name: 'Robot', wabaIds: [waba], isSystemUser: true });
      await connectedAccount(app, client, {
        personId,
        tokenKind: 'SYSTEM_USER',
        scopes: WHATSAPP_SCOPES,
        targets: 'all',
      });
      expect(await found()).toEqual([waba]);
      expect(callsTo(/assigned_whatsapp_business_accounts$/).length).toBeGreaterThan(0);
    });

    it('by the id that Embedded Signup handed over', async () => {
      const { code } = sandbox().issueCode({ scopes: WHATSAPP_SCOPES });
      const body = { code, wabaId: SEED.wabaId, phoneNumberId: SEED.phoneNumberId };
      expect((await client.post('/api/meta/auth/connect', body)).status).toBe(200);
      expect(await found()).toEqual([SEED.wabaId]);
    });

    it('never by the edge that does not exist', async () => {
      await connectedAccount(app, client, { scopes: ALL_SCOPES, targets: 'all' });
      await found();
      expect(callsTo(/^\/?me\/whatsapp_business_accounts/)).toEqual([]);
      const token = sandbox().issueToken().token;
      const refused = await fetch(
        `${app.sandbox?.url ?? ''}/v26.0/me/whatsapp_business_accounts?access_token=${token}`,
      );
      expect(refused.status).toBe(400);
    });

    it('or not at all, and then it says what to do', async () => {
      const { id: personId } = sandbox().createPerson({ name: 'Nobody' });
      await connectedAccount(app, client, { personId, scopes: ALL_SCOPES, targets: 'all' });
      const answer = await client.get(ACCOUNT);
      expect(problem(answer)).toMatchObject({ status: 404, code: 'NOT_FOUND' });
      expect(answer.body.error.message).toContain('account/sync');
    });
  });

  it('reads numbers over all pages', async () => {
    for (let index = 0; index < 120; index += 1) {
      sandbox().createPhoneNumber({ displayPhoneNumber: `+1 555-2${String(index).padStart(6, '0')}` });
    }
    await connectedAccount(app, client);
    const answer = await client.get<NumberList>(NUMBERS);
    expect(answer.body.data.phoneNumbers).toHaveLength(121);
    expect(callsTo(/\/phone_numbers$/).length).toBeGreaterThan(1);
  });

  it('shows what matters about a number', async () => {
    await connectedAccount(app, client);
    const answer = await client.get<NumberList>(NUMBERS);
    expect(answer.body.data.phoneNumbers).toEqual([
      expect.objectContaining({
        phoneNumberId: SEED.phoneNumberId,
        wabaId: SEED.wabaId,
        qualityRating: 'GREEN',
        messagingLimit: 'TIER_1K',
        throughput: 'STANDARD',
        nameStatus: 'APPROVED',
        codeVerificationStatus: 'VERIFIED',
      }),
    ]);
  });

  it('gets along with a Graph version that does not know a field', async () => {
    const old = await startTestApp({
      sandbox: true,
      env: { META_GRAPH_VERSION: 'v23.0' },
    });
    try {
      const user = old.api.as(await old.api.registerAdmin());
      await connectedAccount(old, user);
      const answer = await user.get<NumberList>(NUMBERS);
      expect(answer.body.data.phoneNumbers).toEqual([
        expect.objectContaining({ phoneNumberId: SEED.phoneNumberId, messagingLimit: 'TIER_1K' }),
      ]);
      const asked = sandboxOf(old)
        .calls({ path: /\/phone_numbers$/ })
        .map(({ query, status }) => ({ status, substitute: query.fields?.includes('messaging_limit_tier') }));
      expect(asked).toEqual(
        expect.arrayContaining([
          { status: 400, substitute: false },
          { status: 200, substitute: true },
        ]),
      );
    } finally {
      await old.close();
    }
  });

  it('takes a profile that is nested, and a WABA whose numbers have none', async () => {
    sandbox().failNext({
      path: /whatsapp_business_profile$/,
      status: 200,
      contentType: 'application/json',
      body: JSON.stringify({
        data: [{ business_profile: { about: 'Nested', websites: ['https://a.example/'] } }],
      }),
      times: 2,
    });
    await connectedAccount(app, client);
    const nested = await client.get(ACCOUNT);
    expect(nested.body.data.businessProfile).toMatchObject({
      about: 'Nested',
      websites: ['https://a.example/'],
      address: null,
    });
    sandbox().failNext({ path: /whatsapp_business_profile$/, code: 133010, times: 2 });
    const synced = await client.post<SyncAnswer>(SYNC, {});
    expect(synced.body.data.failures).toEqual([]);
    // Unreadable is not empty.
    expect((await client.get(ACCOUNT)).body.data.businessProfile).toMatchObject({ about: 'Nested' });
  });

  describe('with several', () => {
    let second: { id: string };
    beforeEach(async () => {
      second = sandbox().createPhoneNumber({
        displayPhoneNumber: '+1 555-078-9999',
        verifiedName: 'Second Shop',
      });
      await connectedAccount(app, client);
    });

    it('wants to know which number, and lists the choices', async () => {
      const answer = await client.get(ACCOUNT);
      expect(problem(answer)).toMatchObject({ status: 409, code: 'ACCOUNT_AMBIGUOUS' });
      expect(answer.body.error.details).toMatchObject({
        parameter: 'phoneNumberId',
        choices: expect.arrayContaining([
          { id: SEED.phoneNumberId, name: expect.stringContaining(SEED.displayPhoneNumber) },
          { id: second.id, name: expect.stringContaining('Second Shop') },
        ]),
      });
    });

    it('answers for the one that is named', async () => {
      const answer = await client.get(`${ACCOUNT}?phoneNumberId=${second.id}`);
      expect(answer.body.data).toMatchObject({ phoneNumberId: second.id, displayName: 'Second Shop' });
    });

    it('refuses an id that is none, and does not find one that is not there', async () => {
      expect(problem(await client.get(`${ACCOUNT}?phoneNumberId=abc`))).toMatchObject({
        status: 400,
        details: { fields: [expect.objectContaining({ path: 'phoneNumberId' })] },
      });
      expect(problem(await client.get(`${ACCOUNT}?phoneNumberId=999`))).toMatchObject({ status: 404 });
      expect(problem(await client.get(`${ACCOUNT}?shape=round`))).toMatchObject({ status: 400 });
    });

    it('takes out a number that is gone at Meta, and frees it', async () => {
      await found();
      sandbox().failNext({
        path: /\/phone_numbers$/,
        status: 200,
        contentType: 'application/json',
        body: JSON.stringify({
          data: [{ id: SEED.phoneNumberId, display_phone_number: SEED.displayPhoneNumber }],
        }),
      });
      const synced = await client.post<SyncAnswer>(SYNC, {});
      expect(synced.body.data.accounts[0]?.phoneNumbers.map(({ phoneNumberId }) => phoneNumberId)).toEqual([
        SEED.phoneNumberId,
      ]);
      const rows: unknown[] = await app.db.query(
        `SELECT 1 FROM assets WHERE meta_id = $1 AND released_at IS NULL`,
        [second.id],
      );
      expect(rows).toEqual([]);
      await client.post(SYNC, {});
      expect((await client.get<NumberList>(NUMBERS)).body.data.phoneNumbers).toHaveLength(2);
    });
  });

  describe('of somebody else', () => {
    it('are not found by their ids', async () => {
      const other = sandbox().createTenant({ name: 'Other', displayPhoneNumber: '+1 555-300-0000' });
      const stranger = app.api.as(await admin.createUser('agent'));
      await connectedAccount(app, stranger, { personId: other.personId, scopes: ALL_SCOPES });
      expect(await found(stranger)).toEqual([other.wabaId]);
      await connectedAccount(app, client);
      await found();
      for (const path of [
        `${ACCOUNT}?wabaId=${other.wabaId}`,
        `${ACCOUNT}?phoneNumberId=${other.phoneNumberId}`,
        `${NUMBERS}?wabaId=${other.wabaId}`,
        `${PROFILE}?phoneNumberId=${other.phoneNumberId}`,
        `/api/meta/whatsapp/templates?wabaId=${other.wabaId}`,
      ]) {
        expect({ path, ...problem(await client.get(path)) }).toMatchObject({ path, status: 404 });
      }
    });

    it('cannot be claimed a second time, and the owner is not named', async () => {
      await connectedAccount(app, client);
      await found();
      const rival = app.api.as(await admin.createUser('agent'));
      await connectedAccount(app, rival);
      const answer = await rival.get(ACCOUNT);
      expect(problem(answer)).toMatchObject({ status: 409, code: 'CONFLICT' });
      const synced = await rival.post<SyncAnswer>(SYNC, {});
      expect(synced.body.data).toMatchObject({
        accounts: [],
        failures: [{ wabaId: SEED.wabaId, step: 'import', code: 'CONFLICT' }],
      });
    });

    it('do not keep the others from being read', async () => {
      const { id: mine } = sandbox().createWaba({ name: 'Mine', ownerBusinessId: SEED.businessId });
      const holder = app.api.as(await admin.createUser('agent'));
      await connectedAccount(app, holder, {
        scopes: WHATSAPP_SCOPES,
        targets: { whatsapp_business_management: [SEED.wabaId] },
      });
      await found(holder);
      await connectedAccount(app, client, { scopes: ALL_SCOPES, targets: 'all' });
      expect(await found()).toEqual([mine]);
    });
  });

  it('says which permission to grant when the one to manage WABAs is missing', async () => {
    await connectedAccount(app, client, { scopes: ['pages_show_list', 'whatsapp_business_messaging'] });
    const missing = {
      status: 424,
      code: 'META_REAUTH_REQUIRED',
      // What the API documentation shows as the example.
      details: ERROR_CATALOGUE.META_REAUTH_REQUIRED.details,
    };
    expect(problem(await client.get(ACCOUNT))).toMatchObject(missing);
    expect(missing.details).toEqual({ missingPermission: 'whatsapp_business_management' });
    const synced = await client.post<SyncAnswer>(SYNC, {});
    expect(synced.body.data).toMatchObject({
      accounts: [],
      failures: [{ wabaId: null, step: 'find', code: 'META_REAUTH_REQUIRED' }],
    });
  });

  it('is found by a user with several accounts through the number alone', async () => {
    const other = sandbox().createTenant({ name: 'Second tenant', displayPhoneNumber: '+1 555-400-0000' });
    const first = await connectedAccount(app, client);
    await connectedAccount(app, client, { personId: other.personId, scopes: ALL_SCOPES });
    expect(problem(await client.get(ACCOUNT))).toMatchObject({
      status: 409,
      code: 'ACCOUNT_AMBIGUOUS',
      details: { parameter: 'accountId' },
    });
    await found(app.api.as(await admin.createUser('agent'))).catch(() => undefined);
    await eventually(
      () => client.get(`${ACCOUNT}?phoneNumberId=${SEED.phoneNumberId}`),
      ({ status }) => status === 200,
    );
    const answer = await client.get(`${ACCOUNT}?phoneNumberId=${SEED.phoneNumberId}`);
    expect(answer.body.data).toMatchObject({ accountId: first });
  });

  describe('when Meta misbehaves', () => {
    it.each([
      ['HTML', { status: 502 }, 503, 'META_UNAVAILABLE'],
      ['nothing', { status: 200, body: '', contentType: 'application/json' }, 503, 'META_UNAVAILABLE'],
      ['a 5xx', { code: 2 }, 503, 'META_UNAVAILABLE'],
      ['a dead token', { code: 190, subcode: 463 }, 424, 'META_REAUTH_REQUIRED'],
    ])('answers as the contract says to %s, and stores nothing', async (_name, fault, status, code) => {
      sandbox().failNext({ path: new RegExp(`^/?${SEED.wabaId}$`), times: 1000, ...fault });
      await connectedAccount(app, client);
      expect(problem(await client.get(ACCOUNT))).toMatchObject({ status, code });
      const rows: unknown[] = await app.db.query(
        `SELECT 1 FROM assets WHERE released_at IS NULL AND kind = 'phone_number'`,
      );
      expect(rows).toEqual([]);
    });

    it('notices an account that the token no longer opens, and frees it', async () => {
      await connectedAccount(app, client);
      await found();
      sandbox().failNext({ path: new RegExp(`^/?${SEED.wabaId}$`), code: 100, subcode: 33 });
      const synced = await client.post<SyncAnswer>(SYNC, {});
      expect(synced.body.data).toMatchObject({
        accounts: [],
        failures: [{ wabaId: SEED.wabaId, step: 'import', code: 'META_REJECTED' }],
      });
      const rows: unknown[] = await app.db.query('SELECT 1 FROM assets WHERE released_at IS NULL');
      expect(rows).toEqual([]);
    });

    it('reports a subscription that is not there afterwards', async () => {
      await connectedAccount(app, client);
      await found();
      sandbox().failNext({
        method: 'GET',
        path: /subscribed_apps$/,
        status: 200,
        contentType: 'application/json',
        body: JSON.stringify({ data: [{ whatsapp_business_api_data: { id: '1' } }] }),
      });
      const synced = await client.post<SyncAnswer>(SYNC, {});
      expect(synced.body.data.failures).toMatchObject([{ wabaId: SEED.wabaId, step: 'subscribe' }]);
      expect((await client.get(ACCOUNT)).body.data).toMatchObject({ subscribed: false });
      await client.post(SYNC, {});
      expect((await client.get(ACCOUNT)).body.data).toMatchObject({ subscribed: true });
      expect(TEST_APP_ID).toBeDefined();
    });
  });

  describe('profile', () => {
    beforeEach(async () => {
      await connectedAccount(app, client);
      await found();
    });

    it('is written at Meta and read back', async () => {
      const change = {
        about: 'Fresh plants',
        email: 'hello@shrub.example',
        websites: ['https://shrub.example/'],
      };
      const written = await client.put(PROFILE, change);
      expect(written.status).toBe(200);
      expect(written.body.data).toMatchObject({ ...change, phoneNumberId: SEED.phoneNumberId, stale: false });
      expect((await client.get(ACCOUNT)).body.data.businessProfile).toMatchObject(change);
    });

    it.each<[Record<string, unknown>, string]>([
      [{ about: '' }, 'about'],
      [{ about: 'x'.repeat(140) }, 'about'],
      [{ address: 'x'.repeat(257) }, 'address'],
      [{ description: 'x'.repeat(513) }, 'description'],
      [{ email: 'nobody' }, 'email'],
      [{ websites: ['https://a.example', 'https://b.example', 'https://c.example'] }, 'websites'],
      [{ websites: ['a.example'] }, 'websites'],
      [{ vertical: 'shop' }, 'vertical'],
      [{ colour: 'green' }, 'colour'],
      [{}, ''],
    ])('refuses what Meta would refuse, before Meta does (case %#)', async (change, path) => {
      sandbox().clearCalls();
      expect(problem(await client.put(PROFILE, change))).toMatchObject({
        status: 400,
        code: 'VALIDATION_FAILED',
        details: { fields: [expect.objectContaining({ path })] },
      });
      expect(sandbox().calls({ method: 'POST', path: /profile/ })).toEqual([]);
    });

    it('comes from what is stored while Meta is away', async () => {
      await client.put(PROFILE, { about: 'Stored' });
      sandbox().failNext({ path: /whatsapp_business_profile$/, status: 503, times: 50 });
      const answer = await client.get(PROFILE);
      expect(answer.body.data).toMatchObject({ about: 'Stored', stale: true });
    });

    it('is not for viewers to change', async () => {
      const viewer = app.api.as(await admin.createUser('viewer'));
      expect(problem(await viewer.put(PROFILE, { about: 'Mine' }))).toMatchObject({ status: 403 });
    });
  });
});

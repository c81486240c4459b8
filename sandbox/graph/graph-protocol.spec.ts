import { objectOf } from '../json';
import { APP_TOKEN, TestClient } from '../test-client';
import { proofOf } from '../login/tokens';
import { SEED } from '../world-seed';

describe('the ground rules of Graph', () => {
  let client: TestClient;
  beforeAll(async () => {
    client = await TestClient.start();
  });
  afterAll(() => client.close());

  describe('versions', () => {
    it.each([
      ['/v26.0/me', 'v26.0'],
      ['/v23.0/me', 'v23.0'],
      ['/v17.0/me', 'v21.0'],
    ])('answers %s as %s', async (path, version) => {
      const answer = await client.get(path);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('facebook-api-version')).toBe(version);
    });

    it('takes a call without version for the oldest that lives', async () => {
      const response = await fetch(`${client.sandbox.url}/me?access_token=${client.token}`);
      expect(response.status).toBe(200);
      expect(response.headers.get('facebook-api-version')).toBe('v21.0');
    });

    it('refuses a version that is not out yet', async () => {
      expect((await client.get('/v99.0/me')).error).toMatchObject({ code: 2500 });
    });
  });

  describe('fields', () => {
    it('gives the defaults and the id unasked', async () => {
      expect((await client.get('/me')).json).toEqual({ id: SEED.personId, name: 'Dana Demo' });
    });

    it('gives only what was asked for, with nested braces and arguments', async () => {
      const { json } = await client.get(
        '/me?fields=businesses.limit(1){name,owned_whatsapp_business_accounts{phone_numbers.limit(1){verified_name}}}',
      );
      const [business] = objectOf(json.businesses).data as { owned_whatsapp_business_accounts: unknown }[];
      expect(json).not.toHaveProperty('name');
      expect(business).toMatchObject({
        name: 'Demo Business',
        owned_whatsapp_business_accounts: {
          data: [
            {
              id: SEED.wabaId,
              phone_numbers: { data: [{ id: SEED.phoneNumberId, verified_name: 'Demo Shop' }] },
            },
          ],
        },
      });
    });

    it('refuses the whole call for one unknown field, naming it and the type', async () => {
      const answer = await client.get(
        `/${SEED.phoneNumberId}?fields=verified_name,whatsapp_business_account`,
      );
      expect(answer.status).toBe(400);
      expect(answer.error).toMatchObject({
        code: 100,
        type: 'OAuthException',
        message:
          '(#100) Tried accessing nonexisting field (whatsapp_business_account) on node type (WhatsAppBusinessPhoneNumber)',
      });
    });

    it('has no list of WhatsApp accounts on the person', async () => {
      expect((await client.get('/me/whatsapp_business_accounts')).error.message).toBe(
        '(#100) Tried accessing nonexisting field (whatsapp_business_accounts) on node type (User)',
      );
    });

    it('knows the portfolio-wide limit from v24 on only', async () => {
      const path = `/${SEED.phoneNumberId}?fields=whatsapp_business_manager_messaging_limit`;
      expect((await client.get(path)).json).toMatchObject({
        whatsapp_business_manager_messaging_limit: 'TIER_1K',
      });
      expect((await client.get(`/v23.0${path}`)).error).toMatchObject({ code: 100 });
    });

    it('reads several nodes at once with ids', async () => {
      const { json } = await client.get(`/?ids=${SEED.wabaId},${SEED.phoneNumberId}&fields=id`);
      expect(json).toEqual({
        [SEED.wabaId]: { id: SEED.wabaId },
        [SEED.phoneNumberId]: { id: SEED.phoneNumberId },
      });
    });
  });

  describe('errors', () => {
    it('says of an unknown object and of a foreign one the same', async () => {
      const foreign = client.control.createTenant({ name: 'Other', displayPhoneNumber: '+49 30 1234567' });
      for (const id of ['999999999999999', foreign.wabaId]) {
        const answer = await client.get(`/${id}`);
        expect(answer.status).toBe(400);
        expect(answer.error).toMatchObject({ code: 100, error_subcode: 33, type: 'GraphMethodException' });
        expect(answer.error.fbtrace_id).toEqual(expect.any(String));
      }
    });

    it('asks for a token', async () => {
      expect((await client.get(`/${SEED.wabaId}`, null)).error).toMatchObject({ code: 104 });
      expect((await client.get('/me', null)).error).toMatchObject({ code: 2500 });
    });

    it('answers 401 and 190 to a token that it does not know', async () => {
      const answer = await client.get('/me', 'EAAnonsense');
      expect(answer.status).toBe(401);
      expect(answer.error).toMatchObject({ code: 190 });
    });
  });

  describe('appsecret_proof', () => {
    it('is the hex HMAC-SHA256 of the token', () => {
      expect(proofOf('EAAtoken', 'test-app-secret')).toBe(
        'f9a5c402919f3f3cb70497c968ab9a79bb82d2f1a55a7d91317b53b1678a4191',
      );
    });

    it('is checked where given, and asked for where the app requires it', async () => {
      const proof = proofOf(client.token, SEED.appSecret);
      expect((await client.get(`/me?appsecret_proof=${proof}`)).status).toBe(200);
      expect((await client.get('/me?appsecret_proof=00')).error).toMatchObject({
        code: 100,
        message: 'Invalid appsecret_proof provided in the API argument',
      });
      client.control.updateApp(SEED.appId, { requireProof: true });
      expect((await client.get('/me')).error).toMatchObject({
        code: 100,
        message: 'API calls from the server require an appsecret_proof argument',
      });
      expect((await client.get(`/me?appsecret_proof=${proof}`)).status).toBe(200);
      client.control.updateApp(SEED.appId, { requireProof: false });
    });
  });

  describe('encodings', () => {
    const values = { messaging_product: 'whatsapp', about: 'Größe/1', websites: ['https://a.example/'] };
    const form = { ...values, websites: JSON.stringify(values.websites) };
    const path = `/${SEED.phoneNumberId}/whatsapp_business_profile`;

    it.each<[string, string, () => RequestInit]>([
      [
        'JSON',
        path,
        () => ({
          body: JSON.stringify(values),
          headers: { 'content-type': 'application/json; charset=utf-8' },
        }),
      ],
      ['a form', path, () => ({ body: new URLSearchParams(form) })],
      [
        'multipart',
        path,
        () => {
          const body = new FormData();
          for (const [name, value] of Object.entries(form)) body.set(name, value);
          return { body };
        },
      ],
      ['the query', `${path}?${new URLSearchParams(form).toString()}`, () => ({})],
    ])('takes %s', async (name, target, init) => {
      await client.post(path, { messaging_product: 'whatsapp', about: `before ${name}` });
      expect((await client.request('POST', target, init())).json).toEqual({ success: true });
      const { json } = await client.get(`${path}?fields=about,websites`);
      expect(json.data).toEqual([
        { messaging_product: 'whatsapp', about: values.about, websites: values.websites },
      ]);
    });

    it('refuses broken JSON', async () => {
      const init = { body: '{"a":', headers: { 'content-type': 'application/json' } };
      expect((await client.request('POST', path, init)).error).toMatchObject({ code: 100 });
    });

    it('lets ?method=delete override POST', async () => {
      await client.post(`/${SEED.wabaId}/subscribed_apps`);
      await client.post(`/${SEED.wabaId}/subscribed_apps?method=delete`);
      expect((await client.get(`/${SEED.wabaId}/subscribed_apps`)).json).toEqual({ data: [] });
    });
  });

  describe('paging', () => {
    it('links to the next page with the token in the link, and ends without link', async () => {
      for (let n = 1; n <= 4; n++)
        client.control.createPhoneNumber({ displayPhoneNumber: `+1 555-010-000${n}` });
      const seen: unknown[] = [];
      let url: string | undefined = `/${SEED.wabaId}/phone_numbers?limit=2&fields=id`;
      for (let pages = 0; url !== undefined && pages < 5; pages++) {
        const { json } = await client.get(url);
        const paging = json.paging as { cursors: object; next?: string };
        expect(paging.cursors).toEqual({ before: expect.any(String), after: expect.any(String) });
        seen.push(...(json.data as unknown[]));
        if (paging.next) expect(new URL(paging.next).searchParams.get('access_token')).toBe(client.token);
        url = paging.next?.replace(client.sandbox.url, '');
      }
      expect(seen).toHaveLength(5);
      expect(url).toBeUndefined();
    });

    it('refuses a cursor that it did not give', async () => {
      expect((await client.get(`/${SEED.wabaId}/message_templates?after=xyz`)).error).toMatchObject({
        code: 131059,
      });
      expect((await client.get(`/${SEED.wabaId}/phone_numbers?after=xyz`)).error).toMatchObject({
        code: 100,
      });
    });

    it('counts in a summary where asked', async () => {
      const { json } = await client.get(`/${SEED.wabaId}/phone_numbers?summary=true&limit=1`);
      expect(json.summary).toEqual({ total_count: 5 });
    });
  });

  it('answers a batch part by part', async () => {
    const batch = JSON.stringify([
      { method: 'GET', relative_url: 'me?fields=name' },
      { method: 'GET', relative_url: 'v26.0/999999999999999' },
      { method: 'POST', relative_url: `${SEED.wabaId}/subscribed_apps`, body: '' },
    ]);
    const response = await client.request('POST', '/', { body: new URLSearchParams({ batch }) });
    const parts = JSON.parse(response.text) as { code: number; headers: object[]; body: string }[];
    expect(parts.map(({ code }) => code)).toEqual([200, 400, 200]);
    expect(JSON.parse(parts[0]!.body)).toEqual({ id: SEED.personId, name: 'Dana Demo' });
    expect(parts[0]!.headers).toContainEqual({ name: 'facebook-api-version', value: 'v26.0' });
    const tooMany = JSON.stringify(Array.from({ length: 51 }, () => ({ method: 'GET', relative_url: 'me' })));
    const refused = await client.request('POST', '/', { body: new URLSearchParams({ batch: tooMany }) });
    expect(refused.error).toMatchObject({ code: 100 });
  });

  it('tells the used share of the limits, and refuses beyond them', async () => {
    client.control.configure({ limits: { managementCallsPerHour: 200 } });
    const { headers } = await client.get(`/${SEED.wabaId}`);
    expect(JSON.parse(headers.get('x-app-usage') ?? '')).toHaveProperty('call_count');
    const usage = JSON.parse(headers.get('x-business-use-case-usage') ?? '') as Record<
      string,
      { call_count: number }[]
    >;
    expect(usage[SEED.wabaId]![0]!.call_count).toBeGreaterThan(0);
    client.control.configure({ limits: { managementCallsPerHour: 1 } });
    expect((await client.get(`/${SEED.wabaId}`)).error).toMatchObject({ code: 80008 });
    client.control.configure({ limits: { managementCallsPerHour: 5000, appCallsPerHour: 1 } });
    expect((await client.get('/me')).error).toMatchObject({ code: 4 });
    client.control.configure({ limits: { appCallsPerHour: 1_000_000 } });
  });

  it('lets the app token see the app, and nothing of its customers', async () => {
    expect((await client.get(`/${SEED.appId}`, APP_TOKEN)).json).toMatchObject({ name: 'Sandbox App' });
    expect((await client.get(`/${SEED.wabaId}`, APP_TOKEN)).error).toMatchObject({
      code: 100,
      error_subcode: 33,
    });
  });
});

import { startCallbackServer } from '../webhooks/callback-server';
import { TestClient } from '../test-client';
import { SEED } from '../world-seed';

const PHONE = `/${SEED.phoneNumberId}`;

describe('WhatsApp accounts and numbers', () => {
  let client: TestClient;
  beforeEach(async () => {
    client = await TestClient.start();
  });
  afterEach(() => client.close());

  it('are found through the businesses, owned and shared', async () => {
    const agency = client.control.createBusiness({ name: 'Agency' });
    const member = client.control.createPerson({ name: 'Max Agent', businessIds: [agency.id] });
    const shared = client.control.createWaba({ name: 'Shared', clientBusinessIds: [agency.id] });
    const { token } = client.control.issueToken({ personId: member.id });
    const edge = (name: string) => client.get(`/${agency.id}/${name}?fields=id,name,ownership_type`, token);
    expect((await edge('owned_whatsapp_business_accounts')).json).toEqual({ data: [] });
    expect((await edge('client_whatsapp_business_accounts')).json.data).toEqual([
      { id: shared.id, name: 'Shared', ownership_type: 'CLIENT_OWNED' },
    ]);
    expect(
      (await client.get(`/${SEED.businessId}/owned_whatsapp_business_accounts`, token)).error,
    ).toMatchObject({
      error_subcode: 33,
    });
  });

  it('are assigned to system users', async () => {
    const { token } = client.control.issueToken({ tokenKind: 'SYSTEM_USER', expiresInSeconds: 0 });
    const path = `/${SEED.personId}/assigned_whatsapp_business_accounts`;
    expect((await client.get(path, token)).json.data).toMatchObject([{ id: SEED.wabaId }]);
    expect((await client.get(path)).error).toMatchObject({ code: 100 });
  });

  it('tell the account and its numbers with every documented field', async () => {
    const account = await client.get(
      `/${SEED.wabaId}?fields=id,name,currency,timezone_id,country,message_template_namespace,account_review_status,` +
        'business_verification_status,ownership_type,owner_business_info,on_behalf_of_business_info,' +
        'is_enabled_for_insights,health_status,marketing_messages_lite_api_status,' +
        'whatsapp_business_manager_messaging_limit',
    );
    expect(account.json).toMatchObject({ id: SEED.wabaId, account_review_status: 'APPROVED', country: 'US' });
    const number = await client.get(
      `${PHONE}?fields=display_phone_number,verified_name,quality_rating,quality_score,code_verification_status,` +
        'name_status,new_name_status,status,platform_type,throughput,messaging_limit_tier,account_mode,' +
        'is_official_business_account,is_pin_enabled,is_on_biz_app,webhook_configuration,health_status,' +
        'last_onboarded_time,certificate,search_visibility,country_code,country_dial_code',
    );
    expect(number.json).toMatchObject({
      display_phone_number: SEED.displayPhoneNumber,
      quality_rating: 'GREEN',
      status: 'CONNECTED',
      throughput: { level: 'STANDARD' },
      messaging_limit_tier: 'TIER_1K',
      last_onboarded_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000$/),
    });
  });

  it('lead a new number from adding over its code to registration', async () => {
    const added = await client.post(`/${SEED.wabaId}/phone_numbers`, {
      cc: '1',
      phone_number: '5550100200',
      verified_name: 'Second line',
    });
    const path = `/${added.json.id as string}`;
    const register = (pin: string) => client.post(`${path}/register`, { messaging_product: 'whatsapp', pin });
    expect((await register('111111')).error).toMatchObject({ code: 133006 });
    expect(
      (await client.post(`${path}/request_code`, { code_method: 'SMS', language: 'en_US' })).json,
    ).toEqual({
      success: true,
    });
    expect((await client.post(`${path}/verify_code`, { code: '000000' })).error).toMatchObject({
      code: 136025,
    });
    expect((await client.post(`${path}/verify_code`, { code: '123-456' })).json).toMatchObject({
      success: true,
    });
    expect((await register('111111')).json).toEqual({ success: true });
    expect((await register('222222')).error).toMatchObject({ code: 133005 });
    expect((await client.post(`${path}/deregister`)).json).toEqual({ success: true });
    expect((await client.post(`${path}/deregister`)).error).toMatchObject({ code: 133010 });
  });

  it('lock registration after ten tries in 72 hours', async () => {
    const register = (pin: string) =>
      client.post(`${PHONE}/register`, { messaging_product: 'whatsapp', pin });
    for (let n = 0; n < 10; n++) expect((await register(SEED.pin)).json).toEqual({ success: true });
    expect((await register(SEED.pin)).error).toMatchObject({ code: 133016 });
    await client.control.advance(72 * 3_600_000);
    const { token } = client.control.issueToken();
    const again = await client.post(
      `${PHONE}/register`,
      { messaging_product: 'whatsapp', pin: SEED.pin },
      token,
    );
    expect(again.json).toEqual({ success: true });
  });

  it('keep the business profile within its limits', async () => {
    const path = `${PHONE}/whatsapp_business_profile`;
    const save = (values: object) => client.post(path, { messaging_product: 'whatsapp', ...values });
    expect((await save({ about: 'x'.repeat(140) })).error).toMatchObject({ code: 100 });
    expect((await save({ vertical: 'NONSENSE' })).error).toMatchObject({ code: 100 });
    expect((await save({ websites: ['https://a', 'https://b', 'https://c'] })).error).toMatchObject({
      code: 100,
    });
    expect((await client.post(path, { about: 'x' })).error.message).toContain('messaging_product');
    expect((await save({ about: 'New', email: '' })).json).toEqual({ success: true });
    expect((await client.get(`${path}?fields=about,email,vertical`)).json).toEqual({
      data: [{ about: 'New', vertical: 'RETAIL', messaging_product: 'whatsapp' }],
    });
    expect((await client.get(`${path}?fields=abuot`)).error).toMatchObject({ code: 100 });
  });

  it('verify an alternate callback at once, and forget it on an empty call', async () => {
    const callback = await startCallbackServer('secret');
    const path = `/${SEED.wabaId}/subscribed_apps`;
    const wrong = { override_callback_uri: callback.url, verify_token: 'wrong' };
    expect((await client.post(path, wrong)).error).toMatchObject({ code: 2200 });
    expect((await client.post(path, { ...wrong, verify_token: 'secret' })).json).toEqual({ success: true });
    expect((await client.get(path)).json.data).toMatchObject([{ override_callback_uri: callback.url }]);
    expect((await client.get(`${PHONE}?fields=webhook_configuration`)).json.webhook_configuration).toEqual({
      whatsapp_business_account: callback.url,
    });
    await client.post(path);
    expect((await client.get(path)).json.data).toEqual([
      { whatsapp_business_api_data: expect.objectContaining({ id: SEED.appId }) },
    ]);
    await callback.close();
  });

  it('block people who wrote, and say which could not be blocked', async () => {
    client.control.playMessage({ from: '+16505551234' });
    const block = (...users: string[]) =>
      client.post(`${PHONE}/block_users`, {
        messaging_product: 'whatsapp',
        block_users: users.map((user) => ({ user })),
      });
    expect((await block('+16505551234')).json).toMatchObject({
      block_users: { added_users: [{ wa_id: '16505551234' }] },
    });
    const partly = await block('+16505551234', '+16505559999');
    expect(partly.status).toBe(400);
    expect(partly.json).toMatchObject({
      error: { code: 139100 },
      block_users: { added_users: [{}], failed_users: [{ input: '+16505559999' }] },
    });
    expect((await client.get(`${PHONE}/block_users`)).json.data).toHaveLength(1);
  });

  it('take files by resumable upload, also in two parts', async () => {
    const query = 'file_name=a.png&file_length=6&file_type=image/png';
    const session = await client.post(`/${SEED.appId}/uploads?${query}`);
    const path = `/${session.json.id as string}`;
    const put = (offset: string, body: string) =>
      client.request('POST', path, {
        body,
        headers: { file_offset: offset, 'content-type': 'application/octet-stream' },
      });
    expect((await put('0', 'abc')).json).toEqual({ file_offset: 3 });
    expect((await client.get(path)).json).toMatchObject({ file_offset: 3 });
    expect((await put('3', 'def')).json).toEqual({ h: expect.stringMatching(/^4::/) });
  });
});

import { changesOf, itemsOf, TestClient } from '../test-client';
import { SEED } from '../world-seed';

const PHONE = `/${SEED.phoneNumberId}`;
const HOUR_MS = 3_600_000;

describe('phone numbers', () => {
  let client: TestClient;
  beforeEach(async () => {
    client = await TestClient.start();
  });
  afterEach(() => client.close());

  const register = (pin: string, more: object = {}) =>
    client.post(`${PHONE}/register`, { messaging_product: 'whatsapp', pin, ...more });

  it('refuse wrong pins, then fast ones, then every one for an hour', async () => {
    for (let n = 0; n < 3; n++) expect((await register('999999')).error).toMatchObject({ code: 133005 });
    expect((await register('999999')).error).toMatchObject({ code: 133009 });
    await client.control.advance(11_000);
    for (let n = 0; n < 2; n++) expect((await register('999999')).error).toMatchObject({ code: 133005 });
    expect((await register(SEED.pin)).error).toMatchObject({ code: 133008 });
    await client.control.advance(HOUR_MS);
    expect((await register(SEED.pin)).json).toEqual({ success: true });
  });

  it('keep messages in a country only where it is offered, until they are deregistered', async () => {
    expect((await register(SEED.pin, { data_localization_region: 'XX' })).error).toMatchObject({ code: 100 });
    expect((await register(SEED.pin, { data_localization_region: 'DE' })).error.message).toContain(
      'Deregister',
    );
    await client.post(`${PHONE}/deregister`);
    expect((await register(SEED.pin, { data_localization_region: 'DE' })).json).toEqual({ success: true });
  });

  it('send nothing once they are deregistered', async () => {
    client.control.playMessage({ from: '+16505551234' });
    await client.post(`${PHONE}/deregister`);
    expect((await client.sendText('+16505551234')).error).toMatchObject({ code: 133010 });
    const { json } = await client.get(`${PHONE}?fields=status,health_status`);
    expect(json).toMatchObject({
      status: 'DISCONNECTED',
      health_status: {
        can_send_message: 'BLOCKED',
        entities: [{ errors: [{ error_code: 141000 }] }, {}, {}, {}],
      },
    });
  });

  it('give up a code after five wrong ones, and hand out five an hour', async () => {
    const added = await client.post(`/${SEED.wabaId}/phone_numbers`, {
      cc: '49',
      phone_number: '15112345678',
      verified_name: 'Third line',
    });
    const path = `/${added.json.id as string}`;
    const request = () => client.post(`${path}/request_code`, { code_method: 'SMS', language: 'en_US' });
    const verify = (code: string) => client.post(`${path}/verify_code`, { code });
    await request();
    for (let n = 0; n < 5; n++) expect((await verify('000000')).error).toMatchObject({ code: 136025 });
    expect((await verify('123456')).error).toMatchObject({ code: 136025 });
    for (let n = 0; n < 4; n++) expect((await request()).json).toEqual({ success: true });
    expect((await request()).error).toMatchObject({ code: 136024 });
    expect((await verify('123456')).json).toMatchObject({ success: true });
  });

  it('set the two-step pin, and say so', async () => {
    const callback = await client.subscribe('security');
    expect((await client.post(PHONE, { pin: '12345' })).error).toMatchObject({ code: 100 });
    expect((await client.post(PHONE, { pin: '654321' })).json).toEqual({ success: true });
    expect((await register('654321')).json).toEqual({ success: true });
    await client.control.waitUntilIdle();
    expect(changesOf(callback)).toMatchObject([
      { field: 'security', value: { display_phone_number: '15550783881', event: 'PIN_CHANGED' } },
    ]);
  });

  it('change their display name after a review', async () => {
    const callback = await client.subscribe('phone_number_name_update');
    await client.post(`${PHONE}?new_display_name=Better%20Shop`);
    const fields = `${PHONE}?fields=verified_name,name_status,new_name_status,new_display_name`;
    expect((await client.get(fields)).json).toMatchObject({
      verified_name: 'Demo Shop',
      new_name_status: 'PENDING_REVIEW',
      new_display_name: 'Better Shop',
    });
    await client.control.advance(200);
    expect((await client.get(fields)).json).toMatchObject({
      verified_name: 'Better Shop',
      new_name_status: 'NONE',
    });
    await client.post(`${PHONE}?new_display_name=Reject%20me`);
    await client.control.advance(200);
    await client.control.waitUntilIdle();
    expect((await client.get(fields)).json).toMatchObject({ new_name_status: 'DECLINED' });
    expect(changesOf(callback).map(({ value }) => value)).toMatchObject([
      { decision: 'APPROVED', requested_verified_name: 'Better Shop', rejection_reason: null },
      { decision: 'REJECTED', requested_verified_name: 'Reject me', rejection_reason: expect.any(String) },
    ]);
  });

  it('take a username that nobody else has', async () => {
    const callback = await client.subscribe('business_username_update');
    const second = client.control.createPhoneNumber({ displayPhoneNumber: '+1 650-555-0100' });
    const take = (id: string, username: string) => client.post(`/${id}/username`, { username });
    for (const wrong of ['ab', 'x'.repeat(36), 'bad name', '123', 'www.shop', 'a..b']) {
      expect((await take(SEED.phoneNumberId, wrong)).error).toMatchObject({ code: 100 });
    }
    expect((await take(SEED.phoneNumberId, 'demo.shop')).json).toEqual({ status: 'approved' });
    expect((await take(second.id, 'Demo.Shop')).error).toMatchObject({ code: 100 });
    expect((await client.get(`${PHONE}/username`)).json).toEqual({
      username: 'demo.shop',
      status: 'approved',
    });
    expect((await client.delete(`${PHONE}/username`)).json).toEqual({ success: true });
    await client.control.waitUntilIdle();
    expect(changesOf(callback).map(({ value }) => value)).toMatchObject([
      { username: 'demo.shop', status: 'approved' },
      { username: 'demo.shop', status: 'deleted' },
    ]);
  });

  it('greet, prompt and take commands within limits', async () => {
    const set = (body: object) => client.post(`${PHONE}/conversational_automation`, { ...body });
    expect((await set({ prompts: ['a', 'b', 'c', 'd', 'e'] })).error).toMatchObject({ code: 100 });
    expect((await set({ prompts: ['x'.repeat(81)] })).error).toMatchObject({ code: 100 });
    expect((await set({ commands: [{ command_name: 'help' }] })).error).toMatchObject({ code: 100 });
    await set({ enable_welcome_message: true, prompts: ['Where are you?'] });
    await set({ commands: [{ command_name: 'help', command_description: 'Shows help' }] });
    const { json } = await client.get(`${PHONE}?fields=conversational_automation`);
    expect(json.conversational_automation).toMatchObject({
      enable_welcome_message: true,
      prompts: ['Where are you?'],
      commands: [{ command_name: 'help' }],
    });
  });

  it('have QR codes with a picture that needs no token', async () => {
    const path = `${PHONE}/message_qrdls`;
    expect((await client.post(path, { prefilled_message: 'x'.repeat(141) })).error).toMatchObject({
      code: 100,
    });
    const made = await client.post(`${path}?generate_qr_image=png&prefilled_message=Hi`);
    const code = made.json.code as string;
    expect(made.json).toMatchObject({
      prefilled_message: 'Hi',
      deep_link_url: `https://wa.me/message/${code}`,
    });
    const image = await fetch(made.json.qr_image_url as string);
    expect([image.status, image.headers.get('content-type')]).toEqual([200, 'image/png']);
    expect((await client.post(path, { code, prefilled_message: 'Hello' })).json).toMatchObject({ code });
    expect((await client.get(`${path}/${code}`)).json.data).toEqual([
      expect.objectContaining({ code, prefilled_message: 'Hello' }),
    ]);
    expect((await client.get(path)).json.data).toHaveLength(1);
    expect((await client.delete(`${path}/${code}`)).json).toEqual({ success: true });
    expect((await client.get(`${path}/${code}`)).error).toMatchObject({ code: 100, error_subcode: 33 });
  });

  it('may have 2000 QR codes', async () => {
    const add = () => client.post(`${PHONE}/message_qrdls`, { prefilled_message: 'Hi' });
    for (let n = 0; n < 2000; n += 50) await Promise.all(Array.from({ length: 50 }, add));
    expect((await add()).error).toMatchObject({ code: 100 });
  });

  it('neither reach nor are reached by people whom they block', async () => {
    client.control.playMessage({ from: '+16505551234' });
    const users = { messaging_product: 'whatsapp', block_users: [{ user: '+16505551234' }] };
    await client.post(`${PHONE}/block_users`, users);
    expect((await client.sendText('+16505551234')).error).toMatchObject({ code: 131026 });
    const callback = await client.subscribe();
    client.control.playMessage({ from: '+16505551234' });
    await client.control.waitUntilIdle();
    expect(itemsOf(callback, 'messages')).toEqual([]);
    const init = { body: JSON.stringify(users), headers: { 'content-type': 'application/json' } };
    expect((await client.request('DELETE', `${PHONE}/block_users`, init)).json).toMatchObject({
      block_users: { removed_users: [{ wa_id: '16505551234' }] },
    });
    expect((await client.sendText('+16505551234')).status).toBe(200);
  });
});

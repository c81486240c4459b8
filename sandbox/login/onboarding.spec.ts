import { isObject, type JsonObject } from '../json';
import { changesOf, TestClient, valuesOf } from '../test-client';
import { SEED } from '../world-seed';

const DAY_MS = 86_400_000;

describe('Embedded Signup', () => {
  let client: TestClient;
  beforeEach(async () => {
    client = await TestClient.start();
  });
  afterEach(() => client.close());

  const exchange = (code: string | null) =>
    client.get(
      `/oauth/access_token?client_id=${SEED.appId}&client_secret=${SEED.appSecret}&code=${code ?? ''}`,
      null,
    );
  const coexist = (more: object = {}) =>
    client.control.playEmbeddedSignup({ event: 'FINISH_WHATSAPP_BUSINESS_APP_ONBOARDING', ...more });
  const tokenOf = async (code: string | null) => (await exchange(code)).json.access_token as string;

  it('leaves an account whose number only needs to be registered', async () => {
    const callback = await client.subscribe('account_update');
    const signup = client.control.playEmbeddedSignup({ name: 'Flower Shop' });
    expect(JSON.parse(signup.message)).toEqual({
      type: 'WA_EMBEDDED_SIGNUP',
      event: 'FINISH',
      version: 3,
      data: {
        phone_number_id: signup.phoneNumberId,
        waba_id: signup.wabaId,
        business_id: signup.businessId,
      },
    });
    const token = await tokenOf(signup.code);
    const path = `/${signup.phoneNumberId ?? ''}`;
    expect((await client.get(`${path}?fields=status`, token)).json).toMatchObject({ status: 'PENDING' });
    const pin = { messaging_product: 'whatsapp', pin: '111222' };
    expect((await client.post(`${path}/register`, pin, token)).json).toEqual({ success: true });
    expect((await client.get(`/${SEED.wabaId}`, token)).error).toMatchObject({ error_subcode: 33 });
    await client.control.waitUntilIdle();
    expect(changesOf(callback)).toMatchObject([{ value: { event: 'PARTNER_ADDED' } }]);
  });

  it('gives codes that live 30 seconds and work once', async () => {
    const late = client.control.playEmbeddedSignup();
    await client.control.advance(31_000);
    expect((await exchange(late.code)).error).toMatchObject({ code: 100, error_subcode: 36007 });
    const once = client.control.playEmbeddedSignup();
    expect((await exchange(once.code)).status).toBe(200);
    expect((await exchange(once.code)).error).toMatchObject({ error_subcode: 36009 });
  });

  it('may end without a number, or be cancelled', () => {
    const withoutNumber = client.control.playEmbeddedSignup({ event: 'FINISH_ONLY_WABA' });
    expect(withoutNumber.phoneNumberId).toBeNull();
    expect(withoutNumber.session.data).not.toHaveProperty('phone_number_id');
    const cancelled = client.control.playEmbeddedSignup({ event: 'CANCEL', currentStep: 'PERMISSIONS' });
    expect(cancelled).toMatchObject({ code: null, session: { data: { current_step: 'PERMISSIONS' } } });
  });

  it('shares the phone with the app: each synchronisation once, within a day', async () => {
    const { code, phoneNumberId } = coexist();
    const token = await tokenOf(code);
    const path = `/${phoneNumberId ?? ''}`;
    const sync = (type: string) =>
      client.post(`${path}/smb_app_data`, { messaging_product: 'whatsapp', sync_type: type }, token);
    const pin = { messaging_product: 'whatsapp', pin: '111222' };
    expect((await client.post(`${path}/register`, pin, token)).error).toMatchObject({ code: 131031 });
    expect((await client.get(`${path}?fields=is_on_biz_app,status`, token)).json).toMatchObject({
      is_on_biz_app: true,
      status: 'CONNECTED',
    });
    expect((await sync('everything')).error).toMatchObject({ code: 100 });
    expect((await sync('smb_app_state_sync')).json).toEqual({
      messaging_product: 'whatsapp',
      request_id: expect.any(String),
    });
    expect((await sync('smb_app_state_sync')).error).toMatchObject({ code: 2593107 });
    await client.control.advance(DAY_MS + 1);
    expect((await sync('history')).error).toMatchObject({ code: 2593108 });
  });

  it('sends the history in phases with progress, and every message of it once', async () => {
    const callback = await client.subscribe('history,smb_app_state_sync');
    const messages = Array.from({ length: 9 }, (_, n): JsonObject => ({
      from: '16505551234',
      id: `wamid.${n}`,
      timestamp: String(1_700_000_000 + n),
      type: 'text',
      text: { body: `${n}` },
      history_context: { status: 'READ' },
    }));
    const { code, phoneNumberId, wabaId } = coexist({ threads: [{ id: '16505551234', messages }] });
    const token = await tokenOf(code);
    await client.post(`/${wabaId ?? ''}/subscribed_apps`, {}, token);
    for (const type of ['smb_app_state_sync', 'history']) {
      const body = { messaging_product: 'whatsapp', sync_type: type };
      await client.post(`/${phoneNumberId ?? ''}/smb_app_data`, body, token);
    }
    await client.control.waitUntilIdle();
    const chunks = valuesOf(callback).flatMap(({ history }) => (Array.isArray(history) ? history : []));
    const places = chunks.map((chunk) => (isObject(chunk) ? chunk.metadata : null));
    expect(places).toEqual(
      expect.arrayContaining([
        { phase: 0, chunk_order: 1, progress: 17 },
        { phase: 2, chunk_order: 2, progress: 100 },
      ]),
    );
    expect(places[0]).toMatchObject({ chunk_order: 2 });
    const ids = JSON.stringify(chunks).match(/wamid\.\d/g) ?? [];
    expect([...ids].sort()).toEqual(messages.map(({ id }) => id));
    expect(changesOf(callback).find(({ field }) => field === 'smb_app_state_sync')).toMatchObject({
      value: { state_sync: [{ type: 'contact', action: 'add', contact: { phone_number: '16505551234' } }] },
    });
  });

  it('says so where the phone shares no history', async () => {
    const callback = await client.subscribe('history');
    const { code, phoneNumberId, wabaId } = coexist({ sharesHistory: false });
    const token = await tokenOf(code);
    await client.post(`/${wabaId ?? ''}/subscribed_apps`, {}, token);
    const body = { messaging_product: 'whatsapp', sync_type: 'history' };
    await client.post(`/${phoneNumberId ?? ''}/smb_app_data`, body, token);
    await client.control.waitUntilIdle();
    expect(valuesOf(callback)).toMatchObject([{ history: [{ errors: [{ code: 2593109 }] }] }]);
  });

  it('echoes what is written, changed and deleted on the phone, and tells its address book', async () => {
    const callback = await client.subscribe('smb_message_echoes,smb_app_state_sync');
    const { messageId } = client.control.playPhoneAppMessage({
      to: '+16505551234',
      content: { body: 'Soon' },
    });
    const original_message_id = messageId;
    client.control.playPhoneAppMessage({
      to: '+16505551234',
      type: 'revoke',
      content: { original_message_id },
    });
    client.control.playContactSync({ contacts: [{ phone: '+16505551234', action: 'remove' }] });
    await client.control.waitUntilIdle();
    expect(valuesOf(callback)).toMatchObject([
      { message_echoes: [{ from: '15550783881', to: '16505551234', id: messageId, text: { body: 'Soon' } }] },
      { message_echoes: [{ type: 'revoke', revoke: { original_message_id } }] },
      { state_sync: [{ action: 'remove', contact: { phone_number: '16505551234' } }] },
    ]);
  });

  it('is over for a number that is taken off on the phone', async () => {
    const { phoneNumberId } = coexist();
    const id = phoneNumberId ?? '';
    client.control.disconnectPhoneApp({ phoneNumberId: id });
    const { token } = client.control.issueToken({ targets: 'all' });
    expect((await client.get(`/${id}`, token)).error).toMatchObject({ code: 100 });
  });
});

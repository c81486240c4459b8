import type { CallbackServer } from '../webhooks/callback-server';
import { changesOf, itemsOf, TestClient, valuesOf } from '../test-client';
import { SAMPLE_SDP } from './voice-calls';
import { SEED } from '../world-seed';

const CALLS = `/${SEED.phoneNumberId}/calls`;
const SETTINGS = `/${SEED.phoneNumberId}/settings`;
const PERMISSIONS = `/${SEED.phoneNumberId}/call_permissions?user_wa_id=16505551234`;
const ANA = '+16505551234';

describe('calls', () => {
  let client: TestClient;
  let callback: CallbackServer;
  beforeEach(async () => {
    client = await TestClient.start();
    callback = await client.subscribe('messages,calls,account_settings_update');
    // One after the other, so that they arrive in the order in which they were sent.
    client.control.configure({ delivery: { concurrency: 1 } });
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await client.close();
  });

  const enable = (more: object = {}) => client.post(SETTINGS, { calling: { status: 'ENABLED', ...more } });
  const act = (action: string, more: object = {}) =>
    client.post(CALLS, { messaging_product: 'whatsapp', action, ...more });
  const offer = { session: { sdp_type: 'offer', sdp: SAMPLE_SDP } };
  const answer = { session: { sdp_type: 'answer', sdp: SAMPLE_SDP } };
  const call = (more: object = {}) => act('connect', { to: ANA, ...offer, ...more });
  const callValues = () =>
    changesOf(callback)
      .filter(({ field }) => field === 'calls')
      .map(({ value }) => value);
  /** The last one told, of which so many seconds were skipped: what the test itself took since comes to them. */
  const expectLength = (seconds: number, begun: number) => {
    const { calls } = callValues().at(-1) as { calls: [{ duration: number }] };
    expect(calls[0].duration).toBeGreaterThanOrEqual(seconds);
    expect(calls[0].duration).toBeLessThanOrEqual(seconds + Math.ceil((Date.now() - begun) / 1000));
  };

  it('must be enabled, by an app that listens to them', async () => {
    expect((await call()).error).toMatchObject({ code: 138000 });
    const appToken = `${SEED.appId}|${SEED.appSecret}`;
    const path = `/${SEED.appId}/subscriptions?object=whatsapp_business_account&fields=calls`;
    await client.delete(path, appToken);
    expect((await enable()).error).toMatchObject({ code: 138018 });
  });

  it('have hours that make sense', async () => {
    const day = { day_of_week: 'MONDAY', open_time: '0900', close_time: '1700' };
    const set = (hours: object) =>
      enable({ call_hours: { status: 'ENABLED', timezone_id: 'Asia/Riyadh', ...hours } });
    for (const wrong of [
      { weekly_operating_hours: [] },
      { weekly_operating_hours: [day], timezone_id: 'Mars/Base' },
      { weekly_operating_hours: [{ ...day, open_time: '1800' }] },
      { weekly_operating_hours: [day, { ...day, open_time: '1600', close_time: '1800' }] },
      { weekly_operating_hours: [day, day, day] },
      { weekly_operating_hours: [day], holiday_schedule: [{ date: '2020-01-01' }] },
    ]) {
      expect((await set(wrong)).error).toMatchObject({ code: 100 });
    }
    expect((await set({ weekly_operating_hours: [day] })).json).toEqual({ success: true });
    expect((await client.get(SETTINGS)).json.calling).toMatchObject({
      status: 'ENABLED',
      call_icon_visibility: 'DEFAULT',
      call_hours: { weekly_operating_hours: [day] },
    });
    await client.control.waitUntilIdle();
    expect(changesOf(callback)).toMatchObject([{ field: 'account_settings_update' }]);
  });

  it('of people are offered, accepted in advance, taken and ended', async () => {
    await enable();
    const { callId } = client.control.playCall({ from: ANA });
    await client.control.waitUntilIdle();
    expect(valuesOf(callback).at(-1)).toMatchObject({
      contacts: [{ wa_id: '16505551234' }],
      calls: [
        {
          id: callId,
          from: '16505551234',
          to: '15550783881',
          event: 'connect',
          direction: 'USER_INITIATED',
          session: { sdp_type: 'offer', sdp: SAMPLE_SDP },
        },
      ],
    });
    const id = { call_id: callId };
    expect((await act('accept', { ...id, ...offer })).error).toMatchObject({ code: 100 });
    expect((await act('pre_accept', { ...id, ...answer })).json).toMatchObject({ success: true });
    const other = { session: { sdp_type: 'answer', sdp: SAMPLE_SDP.replace('7669', '1111') } };
    expect((await act('accept', { ...id, ...other })).error).toMatchObject({ code: 100 });
    const begun = Date.now();
    const taken = await act('accept', { ...id, ...answer, biz_opaque_callback_data: 'desk 4' });
    expect(taken.json).toMatchObject({ success: true });
    await client.control.advance(90_000);
    expect((await act('terminate', id)).json).toMatchObject({ success: true });
    expect((await act('terminate', id)).error).toMatchObject({ code: 100 });
    await client.control.waitUntilIdle();
    expect(callValues().at(-1)).toMatchObject({
      calls: [{ event: 'terminate', status: 'COMPLETED', biz_opaque_callback_data: 'desk 4' }],
    });
    expectLength(90, begun);
    expect((await client.sendText(ANA)).status).toBe(200);
  });

  it('ring for a minute', async () => {
    await enable();
    client.control.playCall({ from: ANA });
    await client.control.advance(61_000);
    await client.control.waitUntilIdle();
    const [ended] = (callValues().at(-1) as { calls: object[] }).calls;
    expect(ended).toMatchObject({ event: 'terminate', status: 'FAILED' });
    expect(ended).not.toHaveProperty('duration');
  });

  it('of the business need permission, and climb from ringing to their end', async () => {
    await enable();
    expect((await call()).error).toMatchObject({ code: 138006 });
    client.control.playCallPermission({ from: ANA, response: 'accept' });
    expect((await call({ session: { sdp_type: 'offer', sdp: 'hello' } })).error).toMatchObject({ code: 100 });
    const started = await call({ biz_opaque_callback_data: 'ticket 9' });
    const [{ id: callId }] = started.json.calls as [{ id: string }];
    expect((await call()).error).toMatchObject({ code: 138003 });
    await client.control.advance(100);
    const begun = Date.now();
    client.control.answerCall({ callId, answer: 'accept' });
    await client.control.advance(30_000);
    client.control.hangUp({ callId });
    await client.control.waitUntilIdle();
    expect(callValues()).toMatchObject([
      { statuses: [{ id: callId, type: 'call', status: 'RINGING', biz_opaque_callback_data: 'ticket 9' }] },
      { calls: [{ id: callId, event: 'connect', session: { sdp_type: 'answer' } }] },
      { statuses: [{ id: callId, status: 'ACCEPTED' }] },
      { calls: [{ id: callId, event: 'terminate', status: 'COMPLETED' }] },
    ]);
    expectLength(30, begun);
  });

  it('may be refused, or break', async () => {
    await enable();
    client.control.playCallPermission({ from: ANA, response: 'accept', isPermanent: true });
    const first = (await call()).json.calls as [{ id: string }];
    client.control.answerCall({ callId: first[0].id, answer: 'reject' });
    const second = (await call()).json.calls as [{ id: string }];
    client.control.answerCall({ callId: second[0].id, answer: 'accept' });
    client.control.hangUp({ callId: second[0].id, errorCode: 138021 });
    await client.control.waitUntilIdle();
    expect(callValues()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ statuses: [expect.objectContaining({ status: 'REJECTED' })] }),
        expect.objectContaining({ errors: [expect.objectContaining({ code: 138021 })] }),
      ]),
    );
  });

  it('tell who may be called, and how often one may ask', async () => {
    await enable({ callback_permission_status: 'ENABLED' });
    expect((await client.get(PERMISSIONS)).json).toMatchObject({
      permission: { status: 'no_permission' },
      actions: [
        { action_name: 'send_call_permission_request', can_perform_action: true },
        { action_name: 'start_call', can_perform_action: false },
      ],
    });
    client.control.playMessage({ from: ANA });
    const ask = () =>
      client.send({
        to: ANA,
        type: 'interactive',
        interactive: {
          type: 'call_permission_request',
          action: { name: 'call_permission_request' },
          body: { text: 'May we call?' },
        },
      });
    expect((await ask()).status).toBe(200);
    expect((await ask()).error).toMatchObject({ code: 138009 });
    expect((await client.get(PERMISSIONS)).json.actions).toMatchObject([
      {
        can_perform_action: false,
        limits: [{ current_usage: 1, limit_expiration_time: expect.any(Number) }, {}],
      },
      {},
    ]);
    client.control.playCall({ from: ANA });
    expect((await client.get(PERMISSIONS)).json.permission).toMatchObject({
      status: 'temporary',
      expiration_time: expect.any(Number),
    });
    await client.control.waitUntilIdle();
    expect(itemsOf(callback, 'messages').at(-1)).toMatchObject({
      interactive: { call_permission_reply: { response: 'accept', response_source: 'automatic' } },
    });
    client.control.playCallPermission({ from: ANA, response: 'accept', isPermanent: true });
    expect((await client.get(PERMISSIONS)).json.permission).toEqual({ status: 'permanent' });
    expect((await ask()).error).toMatchObject({ code: 138017 });
    client.control.playCallPermission({ from: ANA, response: 'reject' });
    // However long the answers take, all within one second of the stand-in.
    jest.spyOn(Date, 'now').mockReturnValue(Date.now());
    for (let n = 0; n < 5; n++) await client.get(PERMISSIONS);
    expect((await client.get(PERMISSIONS)).error).toMatchObject({ code: 613 });
  });

  it('go by SIP, or by Graph', async () => {
    await enable({ sip: { status: 'ENABLED', servers: [{ hostname: 'sip.example.com', port: 5061 }] } });
    expect((await call()).error).toMatchObject({ code: 131055 });
  });
});

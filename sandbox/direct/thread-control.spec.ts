import { startCallbackServer, type CallbackServer } from '../webhooks/callback-server';
import type { JsonObject } from '../json';
import { asObjects, dataOf, entriesOf, messagingOf, PageTestClient } from '../pages/page-test-client';
import { WEBHOOK_FIELDS } from '../webhooks/webhook-fields';
import { SEED } from '../world-seed';

const OTHER = { appId: '555000111222333', appSecret: 'other-secret' };

describe('several apps on one Page', () => {
  let client: PageTestClient;
  let ours: CallbackServer;
  let theirs: CallbackServer;
  let theirToken: string;
  let ana: string;
  beforeEach(async () => {
    client = await PageTestClient.start();
    client.control.createApp(OTHER);
    theirToken = client.control.issueToken({ appId: OTHER.appId, pageId: SEED.pageId }).token;
    ours = await client.subscribe();
    theirs = await startCallbackServer();
    const fields = (WEBHOOK_FIELDS.page ?? []).join(',');
    await client.post(
      `/${OTHER.appId}/subscriptions`,
      { object: 'page', callback_url: theirs.url, verify_token: theirs.verifyToken, fields },
      `${OTHER.appId}|${OTHER.appSecret}`,
    );
    await client.post('/me/subscribed_apps', { subscribed_fields: fields }, theirToken);
    client.control.configure({ statuses: { lose: ['delivered', 'read'] } });
    ana = client.control.playDirectMessage({ from: 'Ana', silent: true }).userId;
  });
  afterEach(async () => {
    await client.close();
    await theirs.close();
  });

  const hand = (edge: string, more: JsonObject = {}, token = client.pageToken) =>
    client.post(`/me/${edge}`, { recipient: { id: ana }, ...more }, token);
  const standbyOf = (callback: CallbackServer) =>
    entriesOf(callback).flatMap((entry) => asObjects(entry.standby));

  it('tells the new owner, who alone may write; the others listen', async () => {
    const passed = await hand('pass_thread_control', { target_app_id: OTHER.appId, metadata: 'Sales' });
    expect(passed.json).toEqual({ success: true });
    await client.control.waitUntilIdle();
    expect(messagingOf(theirs)).toEqual([
      {
        sender: { id: ana },
        recipient: { id: SEED.pageId },
        timestamp: expect.any(Number),
        pass_thread_control: {
          previous_owner_app_id: SEED.appId,
          new_owner_app_id: OTHER.appId,
          metadata: 'Sales',
        },
      },
    ]);
    expect(messagingOf(ours)).toEqual([]);
    client.control.playDirectMessage({ from: ana, text: 'Anybody?' });
    await client.control.waitUntilIdle();
    expect(standbyOf(ours)).toMatchObject([{ message: { text: 'Anybody?' } }]);
    expect(messagingOf(ours)).toEqual([]);
    expect(messagingOf(theirs)[1]).toMatchObject({ message: { text: 'Anybody?' } });
    expect((await client.sendText(ana)).error).toMatchObject({ code: 10, error_subcode: 2018300 });
    const answer = { recipient: { id: ana }, message: { text: 'Hi' } };
    expect((await client.post('/me/messages', answer, theirToken)).status).toBe(200);
    await client.control.waitUntilIdle();
    expect(standbyOf(ours)[1]).toMatchObject({ message: { is_echo: true, app_id: Number(OTHER.appId) } });
    expect(dataOf(await client.get(`/me/thread_owner?recipient=${ana}`))).toEqual([
      { thread_owner: { app_id: OTHER.appId } },
    ]);
  });

  it('lets the primary receiver take it back, and the others ask for it', async () => {
    expect(client.control.setPrimaryReceiver({ appId: SEED.appId })).toBe(1);
    client.control.setThreadOwner({ from: ana, appId: OTHER.appId, silent: true });
    await hand('request_thread_control', { metadata: 'Please' });
    expect((await hand('take_thread_control', {}, theirToken)).error).toMatchObject({ code: 10 });
    expect((await hand('take_thread_control')).json).toEqual({ success: true });
    await client.control.waitUntilIdle();
    expect(messagingOf(ours)).toEqual([
      {
        recipient: { id: SEED.pageId },
        timestamp: expect.any(Number),
        app_roles: { [SEED.appId]: ['primary_receiver'] },
      },
    ]);
    expect(messagingOf(theirs)).toMatchObject([
      { request_thread_control: { requested_owner_app_id: SEED.appId, metadata: 'Please' } },
      { take_thread_control: { previous_owner_app_id: OTHER.appId, new_owner_app_id: SEED.appId } },
    ]);
    expect((await client.sendText(ana)).status).toBe(200);
    expect(dataOf(await client.get('/me/secondary_receivers'))).toMatchObject([{ id: OTHER.appId }]);
  });

  it('lets go, and knows to whom it cannot pass', async () => {
    expect((await hand('pass_thread_control', { target_app_id: '1' })).error).toMatchObject({ code: 100 });
    expect((await hand('pass_thread_control')).error).toMatchObject({ code: 100 });
    expect((await hand('pass_thread_control', { target_app_id: '263902037430900' })).status).toBe(200);
    expect((await hand('release_thread_control')).error).toMatchObject({ code: 10, error_subcode: 2018300 });
    client.control.setThreadOwner({ from: ana, appId: SEED.appId });
    expect((await hand('release_thread_control')).json).toEqual({ success: true });
    expect(dataOf(await client.get(`/me/thread_owner?recipient=${ana}`))).toEqual([]);
    const stranger = await client.post('/me/take_thread_control', { recipient: { id: '1234567890' } });
    expect(stranger.error).toMatchObject({ code: 100, error_subcode: 2018001 });
  });

  it('hears that a human took the thread in the inbox', async () => {
    expect(client.control.setThreadOwner({ from: ana, appId: 'inbox' })).toBe(2);
    await client.control.waitUntilIdle();
    expect(messagingOf(ours)).toMatchObject([
      { take_thread_control: { previous_owner_app_id: SEED.appId, new_owner_app_id: '263902037430900' } },
    ]);
    expect((await client.sendText(ana)).error).toMatchObject({ code: 10, error_subcode: 2018300 });
  });
});

describe('people who come without writing', () => {
  let client: PageTestClient;
  beforeEach(async () => {
    client = await PageTestClient.start();
  });
  afterEach(() => client.close());

  it('open the window by a referral', async () => {
    const callback = await client.subscribe();
    const { userId } = client.control.playDirectReferral({ from: 'Ana', ref: 'summer', source: 'ADS' });
    await client.control.waitUntilIdle();
    expect(messagingOf(callback)).toMatchObject([
      { sender: { id: userId }, referral: { ref: 'summer', source: 'ADS', type: 'OPEN_THREAD' } },
    ]);
    expect((await client.sendText(userId)).status).toBe(200);
  });

  it('can be written to by what they agreed with', async () => {
    const callback = await client.subscribe();
    client.control.playDirectOptIn({ from: 'Ana', userRef: 'box-1', ref: 'checkout' });
    const token = client.control.playDirectOptIn({ from: 'Ben', notificationToken: 'tok-1', title: 'News' });
    await client.control.waitUntilIdle();
    const [byBox, byToken] = messagingOf(callback);
    expect(byBox).toEqual({
      recipient: { id: SEED.pageId },
      timestamp: expect.any(Number),
      optin: { ref: 'checkout', user_ref: 'box-1' },
    });
    expect(byToken).toMatchObject({
      sender: { id: token.userId },
      optin: { type: 'notification_messages', notification_messages_token: 'tok-1' },
    });
    const send = (recipient: JsonObject) =>
      client.post('/me/messages', { recipient, message: { text: 'Hi' } });
    expect((await send({ user_ref: 'box-1' })).json).toEqual({ message_id: expect.any(String) });
    expect((await send({ notification_messages_token: 'tok-1' })).json).toMatchObject({
      recipient_id: token.userId,
    });
    expect((await send({ user_ref: 'box-2' })).error).toMatchObject({ code: 100, error_subcode: 2018001 });
  });
});

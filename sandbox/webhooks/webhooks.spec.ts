import { startCallbackServer, type CallbackServer } from './callback-server';
import { isObject } from '../json';
import { APP_TOKEN, changesOf, itemsOf, TestClient, valuesOf } from '../test-client';
import { escapeLikeMeta, metaJsonBytes, signatureHeaders, signedRequest } from './webhook-bytes';
import { SEED } from '../world-seed';

const ANA = '+16505551234';
const HOUR_MS = 3_600_000;

describe('webhook bytes', () => {
  const body =
    '{"object":"page","entry":[{"id":"1","time":1,"messaging":[{"message":{"text":"\\u00e9\\/"}}]}]}';

  it('are signed as they are, with the escapes', () => {
    expect(signatureHeaders(Buffer.from(body), 'test-app-secret')['x-hub-signature-256']).toBe(
      'sha256=1e592fee628a0c869d69362f3dc3cbacaf6d83d0f9cd4b25412e02be722465f6',
    );
    const again = JSON.stringify(JSON.parse(body));
    expect(signatureHeaders(Buffer.from(again), 'test-app-secret')['x-hub-signature-256']).toBe(
      'sha256=eaed40740c6b60d36eaff44a6670d30704bbcd9852f4a4061083fa34fdbed252',
    );
  });

  it('come out of a value as Meta writes them', () => {
    expect(metaJsonBytes(JSON.parse(body) as never).toString()).toBe(body);
    expect(escapeLikeMeta('"😀/é"')).toBe('"\\ud83d\\ude00\\/\\u00e9"');
  });

  it('make the signed_request of the documentation', () => {
    expect(
      signedRequest(
        { user_id: '218471', algorithm: 'HMAC-SHA256', issued_at: 1291836800 },
        'test-app-secret',
      ),
    ).toBe(
      'KMxVhxLm6ZDVXSh1nNpAElkRQQLwrXA9rsGlxdUkYew.' +
        'eyJ1c2VyX2lkIjoiMjE4NDcxIiwiYWxnb3JpdGhtIjoiSE1BQy1TSEEyNTYiLCJpc3N1ZWRfYXQiOjEyOTE4MzY4MDB9',
    );
  });
});

describe('subscriptions', () => {
  let client: TestClient;
  let callback: CallbackServer;
  beforeEach(async () => {
    client = await TestClient.start();
    callback = await startCallbackServer();
  });
  afterEach(async () => {
    await client.close();
    await callback.close();
  });

  function subscribe(more: Record<string, string> = {}, token = APP_TOKEN) {
    const body = new URLSearchParams({
      object: 'whatsapp_business_account',
      callback_url: callback.url,
      verify_token: callback.verifyToken,
      fields: 'messages',
      ...more,
    });
    return client.request('POST', `/${SEED.appId}/subscriptions`, { body }, token);
  }

  it('verify the address by a GET, and can be read and ended', async () => {
    expect((await subscribe()).json).toEqual({ success: true });
    expect(callback.verifications[0]!.url).toMatch(
      /\?hub\.mode=subscribe&hub\.challenge=\d+&hub\.verify_token=verify-me$/,
    );
    expect((await client.get(`/${SEED.appId}/subscriptions`, APP_TOKEN)).json.data).toEqual([
      {
        object: 'whatsapp_business_account',
        callback_url: callback.url,
        active: true,
        fields: [{ name: 'messages', version: 'v26.0' }],
      },
    ]);
    await client.delete(`/${SEED.appId}/subscriptions?object=whatsapp_business_account`, APP_TOKEN);
    expect((await client.get(`/${SEED.appId}/subscriptions`, APP_TOKEN)).json.data).toEqual([]);
  });

  it('send challenges that are no number, where told', async () => {
    client.control.configure({ delivery: { challenge: 'text' } });
    expect((await subscribe()).json).toEqual({ success: true });
  });

  it('fail for a wrong verify token, no server, no URL, a wrong token and a user token', async () => {
    expect((await subscribe({ verify_token: 'wrong' })).error).toMatchObject({ code: 2200 });
    expect((await subscribe({ callback_url: 'http://127.0.0.1:1/' })).error).toMatchObject({ code: 2200 });
    expect((await subscribe({ callback_url: 'nowhere' })).error).toMatchObject({ code: 100 });
    expect((await subscribe({}, client.token)).error).toMatchObject({ code: 15 });
    expect((await client.get(`/${SEED.appId}/subscriptions`, APP_TOKEN)).json.data).toEqual([]);
  });

  it('name the unknown field: message_deliveries is not WhatsApp’s', async () => {
    const { error } = await subscribe({ fields: 'messages,message_deliveries' });
    expect(error.code).toBe(100);
    expect(error.message).toContain('message_deliveries');
    expect((await subscribe({ object: 'page', fields: 'message_deliveries' })).status).toBe(200);
    expect((await subscribe({ object: 'planet' })).error).toMatchObject({ code: 100 });
  });

  it('are silent until both app and account are subscribed, and for other fields', async () => {
    const play = async () => {
      const { told } = client.control.playMessage({ from: ANA });
      await client.control.waitUntilIdle();
      return told;
    };
    expect(await play()).toBe(0);
    await subscribe({ fields: 'account_update' });
    await client.post(`/${SEED.wabaId}/subscribed_apps`);
    expect(await play()).toBe(0);
    await subscribe();
    expect(await play()).toBe(1);
    await client.delete(`/${SEED.wabaId}/subscribed_apps`);
    expect(await play()).toBe(0);
    expect(callback.received).toHaveLength(1);
  });

  it('tell permissions that were taken back, with the person', async () => {
    await subscribe({ object: 'permissions', fields: 'connected,business_management' });
    client.control.revokePermission({ permission: 'business_management' });
    client.control.revokePermission();
    await client.control.waitUntilIdle();
    const [first] = callback.received;
    expect(first!.json).toMatchObject({
      object: 'permissions',
      entry: [
        {
          id: SEED.personId,
          uid: SEED.personId,
          changes: [{ field: 'business_management' }, { field: 'connected', verb: 'revoked' }],
        },
      ],
    });
  });
});

describe('delivery', () => {
  let client: TestClient;
  let callback: CallbackServer;
  beforeEach(async () => {
    client = await TestClient.start();
    callback = await client.subscribe();
  });
  afterEach(() => client.close());

  it('signs what it sends, and escapes it', async () => {
    client.control.playMessage({ from: ANA, content: { body: 'Größe 😀 a/b' } });
    await client.control.waitUntilIdle();
    const { body, headers } = callback.received[0]!;
    expect(body.toString()).toContain('Gr\\u00f6\\u00dfe \\ud83d\\ude00 a\\/b');
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      ...signatureHeaders(body, SEED.appSecret),
    });
  });

  it('repeats with growing pauses until it is taken', async () => {
    client.control.configure({ delivery: { retryDelaysMs: [60_000, 600_000] } });
    callback.status = 500;
    client.control.playMessage({ from: ANA });
    await client.control.advance(1000);
    expect(callback.received).toHaveLength(1);
    await client.control.advance(60_000);
    expect(callback.received).toHaveLength(2);
    callback.status = 200;
    await client.control.advance(HOUR_MS);
    expect(callback.received).toHaveLength(3);
    expect(new Set(callback.received.map(({ body }) => body.toString())).size).toBe(1);
    expect(client.control.deliveries()).toMatchObject([
      { state: 'delivered', attempts: [{ status: 500 }, { status: 500 }, { status: 200 }] },
    ]);
  });

  it('gives WhatsApp up after seven days', async () => {
    callback.status = 503;
    client.control.playMessage({ from: ANA });
    await client.control.advance(6 * 24 * HOUR_MS);
    expect(client.control.deliveries()[0]!.state).toBe('retrying');
    await client.control.advance(2 * 24 * HOUR_MS);
    expect(client.control.deliveries()[0]!.state).toBe('abandoned');
  });

  it('ends a Page’s subscription after an hour of failure', async () => {
    const { control } = client;
    const { token } = control.issueToken({
      scopes: ['pages_show_list', 'pages_manage_metadata', 'pages_messaging'],
    });
    const pageToken = (await client.get(`/${SEED.pageId}?fields=access_token`, token)).json
      .access_token as string;
    const body = {
      object: 'page',
      callback_url: callback.url,
      verify_token: 'verify-me',
      fields: 'messages',
    };
    await client.post(`/${SEED.appId}/subscriptions`, body, APP_TOKEN);
    await client.post(`/${SEED.pageId}/subscribed_apps?subscribed_fields=messages`, {}, pageToken);
    const item = { sender: { id: '1' }, recipient: { id: SEED.pageId }, message: { mid: 'm_1', text: 'Hi' } };
    const play = () =>
      control.playMessaging({ object: 'page', ownerId: SEED.pageId, field: 'messages', item });
    expect(play()).toBe(1);
    await control.waitUntilIdle();
    expect(callback.received[0]!.json).toMatchObject({
      object: 'page',
      entry: [{ id: SEED.pageId, messaging: [item] }],
    });
    callback.status = 500;
    play();
    await control.advance(3 * HOUR_MS);
    expect(play()).toBe(0);
    expect(control.deliveries({ state: 'abandoned' })).toHaveLength(1);
  });

  it('joins changes of several tenants in one batch', async () => {
    const other = client.control.createTenant({ name: 'Other', displayPhoneNumber: '+49 30 1234567' });
    const { token } = client.control.issueToken({ personId: other.personId });
    await client.post(`/${other.wabaId}/subscribed_apps`, {}, token);
    client.control.configure({ delivery: { delayMs: 50 } });
    client.control.playMessage({ from: ANA });
    client.control.playMessage({ from: ANA, phoneNumberId: other.phoneNumberId });
    client.control.playMessage({ from: '+16505559999' });
    await client.control.advance(60);
    expect(callback.received).toHaveLength(1);
    const { json } = callback.received[0]!;
    expect(isObject(json) && json.entry).toMatchObject([
      { id: SEED.wabaId, changes: [{}, {}] },
      { id: other.wabaId, changes: [{}] },
    ]);
  });

  it('splits by batch size, repeats, loses and disorders as told', async () => {
    client.control.configure({ delivery: { batchSize: 1, delayMs: 20, duplicateEvery: 2, shuffle: true } });
    client.control.dropWebhooks(1);
    for (let n = 0; n < 5; n++) client.control.playMessage({ from: ANA, id: `wamid.${n}` });
    await client.control.advance(30);
    const ids = itemsOf(callback, 'messages').map(({ id }) => id);
    expect(ids).toHaveLength(6); // 5 less 1 lost, 2 of the 4 twice
    expect(new Set(ids).size).toBe(4);
    expect(client.control.deliveries({ state: 'dropped' })).toHaveLength(1);
  });

  it('follows the alternate callbacks for messages only', async () => {
    const accountWide = await startCallbackServer('a');
    const forNumber = await startCallbackServer('b');
    await client.post(`/${SEED.wabaId}/subscribed_apps`, {
      override_callback_uri: accountWide.url,
      verify_token: 'a',
    });
    client.control.playMessage({ from: ANA });
    await client.post(`/${SEED.phoneNumberId}`, {
      webhook_configuration: { override_callback_uri: forNumber.url, verify_token: 'b' },
    });
    client.control.playMessage({ from: ANA });
    client.control.setTemplateStatus({ name: 'hello_world' }, { status: 'PAUSED' });
    await client.control.waitUntilIdle();
    expect(accountWide.received).toHaveLength(1);
    expect(forNumber.received).toHaveLength(1);
    expect(changesOf(callback)).toMatchObject([{ field: 'message_template_status_update' }]);
    await Promise.all([accountWide.close(), forNumber.close()]);
  });

  it('sends raw bytes signed, once, without any subscription', async () => {
    const raw =
      '{"object":"whatsapp_business_account","entry":[{"id":"0","changes":[{"field":"messages","value":{"n":9007199254740993}}]}]}';
    const delivery = await client.control.playRaw({ body: raw });
    expect(delivery).toMatchObject({ state: 'delivered', attempts: [{ status: 200 }], body: raw });
    expect(callback.received[0]!.body.toString()).toBe(raw);
    expect(callback.received[0]!.headers).toMatchObject(signatureHeaders(Buffer.from(raw), SEED.appSecret));
  });

  describe('of people’s messages', () => {
    const types = [
      'text',
      'image',
      'video',
      'audio',
      'document',
      'sticker',
      'location',
      'contacts',
      'reaction',
    ];
    it.each([...types, 'button', 'interactive', 'order', 'edit', 'revoke', 'a_type_of_tomorrow'])(
      'of type %s has its content under that key',
      async (type) => {
        const content = type === 'a_type_of_tomorrow' ? { x: 1 } : undefined;
        client.control.playMessage({ from: ANA, type, ...(content && { content }) });
        await client.control.waitUntilIdle();
        const [value] = valuesOf(callback);
        expect(value).toMatchObject({
          messaging_product: 'whatsapp',
          metadata: { display_phone_number: '15550783881', phone_number_id: SEED.phoneNumberId },
          contacts: [{ wa_id: '16505551234' }],
          messages: [{ from: '16505551234', type, timestamp: expect.stringMatching(/^\d{10}$/) }],
        });
        expect(itemsOf(callback, 'messages')[0]).toHaveProperty(type);
      },
    );

    it('of an unsupported type carries the error', async () => {
      client.control.playMessage({ from: ANA, type: 'unsupported' });
      await client.control.waitUntilIdle();
      expect(itemsOf(callback, 'messages')[0]).toMatchObject({ errors: [{ code: 131051 }] });
    });

    it('carries context, referral and anything else that is asked for', async () => {
      client.control.playMessage({
        from: { phone: ANA, name: 'Ana', username: '@ana', parentUserId: 'US.ENT.1' },
        context: { from: '15550783881', id: 'wamid.x' },
        referral: { source_type: 'ad', source_id: '7' },
        extra: { group_id: 'g1' },
        hidePhone: true,
      });
      await client.control.waitUntilIdle();
      const [value] = valuesOf(callback);
      expect(value!.contacts).toEqual([
        {
          profile: { name: 'Ana', username: '@ana' },
          user_id: expect.any(String),
          parent_user_id: 'US.ENT.1',
        },
      ]);
      expect(value!.messages).toMatchObject([
        {
          context: { id: 'wamid.x' },
          referral: { source_id: '7' },
          group_id: 'g1',
          from_parent_user_id: 'US.ENT.1',
        },
      ]);
      expect(JSON.stringify(value)).not.toContain('16505551234');
    });

    it('tells a new number, a new business-scoped id and new keys', async () => {
      client.control.playIdentityChange({ from: ANA, newPhone: '+16505550000' });
      client.control.playIdentityChange({ from: '+16505550000', newUserId: 'US.42' });
      client.control.playIdentityChange({ from: '+16505550000' });
      await client.control.waitUntilIdle();
      expect(itemsOf(callback, 'messages')).toMatchObject([
        { from: '16505551234', system: { type: 'user_changed_number', wa_id: '16505550000' } },
        { system: { type: 'user_changed_user_id', user_id: 'US.42' } },
        { identity: { acknowledged: true }, system: { type: 'customer_identity_changed' } },
      ]);
      expect(valuesOf(callback)[0]).not.toHaveProperty('contacts');
    });
  });
});

import type { ApiClient } from '../api-client';
import { connect, sandboxOf } from '../factories/meta-login';
import { TEST_APP_ID, type TestApp, startTestApp } from '../test-app';

const CONFIGURE = '/api/meta/webhook/configure';
const FIELDS = { messages: true, message_deliveries: true, messaging_postbacks: false };

let app: TestApp;
let client: ApiClient;
let admin: ApiClient;

beforeAll(async () => {
  app = await startTestApp({ sandbox: true });
  admin = app.api.as(await app.api.registerAdmin());
});
afterAll(() => app.close());
beforeEach(async () => {
  sandboxOf(app).reset();
  await app.db.query('UPDATE assets SET released_at = now()');
  await app.db.query('DELETE FROM webhook_configs');
  client = app.api.as(await admin.createUser('agent'));
  await connect(app, client);
  expect((await client.get('/api/meta/whatsapp/account')).status).toBe(200);
});

const subscribedFields = (object: string): string[] => {
  const call = sandboxOf(app)
    .calls({ method: 'POST', path: /subscriptions$/ })
    .find(({ body }) => (body as { object?: string }).object === object);
  return ((call?.body as { fields?: string } | undefined)?.fields ?? '').split(',');
};

describe('configuring the webhook', () => {
  it('is active once Meta has verified the address, and Meta then delivers', async () => {
    const answer = await client.post(CONFIGURE, { verifyToken: 'a-token-of-mine', fields: FIELDS });
    expect(answer).toMatchObject({
      status: 200,
      body: { data: { status: 'active', fields: FIELDS, reason: null } },
    });
    expect(await client.get('/api/meta/webhook')).toMatchObject({
      status: 200,
      body: {
        data: {
          id: answer.body.data.id,
          verifyToken: 'a-token-of-mine',
          targetUrl: `${app.url}/api/meta/webhook/events`,
          fields: FIELDS,
          status: 'active',
          createdAt: expect.any(String),
          updatedAt: expect.any(String),
        },
      },
    });
    expect(sandboxOf(app).playMessage({ from: '+16505551234', content: { body: 'Hi' } }).told).toBe(1);
  });

  it('asks each object for what the names mean there: WhatsApp has no field for deliveries', async () => {
    await client.post(CONFIGURE, { verifyToken: 'a-token-of-mine', fields: { message_deliveries: true } });
    expect(subscribedFields('whatsapp_business_account')).toEqual(
      expect.arrayContaining(['messages', 'message_template_status_update', 'account_update']),
    );
    expect(subscribedFields('whatsapp_business_account')).not.toContain('message_deliveries');
    expect(subscribedFields('page')).toEqual(['message_deliveries', 'message_reads']);
    expect(subscribedFields('instagram')).toEqual(['messaging_seen']);
  });

  it('subscribes the app for everybody who shares it, also when two configure at the same moment', async () => {
    const neighbour = app.api.as(await admin.createUser('agent'));
    const { personId } = sandboxOf(app).createTenant({
      name: 'Neighbour',
      displayPhoneNumber: '+1 555-078-3999',
    });
    await connect(app, neighbour, { personId });
    await Promise.all([
      client.post(CONFIGURE, { verifyToken: 'a-token-of-mine', fields: { messages: true } }),
      neighbour.post(CONFIGURE, { verifyToken: 'another-token', fields: { calls: true } }),
    ]);
    const last = sandboxOf(app)
      .calls({ method: 'POST', path: /subscriptions$/ })
      .filter(({ body }) => (body as { object?: string }).object === 'whatsapp_business_account')
      .at(-1);
    const fields = (last?.body as { fields: string }).fields.split(',');
    expect(fields).toEqual(expect.arrayContaining(['messages', 'calls']));
  });

  it('uses the app’s own token, which is the only one that subscriptions take', async () => {
    await client.post(CONFIGURE, { verifyToken: 'a-token-of-mine', fields: FIELDS });
    const calls = sandboxOf(app).calls({ method: 'POST', path: /subscriptions$/ });
    expect(calls.length).toBeGreaterThan(0);
    for (const { path } of calls) expect(path).toContain(TEST_APP_ID);
  });

  it('stays pending, with the reason, when Meta refuses, and becomes active when it is done again', async () => {
    sandboxOf(app).failNext({ method: 'POST', path: '/subscriptions$', code: 2200, status: 400, times: 10 });
    const refused = await client.post(CONFIGURE, { verifyToken: 'a-token-of-mine', fields: FIELDS });
    expect(refused).toMatchObject({
      status: 200,
      body: { data: { status: 'pending', reason: expect.any(String) } },
    });
    sandboxOf(app).clearFaults();
    const done = await client.post(CONFIGURE, { verifyToken: 'a-token-of-mine', fields: FIELDS });
    expect(done.body.data).toMatchObject({ status: 'active', id: refused.body.data.id });
  });

  it('can be changed, and then only the new verify token counts', async () => {
    await client.post(CONFIGURE, { verifyToken: 'the-first-token', fields: FIELDS });
    await client.post(CONFIGURE, { verifyToken: 'the-second-token', fields: FIELDS });
    const challenge = (token: string) =>
      app.api.get(`/api/whatsapp/webhook?hub.mode=subscribe&hub.verify_token=${token}&hub.challenge=a%26b-1`);
    expect((await challenge('the-first-token')).status).toBe(403);
    const answer = await challenge('the-second-token');
    expect(answer).toMatchObject({ status: 200, text: 'a&b-1' });
    expect(answer.headers.get('content-type')).toContain('text/plain');
  });

  it('keeps the verify token encrypted', async () => {
    await client.post(CONFIGURE, { verifyToken: 'a-canary-of-a-token', fields: FIELDS });
    const rows = await app.db.query<Record<string, unknown>[]>(
      'SELECT verify_token, fields FROM webhook_configs',
    );
    expect(JSON.stringify(rows)).not.toContain('a-canary-of-a-token');
  });

  it.each([
    [{ verifyToken: 'a-token-of-mine', fields: { massages: true } }, 'fields.massages'],
    [{ verifyToken: 'a-token-of-mine', fields: { messages: 'yes' } }, 'fields.messages'],
    [{ verifyToken: 'a-token-of-mine', fields: {} }, 'fields'],
    [{ verifyToken: 'a-token-of-mine', fields: ['messages'] }, 'fields'],
    [{ verifyToken: 'with a space', fields: FIELDS }, 'verifyToken'],
    [{ fields: FIELDS }, 'verifyToken'],
    [{ verifyToken: 'a-token-of-mine', fields: FIELDS, targetUrl: 'https://evil.example.com' }, 'targetUrl'],
  ])('refuses %j and says where it is wrong', async (body, path) => {
    expect(await client.post(CONFIGURE, body)).toMatchObject({
      status: 400,
      body: {
        error: { code: 'VALIDATION_FAILED', details: { fields: [expect.objectContaining({ path })] } },
      },
    });
    expect((await client.get('/api/meta/webhook')).status).toBe(404);
  });

  it('needs a connected account, and shows nobody else’s', async () => {
    const stranger = app.api.as(await admin.createUser('agent'));
    expect(await stranger.post(CONFIGURE, { verifyToken: 'a-token-of-mine', fields: FIELDS })).toMatchObject({
      status: 404,
      body: { error: { code: 'ACCOUNT_NOT_FOUND' } },
    });
    const status = (await client.get('/api/meta/auth/status')).body.data;
    expect((await stranger.get(`/api/meta/webhook?accountId=${String(status.accountId)}`)).status).toBe(404);
    const viewer = app.api.as(await admin.createUser('viewer'));
    expect((await viewer.get('/api/meta/webhook')).status).toBe(403);
    expect((await app.api.get('/api/meta/webhook')).status).toBe(401);
  });
});

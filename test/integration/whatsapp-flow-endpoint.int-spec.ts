import { createHmac } from 'node:crypto';
import { type IncomingHttpHeaders, type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ApiClient } from '../api-client';
import { FLOW_WITH_ENDPOINT, type FlowView, aFlow } from '../factories/flows.factory';
import { type Messenger, aMessenger } from '../factories/messaging.factory';
import { sandboxOf } from '../factories/meta-login';
import { type TestApp, startTestApp } from '../test-app';

const FLOWS = '/api/meta/whatsapp/flows';
const NEXT_SCREEN = { screen: 'DONE', data: { total: 3 } };

interface Asked {
  headers: IncomingHttpHeaders;
  text: string;
}

/** The endpoint of a business: plain JSON in and out. */
class BusinessEndpoint {
  readonly asked: Asked[] = [];
  answer: { status: number; text: string } = { status: 200, text: JSON.stringify(NEXT_SCREEN) };
  private readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        this.asked.push({ headers: request.headers, text: Buffer.concat(chunks).toString('utf8') });
        response.writeHead(this.answer.status, { 'content-type': 'application/json' }).end(this.answer.text);
      });
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/flows`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

describe('the endpoint of flows', () => {
  let app: TestApp;
  let admin: ApiClient;
  let messenger: Messenger;
  let client: ApiClient;
  let owner: ApiClient;
  let business: BusinessEndpoint;
  let url: string;
  let flow: FlowView;
  let secret: string;
  beforeAll(async () => {
    app = await startTestApp({
      sandbox: true,
      env: { META_TIMEOUT_MS: '2000', OUTBOUND_ALLOW_HTTP: 'true', OUTBOUND_ALLOWED_ADDRESSES: '127.0.0.1' },
    });
    admin = app.api.as(await app.api.registerAdmin());
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    business = new BusinessEndpoint();
    url = await business.listen();
    await app.db.query('UPDATE assets SET released_at = now()');
    sandbox().reset();
    sandbox().clearFaults();
    messenger = await aMessenger(app, admin);
    client = messenger.client;
    owner = app.api.as(await aColleague('admin'));
    expect((await owner.post(`${FLOWS}/encryption`, {})).body.data).toMatchObject({
      numbers: [{ phoneNumberId: messenger.phoneNumberId, state: 'current' }],
    });
    flow = await aFlow(client, { json: FLOW_WITH_ENDPOINT });
    const set = await owner.put<{ secret: string; endpointUri: string }>(`${FLOWS}/${flow.id}/endpoint`, {
      url,
    });
    expect(set.status).toBe(200);
    ({ secret } = set.body.data);
  });
  afterEach(() => business.close());

  const sandbox = () => sandboxOf(app);
  /** Somebody else who may use the messenger's account. */
  const aColleague = async (role: 'admin' | 'agent') => {
    const colleague = await admin.createUser(role);
    await app.db.query(
      `INSERT INTO account_members (account_id, user_id, role)
       SELECT $1, id, 'member' FROM users WHERE email = $2`,
      [messenger.accountId, colleague.email],
    );
    return colleague;
  };
  const ask = (input: Partial<Parameters<ReturnType<typeof sandbox>['callFlowEndpoint']>[0]> = {}) =>
    sandbox().callFlowEndpoint({ flowId: flow.flowId, phoneNumberId: messenger.phoneNumberId, ...input });
  const view = async (): Promise<FlowView> => (await client.get<FlowView>(`${FLOWS}/${flow.id}`)).body.data;

  it('hands the decrypted request to the business, signed, and encrypts its answer', async () => {
    const result = await ask({
      action: 'data_exchange',
      screen: 'WELCOME',
      data: { size: 'L' },
      flowToken: 'token-1',
    });
    expect(result).toMatchObject({ status: 200, outcome: 'answered', response: NEXT_SCREEN });
    const [asked] = business.asked;
    expect(JSON.parse(asked?.text ?? '')).toEqual({
      version: '3.0',
      action: 'data_exchange',
      screen: 'WELCOME',
      data: { size: 'L' },
      flow_token: 'token-1',
    });
    const headers = asked?.headers ?? {};
    const signed = `${String(headers['x-flow-timestamp'])}.${asked?.text ?? ''}`;
    expect(headers['x-flow-id']).toBe(flow.flowId);
    expect(headers['x-flow-signature-256']).toBe(
      `sha256=${createHmac('sha256', secret).update(signed).digest('hex')}`,
    );
  });

  it('answers health checks itself, so that Meta lets the flow be published', async () => {
    expect(await ask({ action: 'ping' })).toMatchObject({
      status: 200,
      response: { data: { status: 'active' } },
    });
    expect((await client.post(`${FLOWS}/${flow.id}/publish`)).body.data).toMatchObject({
      status: 'PUBLISHED',
    });
    expect(business.asked).toEqual([]);
  });

  it('acknowledges errors that phones tell, and keeps the newest', async () => {
    const error = { error: 'INVALID_SCREEN_TRANSITION', errorMessage: 'There is no such screen.' };
    expect(await ask({ action: 'data_exchange', error })).toMatchObject({
      status: 200,
      response: { data: { acknowledged: true } },
    });
    expect(business.asked).toEqual([]);
    expect((await view()).lastClientError).toMatchObject({
      error: 'INVALID_SCREEN_TRANSITION',
      message: 'There is no such screen.',
    });
  });

  it('refuses what Meta has not signed', async () => {
    expect(await ask({ disturb: 'bad-signature' })).toMatchObject({
      status: 432,
      outcome: 'signature-refused',
    });
    expect(await ask({ disturb: 'no-signature' })).toMatchObject({ status: 432 });
    expect(business.asked).toEqual([]);
  });

  it('lets phones with another key fetch ours anew', async () => {
    expect(await ask({ disturb: 'stale-key' })).toMatchObject({
      outcome: 'key-refreshed',
      response: NEXT_SCREEN,
    });
    expect(await ask({ disturb: 'damaged-data' })).toMatchObject({ status: 421 });
  });

  it('understands the key before for some days, and not for ever', async () => {
    const old = sandbox();
    const before = await ask();
    expect(before.status).toBe(200);
    const upload = { method: 'POST', path: 'whatsapp_business_encryption$', code: 100 };
    old.failNext(upload);
    const rotated = await owner.post(`${FLOWS}/encryption`, { rotate: true });
    expect(rotated.body.data).toMatchObject({ numbers: [{ state: 'missing', problem: expect.any(String) }] });
    expect((await client.get(`${FLOWS}/encryption`)).body.data).toMatchObject({
      numbers: [{ state: 'outdated' }],
    });
    expect((await ask()).status).toBe(200);
    await app.db.query(
      `UPDATE whatsapp_flow_keys SET retired_at = now() - interval '8 days' WHERE retired_at IS NOT NULL`,
    );
    expect((await ask()).status).toBe(421);
    expect((await owner.post(`${FLOWS}/encryption`, {})).body.data).toMatchObject({
      numbers: [{ state: 'current' }],
    });
    expect((await ask()).status).toBe(200);
  });

  it('passes on that a token is no longer valid', async () => {
    business.answer = { status: 427, text: JSON.stringify({ error_msg: 'The order was sent already.' }) };
    expect(await ask()).toMatchObject({
      status: 427,
      outcome: 'token-invalid',
      response: { error_msg: 'The order was sent already.' },
    });
  });

  it.each([
    ['an error', { status: 500, text: '{}' }],
    ['a redirect', { status: 302, text: '{}' }],
    ['what is not JSON', { status: 200, text: '<html>' }],
    ['a list', { status: 200, text: '[]' }],
  ])('does not pass on %s', async (_what, answer) => {
    business.answer = answer;
    expect((await ask()).status).toBe(502);
  });

  it('says that nobody answers once the business has taken its endpoint away', async () => {
    expect((await owner.delete(`${FLOWS}/${flow.id}/endpoint`)).status).toBe(200);
    expect((await ask()).status).toBe(503);
    expect((await ask({ action: 'ping' })).status).toBe(200);
  });

  it('calls public addresses only', async () => {
    const path = `${FLOWS}/${flow.id}/endpoint`;
    // What a name leads to is found out only when it is called, and so it is for numbers.
    for (const address of [
      'http://10.0.0.1/flows',
      'http://[::1]:1/flows',
      'http://169.254.169.254/latest',
    ]) {
      expect((await owner.put(path, { url: address })).status).toBe(200);
      expect((await ask()).status).toBe(502);
      expect((await view()).lastClientError).toMatchObject({
        error: 'ENDPOINT_FAILED',
        message: expect.stringMatching(/not a public one/),
      });
    }
    expect((await owner.put(path, { url: 'http://user:word@example.com/' })).status).toBe(400);
    expect((await owner.put(path, { url: 'ftp://example.com/' })).status).toBe(400);
  });

  it('keeps secrets encrypted, and tells them to nobody', async () => {
    const [key]: { private_key: string }[] = await app.db.query('SELECT private_key FROM whatsapp_flow_keys');
    expect(key?.private_key).not.toContain('PRIVATE KEY');
    const [row]: { forward_secret: string }[] = await app.db.query(
      'SELECT forward_secret FROM whatsapp_flows WHERE id = $1',
      [flow.id],
    );
    expect(row?.forward_secret).not.toContain(secret);
    expect((await client.get(`${FLOWS}/${flow.id}`)).text).not.toContain(secret);
    expect((await client.get(`${FLOWS}/encryption`)).text).not.toContain('PRIVATE KEY');
  });

  it('is nobody’s without being known', async () => {
    const unknown = `${app.url}${FLOWS}/endpoint/0199f3a2-7c1e-7b52-9d6b-3f1f8f4f2a10`;
    expect((await ask({ url: unknown })).status).toBe(404);
    expect((await app.api.post(`${FLOWS}/endpoint/${flow.id}`, { hello: 1 })).status).toBe(432);
  });
});

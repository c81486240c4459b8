import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SEED } from '../../sandbox/world-seed';
import type { ApiAnswer, ApiBody, ApiClient } from '../api-client';
import { connectedAccount, sandboxOf } from '../factories/meta-login';
import { type TestApp, startTestApp } from '../test-app';

const SUBSCRIPTIONS = '/api/meta/whatsapp/account/subscriptions';
const OF_ACCOUNT = '/api/meta/whatsapp/account/callback-override';
const OF_NUMBER = `/api/meta/whatsapp/phone-numbers/${SEED.phoneNumberId}/callback-override`;

const problem = ({ status, body }: ApiAnswer<ApiBody<unknown>>) => ({
  status,
  code: body.error.code,
  details: body.error.details,
});

describe('where Meta sends the events of an account', () => {
  let app: TestApp;
  let admin: ApiClient;
  let client: ApiClient;
  let ours: string;
  beforeAll(async () => {
    app = await startTestApp({ sandbox: true, env: { APP_ROLES: 'api', META_TIMEOUT_MS: '2000' } });
    admin = app.api.as(await app.api.registerAdmin());
    ours = `${app.url}/api/meta/webhook/events`;
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    await app.db.query('UPDATE assets SET released_at = now()');
    sandbox().reset();
    sandbox().clearFaults();
    client = app.api.as(await admin.createUser('agent'));
    await connectedAccount(app, client);
    await client.get('/api/meta/whatsapp/accounts');
    sandbox().clearCalls();
  });

  const sandbox = () => sandboxOf(app);

  it('is told as Meta has it, and put right on demand', async () => {
    sandbox().unsubscribe({ wabaId: SEED.wabaId });
    expect((await client.get(SUBSCRIPTIONS)).body.data).toMatchObject({
      subscriptions: [{ wabaId: SEED.wabaId, state: 'missing', phoneNumberIds: [SEED.phoneNumberId] }],
    });
    expect((await client.post(SUBSCRIPTIONS, { wabaId: SEED.wabaId })).body.data).toMatchObject({
      subscriptions: [{ state: 'subscribed', problem: null }],
    });
    expect(problem(await client.post(SUBSCRIPTIONS, { wabaId: '1' }))).toMatchObject({ status: 404 });
  });

  it.each([
    ['the account', OF_ACCOUNT],
    ['one number', OF_NUMBER],
  ])('can be our own address for %s, which knows the token that Meta asks for', async (_name, path) => {
    const set = await client.put(path, {});
    expect(set).toMatchObject({
      status: 200,
      body: { data: { overrideUrl: ours, effectiveUrl: ours, isOurs: true } },
    });
    const secrets = await app.db.query(
      `SELECT callback_verify_token AS token FROM whatsapp_phone_numbers WHERE callback_verify_token IS NOT NULL
        UNION ALL SELECT callback_verify_token FROM whatsapp_business_accounts WHERE callback_verify_token IS NOT NULL`,
    );
    expect(secrets).toEqual([{ token: expect.stringMatching(/^v1\./) }]);
    expect((await client.delete(path)).body.data).toMatchObject({ overrideUrl: null });
    expect((await client.get(path)).body.data).toMatchObject({ overrideUrl: null });
  });

  it('answers for no other token than those that were given', async () => {
    const ask = (token: string) =>
      app.api.raw(
        `/api/meta/webhook/events?hub.mode=subscribe&hub.challenge=7&hub.verify_token=${token}`,
        {},
      );
    await client.put(OF_NUMBER, { verifyToken: 'number-token' });
    expect(await ask('number-token')).toMatchObject({ status: 200, text: '7' });
    expect((await ask('another')).status).toBe(403);
    await client.delete(OF_NUMBER);
    expect((await ask('number-token')).status).toBe(403);
  });

  it('forgets the token of an address that Meta refused', async () => {
    sandbox().failNext({ path: `/${SEED.phoneNumberId}$`, method: 'POST', code: 100 });
    const answer = await client.put(OF_NUMBER, { verifyToken: 'refused-token' });
    expect(problem(answer)).toMatchObject({ status: 422, code: 'META_REJECTED' });
    const check = await app.api.raw(
      '/api/meta/webhook/events?hub.mode=subscribe&hub.challenge=7&hub.verify_token=refused-token',
      {},
    );
    expect(check.status).toBe(403);
  });

  it('stays another one that was wished for when the account is subscribed again', async () => {
    await client.put(OF_ACCOUNT, {});
    await client.post(SUBSCRIPTIONS, { wabaId: SEED.wabaId });
    await client.post('/api/meta/whatsapp/account/sync', {});
    expect((await client.get(OF_ACCOUNT)).body.data).toMatchObject({ overrideUrl: ours });
  });

  describe('elsewhere', () => {
    let elsewhere: Server;
    beforeAll(async () => {
      elsewhere = createServer((request, response) => {
        const { searchParams } = new URL(request.url ?? '/', 'http://x');
        response.end(searchParams.get('hub.challenge') ?? '');
      });
      await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
    });
    afterAll(() => elsewhere.close());
    const url = () => `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/hook`;

    it.each([
      [{ url: 'http://hooks.example.com/x', verifyToken: 'x' }, 'url'],
      [{ url: 'https://hooks.example.com/x' }, 'verifyToken'],
      [{ url: `https://hooks.example.com/${'x'.repeat(200)}`, verifyToken: 'x' }, 'url'],
      [{ url: 'hooks.example.com', verifyToken: 'x' }, 'url'],
    ])('is refused as %j before Meta is asked', async (body, path) => {
      for (const route of [OF_ACCOUNT, OF_NUMBER])
        expect(problem(await client.put(route, body))).toMatchObject({
          status: 400,
          details: { fields: [{ path }] },
        });
      expect(sandbox().calls()).toEqual([]);
    });

    it('is shown as what it is when somebody set it at Meta', async () => {
      const { token } = sandbox().issueToken({});
      await fetch(`${app.sandbox?.url ?? ''}/v26.0/${SEED.wabaId}/subscribed_apps`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ override_callback_uri: url(), verify_token: 'x' }),
      });
      expect((await client.get(OF_ACCOUNT)).body.data).toMatchObject({ overrideUrl: url(), isOurs: false });
      expect((await client.get(SUBSCRIPTIONS)).body.data).toMatchObject({
        subscriptions: [{ state: 'missing', problem: expect.stringContaining(url()) }],
      });
    });
  });

  it('is nobody else’s business', async () => {
    const other = app.api.as(await admin.createUser('agent'));
    expect(problem(await other.get(OF_NUMBER))).toMatchObject({ status: 404 });
    expect(problem(await other.put(OF_NUMBER, {}))).toMatchObject({ status: 404 });
    expect(problem(await other.get(`${OF_ACCOUNT}?wabaId=${SEED.wabaId}`))).toMatchObject({ status: 404 });
  });
});

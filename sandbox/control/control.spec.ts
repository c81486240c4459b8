import { setTimeout as realDelay } from 'node:timers/promises';

import { VirtualClock } from '../clock';
import type { JsonObject } from '../json';
import { startSandbox } from '../sandbox';
import { TestClient } from '../test-client';
import { SEED } from '../world-seed';

const ANA = '+16505551234';

async function until(condition: () => boolean): Promise<void> {
  for (let n = 0; n < 500 && !condition(); n++) await realDelay(5);
}

describe('the control API', () => {
  let client: TestClient;
  beforeEach(async () => {
    client = await TestClient.start({ settings: { sending: { closedWindow: 'ignore' } } });
  });
  afterEach(() => client.close());

  function control(operation: string, body: JsonObject = {}) {
    return client.post(`/__control/${operation}`, body, null);
  }

  it('does over HTTP what it does in-process', async () => {
    expect((await control('play-message', { from: ANA, content: { body: 'Hi' } })).json).toMatchObject({
      messageId: expect.stringMatching(/^wamid\./),
      waId: '16505551234',
      told: 0,
    });
    const { json } = await control('issue-code', { redirectUri: 'https://a.example/' });
    const query = `client_id=${SEED.appId}&client_secret=${SEED.appSecret}&redirect_uri=https://a.example/`;
    const exchanged = await client.get(`/oauth/access_token?${query}&code=${json.code as string}`, null);
    expect(exchanged.status).toBe(200);
    expect((await control('advance', { ms: 1000 })).json).toEqual({ now: expect.any(Number) });
    expect((await control('wait-until-idle')).json).toEqual({ idle: true });
    expect((await client.get('/__control/overview', null)).json).toMatchObject({
      wabas: [{ id: SEED.wabaId }],
    });
    await client.sendText(ANA);
    expect((await client.get('/__control/sent-messages?to=16505551234', null)).json.data).toMatchObject([
      { to: ANA },
    ]);
    const calls = await client.get('/__control/calls?method=POST&path=/messages$', null);
    expect(calls.json.data).toMatchObject([
      { path: `/${SEED.phoneNumberId}/messages`, token: client.token, status: 200, body: { to: ANA } },
    ]);
  });

  it.each<[string, JsonObject, string]>([
    ['play-message', {}, 'from is required'],
    ['play-message', { from: ANA, typ: 'text' }, 'typ is not known'],
    ['advance', { ms: 'soon' }, 'ms must be a number'],
    ['configure', { delivery: { delay: 1 } }, 'delivery.delay is not a setting'],
    [
      'configure',
      { statuses: { delaysMs: { sent: 'x' } } },
      'statuses.delaysMs.sent must be of the kind number',
    ],
    ['create-phone-number', { displayPhoneNumber: '+1', wabaId: 'no' }, 'There is no waba with id no'],
    ['set-template-status', { name: 'nothing', status: 'APPROVED' }, 'no such template'],
  ])('refuses %s %j', async (operation, body, message) => {
    const answer = await control(operation, body);
    expect(answer.status).toBe(400);
    expect(answer.json.error).toContain(message);
  });

  it('answers 404 to what it does not have', async () => {
    expect((await control('explode')).status).toBe(404);
  });

  it('resets to the seeded world and the settings it was started with', async () => {
    await client.sendText(ANA);
    client.control.createTenant({ name: 'Other', displayPhoneNumber: '+49 30 1234567' });
    client.control.configure({ tokens: { omitExpiresIn: true } });
    client.control.reset();
    expect(client.control.sentMessages()).toEqual([]);
    expect(client.control.overview().wabas).toHaveLength(1);
    expect(client.control.settings()).toMatchObject({
      tokens: { omitExpiresIn: false },
      sending: { closedWindow: 'ignore' },
    });
    expect((await client.get('/me')).error).toMatchObject({ code: 190 });
  });

  describe('faults', () => {
    it('are Graph errors, proxy pages, empty bodies or anything else, for the calls that match', async () => {
      client.control.failNext({ method: 'GET', path: '^/me$', code: 2, times: 2 });
      expect((await client.get(`/${SEED.wabaId}`)).status).toBe(200);
      const first = await client.get('/me');
      expect(first.status).toBe(503);
      expect(first.error).toMatchObject({ code: 2, is_transient: true });
      await client.get('/me');
      expect((await client.get('/me')).status).toBe(200);

      client.control.failNext({ status: 502 });
      const page = await client.get('/me');
      expect([page.status, page.headers.get('content-type')]).toEqual([502, 'text/html; charset=UTF-8']);
      client.control.failNext({ status: 500, body: '' });
      expect((await client.get('/me')).text).toBe('');
      client.control.failNext({ status: 200, body: '{"da', contentType: 'application/json' });
      expect((await client.get('/me')).text).toBe('{"da');
      client.control.failNext({ code: 190, subcode: 460, status: 400 });
      expect((await client.get('/me')).error).toMatchObject({ code: 190, error_subcode: 460 });
    });

    it('drop the connection before the effect', async () => {
      client.control.failNext({ path: '/messages$', drop: 'before' });
      await expect(client.sendText(ANA)).rejects.toThrow();
      expect(client.control.sentMessages()).toEqual([]);
    });

    it('lose the answer after the message was accepted, and its statuses still come', async () => {
      client.control.failNext({ path: '/messages$', drop: 'after' });
      await expect(client.sendText(ANA)).rejects.toThrow();
      await client.control.advance(1000);
      expect(client.control.sentMessages()).toMatchObject([
        { to: ANA, statuses: ['sent', 'delivered', 'read'] },
      ]);
    });

    it('delay the answer: before the effect, or after it', async () => {
      for (const [rule, sent] of [
        [{ delayMs: 60_000 }, 0],
        [{ delayAfterMs: 60_000 }, 1],
      ] as const) {
        client.control.reset();
        client.token = client.control.issueToken().token;
        client.control.failNext({ path: '/messages$', ...rule });
        const answer = client.sendText(ANA);
        await until(() => client.control.calls({ path: '/messages$' }).length === 1);
        if (sent === 1) await until(() => client.control.sentMessages().length === 1);
        expect(client.control.sentMessages()).toHaveLength(sent);
        await client.control.advance(60_000);
        expect((await answer).status).toBe(200);
      }
    });
  });

  it('plays single statuses', async () => {
    client.control.configure({ statuses: { lose: ['sent', 'delivered', 'read'] } });
    await client.sendText(ANA);
    const [message] = client.control.sentMessages();
    client.control.playStatus({ messageId: message!.id, status: 'failed', errorCode: 131026 });
    expect(client.control.sentMessages()).toMatchObject([{ statuses: ['failed'], errorCode: 131026 }]);
  });
});

describe('a sandbox', () => {
  it('closes with timers, calls and deliveries under way', async () => {
    const client = await TestClient.start();
    await client.subscribe();
    client.control.playMessage({ from: ANA });
    await client.sendText(ANA);
    client.control.failNext({ delayMs: 3_600_000 });
    const hanging = client.get('/me').catch(() => 'cut');
    await realDelay(10);
    await client.close();
    await hanging;
  });

  it('lives beside others, each with its own world', async () => {
    const one = await startSandbox({ apps: [{ appId: '1', appSecret: 'a' }] });
    const two = await startSandbox({ apps: [{ appId: '2', appSecret: 'b' }] });
    expect(one.port).not.toBe(two.port);
    expect((await fetch(`${one.url}/v26.0/2?access_token=2|b`)).status).toBe(401);
    expect((await fetch(`${two.url}/v26.0/2?access_token=2|b`)).status).toBe(200);
    await Promise.all([one.close(), two.close()]);
  });
});

describe('the virtual clock', () => {
  it('runs what falls due in order, also what that schedules, and nothing later', async () => {
    const clock = new VirtualClock();
    const seen: string[] = [];
    clock.schedule(2000, () => {
      seen.push('second');
      clock.schedule(500, () => void seen.push('third'));
    });
    clock.schedule(1000, () => void seen.push('first'));
    clock.schedule(9000, () => void seen.push('late'));
    const cancel = clock.schedule(1500, () => void seen.push('cancelled'));
    cancel();
    const before = clock.now();
    await clock.advance(3000);
    expect(seen).toEqual(['first', 'second', 'third']);
    expect(clock.now() - before).toBeGreaterThanOrEqual(3000);
    clock.clear();
  });

  it('wakes sleepers when it is cleared', async () => {
    const clock = new VirtualClock();
    const sleeping = clock.sleep(1e9);
    clock.clear();
    await expect(sleeping).resolves.toBeUndefined();
  });
});

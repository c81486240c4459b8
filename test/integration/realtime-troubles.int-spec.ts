import { RealtimeClients } from '../../src/realtime/realtime-clients';
import { eventually } from '../eventually';
import type { Tenant } from '../factories/conversations.factory';
import { RealtimeWorld, namesOf, numbered } from '../realtime-world';
import { StallingClient } from '../stalling-client';
import { TcpProxy } from '../tcp-proxy';
import { startTestApp } from '../test-app';
import { testRedisUrl } from '../test-database';

jest.setTimeout(180_000);

describe('A client that does not read', () => {
  const world = new RealtimeWorld();
  beforeAll(() => world.start());
  afterAll(() => world.close());

  interface Connection {
    writeBuffer: { data?: string }[];
    transport: { socket: { bufferedAmount: number } };
  }

  /** What is held for all who are connected, beyond what the system has taken. */
  function heldBytes(): number {
    return world.app.app
      .get(RealtimeClients)
      .all()
      .map(({ socket }) => socket.conn as unknown as Connection)
      .reduce(
        (sum, { writeBuffer, transport }) =>
          sum +
          transport.socket.bufferedAmount +
          writeBuffer.reduce((all, { data }) => all + (data?.length ?? 0), 0),
        0,
      );
  }

  it('holds no more memory than a page, delays nobody, and gets everything when it reads on', async () => {
    const tenant = await world.tenant();
    const [slow, quick] = [await world.userOf([tenant]), world.follower(await world.userOf([tenant]))];
    const stalling = await StallingClient.to(world.app.url, slow.accessToken);
    await eventually(
      () => stalling.isReady,
      (is) => is,
    );
    await quick.connect(world.app.url);
    stalling.stall();
    // 24 MB: far more than the connection takes by itself.
    const text = 'x'.repeat(60_000);
    const names = numbered(400).map((name) => `${name} ${text}`);
    let most = 0;
    for (let index = 0; index < names.length; index += 40) {
      await world.happen(tenant, ...names.slice(index, index + 40));
      await quick.until(index + 40);
      most = Math.max(most, heldBytes());
    }
    expect(namesOf(quick)).toEqual(names);
    expect(most).toBeLessThan(1_000_000);
    // Without it, the test would say nothing: the connection is full, and events are waiting elsewhere.
    expect(most).toBeGreaterThan(0);
    expect(stalling.events.length).toBeLessThan(names.length);
    stalling.goOn();
    await eventually(
      () => stalling.events.length,
      (length) => length >= names.length,
      { timeoutMs: 60_000 },
    );
    expect(namesOf(stalling)).toEqual(names);
    stalling.end();
  });
});

describe('While Redis is away', () => {
  const world = new RealtimeWorld();
  let proxy: TcpProxy;
  let tenant: Tenant;

  beforeAll(async () => {
    proxy = await TcpProxy.to(testRedisUrl());
    await world.start(1, { REDIS_URL: proxy.urlFor(testRedisUrl()) });
    tenant = await world.tenant();
  });
  afterAll(async () => {
    await proxy.restore();
    await world.close();
    await proxy.cut();
  });

  it('clients connect and get their events all the same, and afterwards too', async () => {
    const user = await world.userOf([tenant]);
    const before = world.follower(user);
    await before.connect(world.app.url);
    await world.happen(tenant, 'before');
    await before.until(1);
    await proxy.cut();
    await world.happen(tenant, 'meanwhile');
    await before.until(2);
    const during = world.follower(user);
    await during.connect(world.app.url);
    expect(await during.ask('subscribe', { accountIds: [tenant.accountId] })).toMatchObject({
      success: true,
    });
    await world.happen(tenant, 'still meanwhile');
    await during.until(1);
    await proxy.restore();
    await world.happen(tenant, 'after');
    await before.until(4);
    await during.until(2);
    expect(namesOf(before)).toEqual(['before', 'meanwhile', 'still meanwhile', 'after']);
    expect(namesOf(during)).toEqual(['still meanwhile', 'after']);
  });
});

describe('A process that shuts down', () => {
  const world = new RealtimeWorld();
  beforeAll(() => world.start(2));
  afterAll(() => world.close());

  it('sends its clients to another one, which goes on where they were', async () => {
    const tenant = await world.tenant();
    const follower = world.follower(await world.userOf([tenant]));
    const [staying, leaving] = world.apps;
    await follower.connect(leaving!.url);
    await world.happen(tenant, 'before');
    await follower.until(1);
    await leaving!.app.close();
    expect(await follower.signal('closing')).toMatchObject({ code: 'SERVER_CLOSING', reconnect: true });
    await eventually(
      () => follower.disconnects,
      ({ length }) => length === 1,
    );
    // Not "io server disconnect", after which Socket.IO's clients stay away.
    expect(follower.disconnects).toEqual(['transport close']);
    await world.happen(tenant, 'meanwhile');
    await follower.connect(staying!.url);
    await world.happen(tenant, 'after');
    await follower.until(3);
    expect(namesOf(follower)).toEqual(['before', 'meanwhile', 'after']);
  });
});

describe('The server', () => {
  it('has no gateway in a process without the API', async () => {
    const app = await startTestApp({ env: { APP_ROLES: 'worker,scheduler' } });
    try {
      const { status } = await app.api.get('/socket.io/?EIO=4&transport=polling');
      expect(status).toBe(404);
    } finally {
      await app.close();
    }
  });

  it('answers the API beside it as before, and takes no more than a little from a client', async () => {
    const world = new RealtimeWorld();
    try {
      await world.start();
      const polled = await world.app.api.raw('/socket.io/?EIO=4&transport=polling', {});
      expect(polled.status).toBe(200);
      expect(polled.text.startsWith('0{"sid"')).toBe(true);
      expect(polled.headers.get('x-request-id')).not.toBeNull();
      const { sid } = JSON.parse(polled.text.slice(1)) as { sid: string };
      const flood = await world.app.api.raw(`/socket.io/?EIO=4&transport=polling&sid=${sid}`, {
        method: 'POST',
        headers: { 'content-type': 'text/plain;charset=UTF-8' },
        body: `40/realtime,${JSON.stringify({ token: 'x'.repeat(100_000) })}`,
      });
      expect(flood.status).toBe(413);
      expect((await world.admin.get('/api/auth/me')).status).toBe(200);
      const unknown = await world.app.api.get('/realtime');
      expect([unknown.status, unknown.body.error.code]).toEqual([404, 'NOT_FOUND']);
    } finally {
      await world.close();
    }
  });
});

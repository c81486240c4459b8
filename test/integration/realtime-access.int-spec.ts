import { SignJWT } from 'jose';
import { Outbox } from '../../src/domain-events/outbox';
import type { TestUser } from '../api-client';
import { eventually } from '../eventually';
import type { Tenant } from '../factories/conversations.factory';
import type { ConnectError, Follower } from '../realtime-follower';
import { RealtimeWorld, namesOf } from '../realtime-world';

jest.setTimeout(120_000);

const world = new RealtimeWorld();
let tenant: Tenant;
let other: Tenant;
let user: TestUser;

beforeAll(() => world.start(2, { REALTIME_CONNECTIONS_PER_USER: '3' }));
afterAll(() => world.close());
beforeEach(async () => {
  tenant = await world.tenant();
  other = await world.tenant();
  user = await world.userOf([tenant]);
});

async function connected(who: TestUser = user, process = 0): Promise<Follower> {
  const follower = world.follower(who);
  await follower.connect(world.apps[process]!.url);
  return follower;
}

const gone = (follower: Follower) =>
  eventually(
    () => follower.isConnected,
    (is) => !is,
    { timeoutMs: 30_000 },
  );

describe('A connection', () => {
  const refusal = async (auth: Record<string, unknown>): Promise<ConnectError> =>
    world
      .follower({ accessToken: '' })
      .connect(world.app.url, { auth: { token: undefined, ...auth } })
      .then(
        () => Promise.reject(new Error('It was let in.')),
        (error: unknown) => error as ConnectError,
      );

  it.each([
    ['nothing', {}],
    ['a token that is none', { token: 'abc.def.ghi' }],
    ['a token that is no text', { token: { $ne: null } }],
    ['an API key that is none', { apiKey: 'mbb_nonsense' }],
  ])('is refused with %s', async (_what, auth) => {
    const error = await refusal(auth);
    expect(error.data).toMatchObject({ code: 'UNAUTHORIZED', message: error.message });
  });

  it('is refused with the token of a user who was removed', async () => {
    expect((await world.admin.delete(`/api/users/${user.id}`)).status).toBe(200);
    expect((await refusal({ token: user.accessToken })).data).toMatchObject({ code: 'UNAUTHORIZED' });
  });

  it('is let in with a token, a header or an API key, at any of its addresses', async () => {
    const key = await world.app.api.as(user).post<{ key: string }>('/api/auth/api-keys', {
      name: 'screen',
      role: 'viewer',
    });
    const nobody = { accessToken: '' };
    const ways = [
      { auth: { token: undefined, apiKey: key.body.data.key } },
      {
        auth: { token: undefined },
        headers: { authorization: `Bearer ${user.accessToken}` },
        transports: ['polling' as const],
      },
      { auth: { token: user.accessToken }, namespace: '/', path: '/realtime' },
    ];
    for (const [index, way] of ways.entries()) {
      const follower = world.follower(nobody);
      const { payload } = await follower.connect(world.app.url, way);
      expect(payload).toMatchObject({ userId: user.id, role: index === 0 ? 'viewer' : 'agent' });
      await world.happen(tenant, `way ${index}`);
      await follower.until(1);
      expect(namesOf(follower)).toEqual([`way ${index}`]);
      follower.drop();
      await eventually(
        () => world.connected(),
        (count) => count === 0,
      );
    }
  });

  it('is refused when the user has too many', async () => {
    for (let count = 0; count < 3; count += 1) await connected();
    expect((await refusal({ token: user.accessToken })).data).toMatchObject({ code: 'RATE_LIMITED' });
    expect(await connected(await world.userOf([tenant]))).toHaveProperty('isConnected', true);
  });

  it('ends with its token, unless another one is sent in time', async () => {
    const short = await tokenFor(user.id, 4);
    const [ending, staying] = [await connected({ ...user, accessToken: short }), world.follower(user)];
    await staying.connect(world.app.url, { auth: { token: short } });
    await ending.signal('token_expiring');
    expect(await staying.ask('authenticate', { token: user.accessToken })).toMatchObject({ success: true });
    const stranger = await world.userOf([]);
    expect(await staying.ask('authenticate', { token: stranger.accessToken })).toMatchObject({
      success: false,
      error: { code: 'UNAUTHORIZED' },
    });
    await gone(ending);
    expect(await ending.signal('closing')).toMatchObject({ code: 'UNAUTHORIZED', reconnect: false });
    expect(staying.isConnected).toBe(true);
    await world.happen(tenant, 'still here');
    await staying.until(1);
  });

  async function tokenFor(userId: string, seconds: number): Promise<string> {
    return new SignJWT({ role: 'agent' })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setSubject(userId)
      .setIssuer('meta-business-backend')
      .setAudience('meta-business-backend')
      .setIssuedAt()
      .setExpirationTime(`${seconds} s`)
      .sign(new TextEncoder().encode(world.app.env.JWT_SECRET));
  }
});

describe('Whoever is connected', () => {
  it('gets the events of the own accounts and of no others', async () => {
    const [mine, theirs, both] = [
      await connected(),
      await connected(await world.userOf([other], 'viewer'), 1),
      await connected(await world.userOf([tenant, other], 'viewer'), 1),
    ];
    // An admin of the service has no more accounts than anybody else.
    const admin = await connected(await world.userOf([], 'admin'));
    for (let index = 0; index < 5; index += 1) {
      await world.happen(tenant, `mine ${index}`);
      await world.happen(other, `theirs ${index}`);
    }
    await both.until(10);
    await mine.until(5);
    await theirs.until(5);
    expect(namesOf(mine)).toEqual([0, 1, 2, 3, 4].map((index) => `mine ${index}`));
    expect(namesOf(theirs)).toEqual([0, 1, 2, 3, 4].map((index) => `theirs ${index}`));
    expect(namesOf(both)).toEqual([0, 1, 2, 3, 4].flatMap((index) => [`mine ${index}`, `theirs ${index}`]));
    expect(admin.events).toEqual([]);
  });

  it('cannot go on in somebody else’s events', async () => {
    const theirs = await connected(await world.userOf([other]));
    await world.happen(other, 'theirs 1', 'theirs 2');
    await world.happen(tenant, 'mine');
    const [first] = await theirs.until(2);
    for (const lastEventId of [first!.eventId, first!.id]) {
      const mine = world.follower(user);
      mine.lastEventId = lastEventId;
      await mine.connect(world.app.url);
      await world.happen(tenant, 'later');
      await eventually(
        () => namesOf(mine),
        (names) => names.includes('later'),
      );
      expect(namesOf(mine).filter((name) => String(name).startsWith('theirs'))).toEqual([]);
    }
  });

  it('chooses among the own accounts, and is refused others as if they did not exist', async () => {
    const both = await connected(await world.userOf([tenant, other]));
    expect(await both.ask('unsubscribe', { accountIds: [other.accountId] })).toMatchObject({
      success: true,
      data: { accountIds: [tenant.accountId] },
    });
    await world.happen(other, 'not asked for');
    await world.happen(tenant, 'asked for');
    await both.until(1);
    expect(namesOf(both)).toEqual(['asked for']);
    expect(await both.ask('subscribe', { accountIds: [other.accountId] })).toMatchObject({ success: true });
    await world.happen(other, 'asked for again');
    await both.until(2);

    const mine = await connected();
    for (const accountIds of [[other.accountId], ['0190a000-0000-7000-8000-000000000000']])
      expect(await mine.ask('subscribe', { accountIds })).toEqual({
        success: false,
        error: { code: 'NOT_FOUND', message: 'There is no such connected account.', details: {} },
      });
    for (const message of [{ accountIds: 'all' }, { rooms: ['x'] }, 'x', null, { accountIds: ['1'] }])
      expect(await mine.ask('subscribe', message)).toMatchObject({ error: { code: 'VALIDATION_FAILED' } });
    expect(await mine.ask('join', { room: 'x' })).toMatchObject({ error: { code: 'NOT_FOUND' } });
  });

  it('is refused when sending too much, and sent away when not heeding it', async () => {
    const follower = await connected();
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => follower.ask('subscribe', { accountIds: [] })),
    );
    const refused = answers.filter(({ success }) => !success);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]!.error.code).toBe('RATE_LIMITED');
    for (let sent = 0; sent < 1_000; sent += 1) follower.socket.emit('subscribe', {});
    await gone(follower);
    expect(await follower.signal('closing')).toMatchObject({ code: 'RATE_LIMITED' });
  });

  it('is not disturbed by notifications that are muted, or meant for somebody else', async () => {
    const [muting, hearing] = [await connected(), await connected(await world.userOf([tenant]))];
    await world.app.db.query(
      `INSERT INTO notification_preferences (user_id, channel, muted_kinds, muted_severities)
       VALUES ($1, 'in_app', '{template.rejected}', '{info}')`,
      [user.id],
    );
    const notification = (notificationKind: string, severity: 'info' | 'warning', recipientId?: string) =>
      ({
        kind: 'notification.created' as const,
        accountId: tenant.accountId,
        payload: {
          notificationId: '0190a000-0000-7000-8000-000000000000',
          notificationKind,
          severity,
          title: 'Something',
          occurrences: 1,
          isResolved: false,
          recipientId: (recipientId ?? null) as never,
        },
      }) as const;
    await world.app.db.transaction((tx) =>
      world.app.app
        .get(Outbox)
        .record(tx, [
          notification('template.rejected', 'warning'),
          notification('template.approved', 'info'),
          notification('campaign.paused', 'warning', user.id),
          notification('campaign.completed', 'warning'),
        ]),
    );
    const kindsOf = ({ events }: Follower) => events.map(({ data }) => data.notificationKind);
    await hearing.until(3);
    await muting.until(2);
    expect(kindsOf(hearing)).toEqual(['template.rejected', 'template.approved', 'campaign.completed']);
    expect(kindsOf(muting)).toEqual(['campaign.paused', 'campaign.completed']);
  });
});

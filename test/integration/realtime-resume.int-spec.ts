import { eventually } from '../eventually';
import type { Tenant } from '../factories/conversations.factory';
import { RealtimeWorld, namesOf, numbered } from '../realtime-world';

jest.setTimeout(180_000);

describe('A client that is dropped', () => {
  const world = new RealtimeWorld();
  let tenant: Tenant;
  let other: Tenant;

  beforeAll(() => world.start(2));
  afterAll(() => world.close());
  beforeEach(async () => {
    tenant = await world.tenant();
    other = await world.tenant();
  });

  it('a hundred times, and comes back to another process each time, sees every event once and in order', async () => {
    const follower = world.follower(await world.userOf([tenant]));
    await follower.connect(world.app.url);
    const names = numbered(600);
    const told = (async () => {
      for (let index = 0; index < names.length; index += 3) {
        await world.happen(tenant, ...names.slice(index, index + 3));
        await world.happen(other, 'of somebody else');
      }
    })();
    for (let drops = 1; drops <= 100; drops += 1) {
      // Sometimes in the middle of what it missed, sometimes after having seen something new.
      if (drops % 3 === 0) {
        const seen = follower.events.length;
        await eventually(
          () => follower.events.length,
          (now) => now > seen || now >= names.length,
          { timeoutMs: 30_000 },
        );
      }
      follower.drop();
      await follower.connect(world.apps[drops % 2]!.url, {
        transports: drops % 10 === 0 ? ['polling', 'websocket'] : ['websocket'],
      });
    }
    await told;
    await follower.until(names.length, 60_000);
    expect(namesOf(follower)).toEqual(names);
    expect(new Set(follower.events.map(({ id }) => id)).size).toBe(names.length);
    expect(follower.signals.filter(({ name }) => name === 'resync_required')).toEqual([]);
  });

  it('goes on from an event’s own id as well as from its eventId', async () => {
    const follower = world.follower(await world.userOf([tenant]));
    await follower.connect(world.app.url);
    await world.happen(tenant, 'a', 'b', 'c');
    await follower.until(3);
    follower.drop();
    await world.happen(tenant, 'd');
    follower.lastEventId = follower.events[0]!.id;
    await follower.connect(world.apps[1]!.url);
    await follower.until(6);
    expect(namesOf(follower)).toEqual(['a', 'b', 'c', 'b', 'c', 'd']);
  });

  it('gets what it missed before its first event, from where it began', async () => {
    const follower = world.follower(await world.userOf([tenant]));
    await world.happen(tenant, 'before');
    await eventually(
      () => world.app.db.query<unknown[]>('SELECT 1 FROM outbox_arrivals'),
      ({ length }) => length === 0,
    );
    const { payload } = await follower.connect(world.app.url);
    expect(payload).toMatchObject({ accountIds: [tenant.accountId], role: 'agent' });
    follower.drop();
    await world.happen(tenant, 'missed');
    await follower.connect(world.apps[1]!.url);
    await follower.until(1);
    expect(namesOf(follower)).toEqual(['missed']);
  });

  it('can go on by a message, too', async () => {
    const follower = world.follower(await world.userOf([tenant]));
    await follower.connect(world.app.url);
    await world.happen(tenant, 'a', 'b');
    const [first] = await follower.until(2);
    expect(await follower.ask('resume', { lastEventId: first!.eventId })).toMatchObject({
      success: true,
      data: { resumed: true, eventId: first!.eventId },
    });
    await follower.until(3);
    expect(namesOf(follower)).toEqual(['a', 'b', 'b']);
    expect(await follower.ask('resume', { lastEventId: 'nonsense' })).toMatchObject({
      success: true,
      data: { resumed: false },
    });
    expect(await follower.ask('resume', {})).toMatchObject({ error: { code: 'VALIDATION_FAILED' } });
  });

  it('is told to fetch anew when what it missed is no longer kept, or never was', async () => {
    const follower = world.follower(await world.userOf([tenant]));
    await follower.connect(world.app.url);
    await world.happen(tenant, 'old');
    await follower.until(1);
    follower.drop();
    await world.happen(tenant, 'forgotten');
    await eventually(
      () => world.app.db.query<unknown[]>('SELECT 1 FROM outbox_arrivals'),
      ({ length }) => length === 0,
    );
    // As the retention of events does once everybody was told.
    await world.app.db.query('DELETE FROM outbox_batches');
    await follower.connect(world.app.url);
    expect(await follower.signal('resync_required')).toMatchObject({ reason: 'expired' });
    await world.happen(tenant, 'new');
    await follower.until(2);
    expect(namesOf(follower)).toEqual(['old', 'new']);

    const stranger = world.follower(await world.userOf([tenant]));
    stranger.lastEventId = 'not-an-event-id';
    await stranger.connect(world.app.url);
    expect(await stranger.signal('resync_required')).toMatchObject({ reason: 'unknown' });
    await world.happen(tenant, 'newer');
    await stranger.until(1);
    expect(namesOf(stranger)).toEqual(['newer']);
  });

  it('long enough to miss thousands of events gets them page by page', async () => {
    const follower = world.follower(await world.userOf([tenant]));
    await follower.connect(world.app.url);
    follower.drop();
    const names = numbered(3_000);
    for (let index = 0; index < names.length; index += 500)
      await world.happen(tenant, ...names.slice(index, index + 500));
    await follower.connect(world.apps[1]!.url);
    await world.happen(tenant, 'live');
    await follower.until(3_001, 60_000);
    expect(namesOf(follower)).toEqual([...names, 'live']);
  });
});

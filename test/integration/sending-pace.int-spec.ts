import { type AccountId, type AssetId, newId } from '../../src/database/ids';
import { SharedRedis } from '../../src/queue/shared-redis';
import type { PlaceLimit, Sender } from '../../src/sending/sending-channel';
import { SendingPace } from '../../src/sending/sending-pace';
import { eventually } from '../eventually';
import { type TestApp, startTestApp } from '../test-app';

const pair = (recipient: string): PlaceLimit => ({ name: `pair:${recipient}`, eachMs: 6_000, burst: 45 });

describe('the pace that all processes share', () => {
  let app: TestApp;
  let paces: SendingPace[];
  let number: Sender;
  beforeAll(async () => {
    app = await startTestApp({ env: { APP_ROLES: 'api' } });
    const redis = app.app.get(SharedRedis, { strict: false });
    paces = [new SendingPace(redis), new SendingPace(redis), new SendingPace(redis)];
  });
  afterAll(() => app.close());
  beforeEach(() => {
    number = {
      accountId: newId<AccountId>(),
      id: newId<AssetId>(),
      countedFor: newId(),
      perSecond: 1_000,
    };
  });

  it('never lets more than a second’s worth leave within a second, and hardly less', async () => {
    const grants: { from: number; to: number; count: number }[] = [];
    const startedAt = performance.now();
    const ask = async (pace: SendingPace): Promise<void> => {
      while (performance.now() - startedAt < 3_000) {
        const from = performance.now();
        const { count, waitMs } = await pace.take(number, 40);
        if (count > 0) grants.push({ from, to: performance.now(), count });
        else await new Promise((resolve) => setTimeout(resolve, Math.min(waitMs, 20)));
      }
    };
    await Promise.all(paces.map(ask));
    grants.sort((a, b) => a.from - b.from);
    // Whatever lies between the beginning of one and the end of another within a second was granted within it.
    for (const { from } of grants) {
      const within = grants.filter((grant) => grant.from >= from && grant.to <= from + 1_000);
      expect(within.reduce((sum, { count }) => sum + count, 0)).toBeLessThanOrEqual(1_000);
    }
    const total = grants.reduce((sum, { count }) => sum + count, 0);
    expect(total).toBeGreaterThan(1_000); // a bound on the wrong side would let nothing through
  });

  it('counts what was given back as not sent', async () => {
    const pace = paces[0]!;
    let granted = 0;
    for (let round = 0; round < 400; round++) {
      const grant = await pace.take(number, 50);
      granted += grant.count;
      await pace.giveBack(number, grant, 0);
    }
    expect(granted).toBeGreaterThan(1_100); // all of it within moments, and none of it counts
  });

  it.each(['sender', 'account', 'app'] as const)(
    'rests for the whole %s when Meta says so',
    async (scope) => {
      await paces[0]!.pause(scope, number, scope === 'app' ? 60 : 60_000, false);
      expect((await paces[1]!.take(number, 10)).count).toBe(0);
      const elsewhere = {
        ...number,
        id: newId<AssetId>(),
        countedFor: scope === 'sender' ? number.countedFor : newId(),
      };
      // The app's pause is over soon, for it holds for the other tests as well.
      await eventually(
        () => paces[1]!.take(elsewhere, 10),
        ({ count }) => count > 0,
      );
    },
  );

  it('lets replies go on where only campaigns have to rest', async () => {
    await paces[0]!.pause('campaigns', number, 60_000, false);
    const grant = await paces[1]!.take(number, 10);
    expect(grant.count).toBe(10);
    expect(grant.campaignsPausedMs).toBeGreaterThan(0);
  });

  it('is slower after Meta has complained', async () => {
    const slow = { ...number, perSecond: 80 };
    await paces[0]!.take(slow, 1);
    for (let complaint = 0; complaint < 8; complaint++) {
      await paces[0]!.pause('sender', slow, 1, true);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    let sum = 0;
    const until = performance.now() + 900;
    while (performance.now() < until) {
      const { count } = await paces[0]!.take(slow, 80);
      sum += count;
      if (count === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(sum).toBeLessThan(60);
    expect(sum).toBeGreaterThan(5);
  });

  it('lets 45 messages go to one person in advance, and no more; others are not concerned', async () => {
    const [pace, other] = [paces[0]!, paces[1]!];
    const waits: number[] = [];
    for (let sent = 0; sent < 50; sent++)
      waits.push(...(await pace.takePlaces(number, [pair('16505550001')])));
    expect(waits.slice(0, 45)).toEqual(Array(45).fill(0));
    expect(waits.slice(46).every((wait) => wait > 0 && wait <= 6_000)).toBe(true);
    expect(await other.takePlaces(number, [pair('16505550001'), null, pair('16505550002')])).toEqual([
      expect.any(Number) as number,
      0,
      0,
    ]);
    expect((await other.takePlaces(number, [pair('16505550001')]))[0]).toBeGreaterThan(0);
  });

  it('learns from Meta that a person was written to too often', async () => {
    await paces[0]!.exhaust(number, pair('16505550009'), 24_000);
    const [wait] = await paces[1]!.takePlaces(number, [pair('16505550009')]);
    expect(wait).toBeGreaterThan(18_000);
    expect(wait).toBeLessThanOrEqual(24_000);
  });
});

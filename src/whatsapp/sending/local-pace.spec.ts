import type { AssetId } from '../../database/ids';
import { LocalPace } from './local-pace';
import { type Throughput, perSecond } from './throughput';

const number = (over: Partial<Throughput> = {}): Throughput & { id: AssetId } => ({
  id: 'n1' as AssetId,
  throughputLevel: 'STANDARD',
  isOnBizApp: false,
  ...over,
});

describe('the throughput of a number', () => {
  it.each([
    ['80 a second', number(), 80],
    ['1000 a second after the upgrade', number({ throughputLevel: 'HIGH' }), 1_000],
    ['20 a second beside the phone app', number({ throughputLevel: 'HIGH', isOnBizApp: true }), 20],
    ['80 a second where Meta does not say', number({ throughputLevel: null, isOnBizApp: null }), 80],
  ])('is %s', (_, of, expected) => {
    expect(perSecond(of)).toBe(expected);
  });
});

describe('the pace of a process that is alone', () => {
  it('is half of what the number may, however often it asks', () => {
    const pace = new LocalPace();
    let sent = 0;
    for (let now = 1_000; now < 11_000; now += 7) sent += pace.take(number(), 1_000, now).count;
    expect(sent).toBeGreaterThan(390);
    expect(sent).toBeLessThanOrEqual(405);
  });

  it('gives no more than is asked for, and says when there is more', () => {
    const pace = new LocalPace();
    expect(pace.take(number(), 1, 1_000)).toEqual({ count: 1, waitMs: 1 });
    pace.take(number(), 100, 1_000);
    expect(pace.take(number(), 100, 1_000)).toMatchObject({ count: 0, waitMs: 25 });
  });

  it('rests when Meta says so', () => {
    const pace = new LocalPace();
    pace.pause(number().id, 5_000, 1_000);
    expect(pace.take(number(), 1, 1_000)).toMatchObject({ count: 0, waitMs: 5_025 });
    expect(pace.take(number(), 1, 6_050).count).toBe(1);
  });
});

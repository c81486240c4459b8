import type { AssetId } from '../database/ids';
import { LocalPace } from './local-pace';

const sender = { id: 'n1' as AssetId, perSecond: 80 };

describe('the pace of a process that is alone', () => {
  it('is half of what the number may, however often it asks', () => {
    const pace = new LocalPace();
    let sent = 0;
    for (let now = 1_000; now < 11_000; now += 7) sent += pace.take(sender, 1_000, now).count;
    expect(sent).toBeGreaterThan(390);
    expect(sent).toBeLessThanOrEqual(405);
  });

  it('gives no more than is asked for, and says when there is more', () => {
    const pace = new LocalPace();
    expect(pace.take(sender, 1, 1_000)).toEqual({ count: 1, waitMs: 1 });
    pace.take(sender, 100, 1_000);
    expect(pace.take(sender, 100, 1_000)).toMatchObject({ count: 0, waitMs: 25 });
  });

  it('rests when Meta says so', () => {
    const pace = new LocalPace();
    pace.pause(sender.id, 5_000, 1_000);
    expect(pace.take(sender, 1, 1_000)).toMatchObject({ count: 0, waitMs: 5_025 });
    expect(pace.take(sender, 1, 6_050).count).toBe(1);
  });
});

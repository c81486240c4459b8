import { Logger } from '@nestjs/common';
import type { ClaimedDelivery } from './delivery-claims.repository';
import { DeliveryLane } from './delivery-lane';

const delivery = (id: string): ClaimedDelivery => ({ id }) as ClaimedDelivery;
/** Everything that can go on by itself has. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a lane of deliveries', () => {
  let due: string[];
  let under: Map<string, () => void>;
  let most: number;
  let looks: number;
  let lane: DeliveryLane;

  beforeEach(() => {
    due = [];
    under = new Map();
    most = 0;
    looks = 0;
    lane = new DeliveryLane(
      3,
      (places) => {
        looks += 1;
        return Promise.resolve(due.splice(0, Math.min(places, 2)).map(delivery));
      },
      async ({ id }) => {
        await new Promise<void>((resolve) => under.set(id, resolve));
        under.delete(id);
      },
    );
  });
  const watch = (): void => {
    most = Math.max(most, under.size);
  };

  it('sends as many at once as there are places, and goes on as they become free', async () => {
    due = ['a', 'b', 'c', 'd', 'e'];
    lane.wake();
    await settled();
    watch();
    expect([...under.keys()]).toEqual(['a', 'b', 'c']);
    under.get('b')?.();
    await settled();
    watch();
    expect([...under.keys()]).toEqual(['a', 'c', 'd']);
    for (const end of under.values()) end();
    await settled();
    expect([...under.keys()]).toEqual(['e']);
    expect(most).toBe(3);
  });

  it('looks again when it was woken while it looked, and only then', async () => {
    lane.wake();
    due = ['late'];
    lane.wake();
    lane.wake();
    await settled();
    expect([...under.keys()]).toEqual(['late']);
    const before = looks;
    await settled();
    expect(looks).toBe(before);
  });

  it('goes on after one that could not be written down', async () => {
    const told: string[] = [];
    due = ['a', 'b', 'c'];
    const failing = new DeliveryLane(
      1,
      () => Promise.resolve(due.splice(0, 1).map(delivery)),
      ({ id }) => {
        told.push(id);
        return id === 'a' ? Promise.reject(new Error('no database')) : Promise.resolve();
      },
    );
    const log = jest.spyOn(Logger.prototype, 'warn').mockImplementation();
    failing.wake();
    await settled();
    expect(told).toEqual(['a', 'b', 'c']);
    expect(log).toHaveBeenCalledTimes(1);
    log.mockRestore();
  });

  it('begins nothing more once it closes, and waits for what is under way', async () => {
    due = ['a', 'b', 'c', 'd'];
    lane.wake();
    await settled();
    let isClosed = false;
    void lane.close(60_000).then(() => (isClosed = true));
    await settled();
    expect(isClosed).toBe(false);
    for (const end of [...under.values()]) end();
    await settled();
    expect(isClosed).toBe(true);
    expect(due).toEqual(['d']);
    // Not for ever.
    due = ['x'];
    const stuck = new DeliveryLane(
      1,
      () => Promise.resolve(due.splice(0, 1).map(delivery)),
      () => new Promise(() => undefined),
    );
    stuck.wake();
    await settled();
    await expect(stuck.close(1)).resolves.toBeUndefined();
  });
});

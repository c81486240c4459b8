import { Logger } from '@nestjs/common';
import { RelayLane } from './relay-lane';

describe('RelayLane', () => {
  let runs: { end: () => void; fail: () => void }[];
  let lane: RelayLane;
  let warn: jest.SpyInstance;
  const run = (index: number): { end: () => void; fail: () => void } => {
    const found = runs[index];
    if (found === undefined) throw new Error(`There was no run ${index}`);
    return found;
  };
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  beforeEach(() => {
    runs = [];
    warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation();
    lane = new RelayLane(
      'reader',
      () =>
        new Promise<void>((resolve, reject) => {
          runs.push({
            end: resolve,
            fail: () => {
              reject(new Error('no'));
            },
          });
        }),
    );
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('runs once more, however often it is kicked meanwhile', async () => {
    lane.kick();
    lane.kick();
    lane.kick();
    expect(runs).toHaveLength(1);
    run(0).end();
    await turn();
    expect(runs).toHaveLength(2);
    run(1).end();
    await lane.idle();
    expect(runs).toHaveLength(2);
  });

  it('forgets no kick at the moment it ends', async () => {
    lane.kick();
    run(0).end();
    for (let turns = 0; turns < 5; turns += 1) await Promise.resolve();
    lane.kick();
    await turn();
    expect(runs).toHaveLength(2);
    lane.kick();
    run(1).end();
    await turn();
    expect(runs).toHaveLength(3);
    run(2).end();
    await lane.idle();
  });

  it('goes on after a failure, which is logged once for each row of them', async () => {
    for (let index = 0; index < 3; index += 1) {
      lane.kick();
      run(index).fail();
      await lane.idle();
    }
    expect(warn).toHaveBeenCalledTimes(1);
    lane.kick();
    run(3).end();
    await lane.idle();
    lane.kick();
    run(4).fail();
    await lane.idle();
    expect(warn).toHaveBeenCalledTimes(2);
  });
});

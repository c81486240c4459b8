import { setTimeout as sleep } from 'node:timers/promises';
import type { MetaSender } from './meta-sender';
import { onStage } from './stage';

jest.setTimeout(600_000);

const STANDSTILL_MS = 20_000;

/** Stops something for a while in the middle of the load. */
async function standStill(
  sender: MetaSender,
  what: { pause(): void; resume(): void },
): Promise<{ acknowledged: number; refused: number }> {
  await sender.untilMoreAcknowledged(300);
  const before = { acknowledged: sender.countOf('200'), refused: sender.refused };
  what.pause();
  try {
    await sleep(STANDSTILL_MS);
  } finally {
    what.resume();
  }
  const gained = {
    acknowledged: sender.countOf('200') - before.acknowledged,
    refused: sender.refused - before.refused,
  };
  await sender.untilMoreAcknowledged(1_000);
  return gained;
}

describe('twenty seconds of standstill under load', () => {
  it('of the service: what was not acknowledged comes again, what was is there once', () =>
    onStage('standstill of the service', async (stage) => {
      const service = await stage.start('the service');
      await stage.connect();
      const sender = stage.load([service], 200);
      const meanwhile = await standStill(sender, service);
      await stage.expectNothingLostOrDoubled(sender);
      expect(sender.countOf('timeout')).toBeGreaterThan(0);
      expect(meanwhile.refused).toBeGreaterThan(0);
      expect(await service.isStillRunning()).toBe(true);
    }));

  it('of a worker: everything is acknowledged at once, and the other worker goes on', () =>
    onStage('standstill of a worker', async (stage) => {
      const api = await stage.start('the API', { APP_ROLES: 'api,scheduler' });
      const stopped = await stage.start('worker 1', { APP_ROLES: 'worker' });
      await stage.start('worker 2', { APP_ROLES: 'worker' });
      await stage.connect();
      const sender = stage.load([api], 150);
      const meanwhile = await standStill(sender, stopped);
      await stage.expectNothingLostOrDoubled(sender);
      expect(meanwhile.acknowledged).toBeGreaterThan(0);
      expect(sender.refused).toBe(0);
    }));

  it('of Redis: everything is acknowledged at once and processed', () =>
    onStage('standstill of Redis', async (stage) => {
      const service = await stage.start('the service');
      await stage.connect();
      const sender = stage.load([service], 150);
      const meanwhile = await standStill(sender, stage.redis);
      await stage.expectNothingLostOrDoubled(sender);
      expect(meanwhile.acknowledged).toBeGreaterThan(0);
      expect(sender.refused).toBe(0);
    }));

  it('of PostgreSQL: what cannot be stored is not acknowledged, and comes again', () =>
    onStage('standstill of PostgreSQL', async (stage) => {
      const service = await stage.start('the service');
      await stage.connect();
      const sender = stage.load([service], 200);
      const meanwhile = await standStill(sender, stage.postgres);
      await stage.expectNothingLostOrDoubled(sender);
      expect(meanwhile.refused).toBeGreaterThan(0);
      expect(await service.isStillRunning()).toBe(true);
    }));
});

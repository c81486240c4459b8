import { onStage } from './stage';

jest.setTimeout(600_000);

describe('Redis under load', () => {
  it('is killed, stays away and comes back empty: every delivery is acknowledged at once and processed', () =>
    onStage('kill -9 of Redis', async (stage) => {
      const service = await stage.start('the service');
      await stage.connect();
      const sender = stage.load([service], 300);
      for (let round = 0; round < 3; round += 1) {
        await sender.untilMoreAcknowledged(400);
        await stage.redis.kill();
        await sender.untilMoreAcknowledged(600);
        await stage.redis.start();
      }
      await stage.expectNothingLostOrDoubled(sender);
      expect(sender.refused).toBe(0);
      expect(await service.isStillRunning()).toBe(true);
    }));

  it('is gone while the service starts with what it left unprocessed: the sweep finds it all', () =>
    onStage('start without Redis', async (stage) => {
      const api = await stage.start('the API', { APP_ROLES: 'api' });
      await stage.connect();
      const sender = stage.load([api], 500);
      await sender.untilMoreAcknowledged(1_000);
      await sender.finish();
      await stage.redis.kill(); // All wake-ups with it.
      await stage.redis.start();
      await stage.start('the worker', { APP_ROLES: 'worker' });
      await stage.expectNothingLostOrDoubled(sender);
    }));
});

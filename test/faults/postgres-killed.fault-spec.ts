import { onStage } from './stage';

jest.setTimeout(600_000);

describe('PostgreSQL under load', () => {
  it('crashes and recovers again and again: the service stays up, goes on by itself, and nothing is lost or doubled', () =>
    onStage('kill -9 of PostgreSQL', async (stage) => {
      const api = await stage.start('the API', { APP_ROLES: 'api,scheduler' });
      const worker = await stage.start('the worker', { APP_ROLES: 'worker' });
      await stage.connect();
      const sender = stage.load([api], 300);
      for (let round = 0; round < 4; round += 1) {
        await sender.untilMoreAcknowledged(400);
        await sender.amidBurst();
        await stage.postgres.kill();
        await sender.untilMoreRefused(20);
        await stage.postgres.start();
      }
      await stage.expectNothingLostOrDoubled(sender);
      expect(sender.countOf('503')).toBeGreaterThan(0);
      expect([await api.isStillRunning(), await worker.isStillRunning()]).toEqual([true, true]);
    }));
});

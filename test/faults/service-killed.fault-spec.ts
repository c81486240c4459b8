import { onStage } from './stage';

jest.setTimeout(600_000);

describe('the service under load', () => {
  it('is killed again and again while it receives and processes: nothing acknowledged is lost or doubled', () =>
    onStage('kill -9 of the service', async (stage) => {
      const service = await stage.start('the service');
      await stage.connect();
      const sender = stage.load([service], 300);
      for (let round = 0; round < 4; round += 1) {
        await sender.untilMoreAcknowledged(400);
        await sender.amidBurst();
        await service.kill();
        await sender.untilMoreRefused(1);
        await service.start();
      }
      await sender.untilMoreAcknowledged(500);
      await stage.expectNothingLostOrDoubled(sender);
    }));
});

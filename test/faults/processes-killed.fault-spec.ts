import type { FaultService } from './fault-service';
import { onStage } from './stage';

jest.setTimeout(600_000);

describe('several processes of each role under load', () => {
  it('lose workers, APIs and the scheduler again and again; the others go on and nothing is lost or doubled', () =>
    onStage('kill -9 of single processes', async (stage) => {
      const apis = [await stage.start('API 1', { APP_ROLES: 'api' })];
      const [api2, worker1, worker2, scheduler] = await Promise.all([
        stage.start('API 2', { APP_ROLES: 'api' }),
        stage.start('worker 1', { APP_ROLES: 'worker' }),
        stage.start('worker 2', { APP_ROLES: 'worker' }),
        stage.start('scheduler', { APP_ROLES: 'scheduler' }),
      ]);
      apis.push(api2);
      const workers = [worker1, worker2];
      await stage.connect();
      const sender = stage.load(apis, 300);
      for (let round = 0; round < 2; round += 1) {
        const worker = oneOf(workers, round);
        const api = oneOf(apis, round);
        await sender.untilMoreAcknowledged(200);
        await sender.amidBurst();
        await worker.kill();
        await sender.untilMoreAcknowledged(200); // The other worker has it all to itself.
        await sender.amidBurst();
        await api.kill();
        await sender.untilMoreRefused(1);
        await sender.untilMoreAcknowledged(200); // The other API took it.
        await scheduler.kill();
        await Promise.all([worker.start(), api.start(), scheduler.start()]);
      }
      await stage.expectNothingLostOrDoubled(sender);
    }));
});

function oneOf(services: readonly FaultService[], round: number): FaultService {
  const service = services[round % services.length];
  if (service === undefined) throw new Error('There is no such process.');
  return service;
}

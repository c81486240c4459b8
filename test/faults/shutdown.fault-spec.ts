import { request } from 'node:http';
import type { FaultService } from './fault-service';
import { onStage, seconds } from './stage';
import type { Delivery } from './traffic';

jest.setTimeout(600_000);

const LONGEST_SHUTDOWN_MS = 25_000;

/** Posts a delivery of which one half is there when `meanwhile` happens, and gives the status of the answer. */
async function postInHalves(
  service: FaultService,
  delivery: Delivery,
  meanwhile: () => void,
): Promise<number> {
  const { body, signature } = delivery;
  return new Promise((resolve, reject) => {
    const outgoing = request(new URL('/api/meta/webhook/events', service.url), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'content-length': body.length,
        'x-hub-signature-256': signature,
        expect: '100-continue',
      },
    });
    // The server has seen the request and wants its body.
    outgoing.once('continue', () => {
      outgoing.write(body.subarray(0, 100));
      meanwhile();
      setTimeout(() => outgoing.end(body.subarray(100)), 500);
    });
    outgoing.once('response', (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    outgoing.once('error', reject);
    outgoing.flushHeaders();
  });
}

describe('SIGTERM under load', () => {
  it('ends the service with 0 in time, what it has begun is finished, and nothing is lost or doubled', () =>
    onStage('SIGTERM of the service', async (stage) => {
      const service = await stage.start('the service');
      await stage.connect();
      const sender = stage.load([service], 300);
      for (let round = 0; round < 2; round += 1) {
        await sender.untilMoreAcknowledged(500);
        const { exitCode, tookMs } = await service.terminate();
        expect(exitCode).toBe(0);
        expect(tookMs).toBeLessThan(LONGEST_SHUTDOWN_MS);
        stage.say(`ended within ${seconds(tookMs)}`);
        await service.start();
      }
      await stage.expectNothingLostOrDoubled(sender);
    }));

  it('ends an API and a worker in turn while the others go on', () =>
    onStage('SIGTERM of single processes', async (stage) => {
      const apis = [
        await stage.start('API 1', { APP_ROLES: 'api,scheduler' }),
        await stage.start('API 2', { APP_ROLES: 'api' }),
      ];
      const workers = [
        await stage.start('worker 1', { APP_ROLES: 'worker' }),
        await stage.start('worker 2', { APP_ROLES: 'worker' }),
      ];
      await stage.connect();
      const sender = stage.load(apis, 300);
      for (const service of [workers[0], apis[1]]) {
        if (service === undefined) throw new Error('It was started above.');
        await sender.untilMoreAcknowledged(300);
        const { exitCode, tookMs } = await service.terminate();
        expect(exitCode).toBe(0);
        expect(tookMs).toBeLessThan(LONGEST_SHUTDOWN_MS);
        stage.say(`${service.name} ended within ${seconds(tookMs)}`);
        await service.start();
      }
      await stage.expectNothingLostOrDoubled(sender);
    }));

  it('lets a delivery that is half-way in come in and acknowledges it', () =>
    onStage('SIGTERM with a request half-way in', async (stage) => {
      const service = await stage.start('the service');
      await stage.connect();
      const delivery = stage.traffic().next();
      let ended: Promise<{ exitCode: number | null }> | undefined;
      const status = await postInHalves(service, delivery, () => {
        ended = service.terminate();
      });
      expect(status).toBe(200);
      expect(await ended).toMatchObject({ exitCode: 0 });
      await service.start();
      await stage.expectStoredOnce([delivery]);
    }));
});

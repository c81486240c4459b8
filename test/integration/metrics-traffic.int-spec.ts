import { sandboxOf } from '../factories/meta-login';
import { MESSAGES, helloWorld } from '../factories/messaging.factory';
import { useEndpointWorld } from '../endpoint-world';
import { eventually } from '../eventually';
import { type Served, readMetrics, valueOf } from '../metrics-reader';
import { Follower } from '../realtime-follower';
import type { TestApp } from '../test-app';

jest.setTimeout(120_000);

const PREFIX = 'meta_backend_';

describe('metrics of what goes out', () => {
  const world = useEndpointWorld();

  /** Until each of these, by name and labels, has grown by one at least. */
  async function grown(
    app: TestApp,
    before: Served,
    wanted: readonly (readonly [string, Record<string, string>])[],
  ): Promise<Served> {
    const value = (served: Served, [name, labels]: readonly [string, Record<string, string>]): number =>
      valueOf(served, PREFIX + name, labels) ?? 0;
    return eventually(
      () => readMetrics(app.api),
      (served) => wanted.every((each) => value(served, each) > value(before, each)),
      { intervalMs: 250 },
    );
  }

  it('count notifications by kind, attempts of outbound webhooks by outcome, and time events to browsers', async () => {
    const { app, user } = world;
    await world.add('/metrics', {});
    world.receiver.answer('/refusing', (_received, response) => {
      response.statusCode = 500;
      response.end();
    });
    await world.add('/refusing', {});
    const follower = new Follower(user.accessToken);
    try {
      await follower.connect(app.url);
      const before = await readMetrics(app.api);
      expect(valueOf(before, `${PREFIX}realtime_clients`)).toBe(1);
      expect(valueOf(before, `${PREFIX}realtime_users`)).toBe(1);
      await world.happenOnce();
      await grown(app, before, [
        ['notifications_total', { kind: 'template.rejected' }],
        ['endpoint_attempt_seconds_count', { outcome: 'delivered' }],
        ['endpoint_attempt_seconds_count', { outcome: 'status' }],
        ['realtime_event_lag_seconds_count', {}],
      ]);
    } finally {
      follower.drop();
    }
    await eventually(
      () => readMetrics(app.api),
      (served) => valueOf(served, `${PREFIX}realtime_clients`) === 0,
    );
  });

  it('count messages by how they ended, and those that fail by code', async () => {
    const { app, client } = world;
    expect((await client.get('/api/meta/whatsapp/account')).status).toBe(200);
    const before = await readMetrics(app.api);
    const send = async (): Promise<void> => {
      const answer = await client.post(MESSAGES, helloWorld());
      expect([answer.status, answer.text]).toEqual([202, answer.text]);
    };
    await send();
    await grown(app, before, [['sends_total', { outcome: 'accepted' }]]);
    sandboxOf(app).failMessages({ code: 131026, how: 'answer', times: 1 });
    await send();
    await grown(app, before, [
      ['sends_total', { outcome: 'failed' }],
      ['send_failures_total', { code: '131026' }],
      ['graph_errors_total', { edge: '/{id}/messages', meta_code: '131026' }],
    ]);
    sandboxOf(app).failNext({ path: '/messages$', drop: 'after' });
    await send();
    await grown(app, before, [['sends_total', { outcome: 'unknown' }]]);
  });
});

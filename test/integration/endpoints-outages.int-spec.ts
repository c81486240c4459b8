import { type ConversationId, newId } from '../../src/database/ids';
import { BREAKER_FAILURES, RETRY_DELAYS_MS } from '../../src/notifications/endpoints/retry-schedule';
import { ENDPOINTS, type Endpoint, aMessageIn, useEndpointWorld } from '../endpoint-world';
import { eventually } from '../eventually';
import { NOTIFICATIONS, type Notification } from '../notification-world';
import { answering } from '../webhook-receiver';

jest.setTimeout(180_000);

describe('an endpoint that does not work', () => {
  const world = useEndpointWorld();
  const notification = (kind: string, isWanted: (found: Notification) => boolean = () => true) =>
    eventually(
      async () =>
        (await world.client.get<{ notifications: Notification[] }>(`${NOTIFICATIONS}?kind=${kind}`)).body.data
          .notifications[0],
      (found) => found !== undefined && isWanted(found),
      { timeoutMs: 30_000 },
    );
  const failingSince = (endpoint: Endpoint, hours: number, failures: number) =>
    world.app.db.query(
      `UPDATE notification_endpoints SET failing_since = now() - $2 * interval '1 hour', failures = $3 WHERE id = $1`,
      [endpoint.id, hours, failures],
    );
  const activate = ({ id }: Endpoint) => world.client.patch(`${ENDPOINTS}/${id}`, { state: 'active' });
  const replay = ({ id }: Endpoint, body: Record<string, unknown> = { from: '2020-01-01T00:00:00Z' }) =>
    world.client.post<{ replayed: number; more: boolean }>(`${ENDPOINTS}/${id}/replay`, body);
  const allDelivered = (endpoint: Endpoint, count: number) =>
    eventually(
      () => world.deliveries(endpoint, '?state=delivered&limit=100'),
      (all) => all.length === count,
      { timeoutMs: 60_000 },
    );

  it('is tried for about a day, then the delivery is given up, and can be replayed', async () => {
    world.receiver.answer('/down', answering(500));
    const endpoint = await world.add('/down', { eventTypes: ['template.updated'] });
    await world.happenOnce();
    for (let attempt = 1; attempt <= RETRY_DELAYS_MS.length; attempt += 1) {
      const waiting = await world.delivery(
        endpoint,
        ({ attempts, nextAttemptAt, state }) =>
          attempts === attempt && nextAttemptAt !== null && state === 'pending',
      );
      const delayMs = Date.parse(waiting.nextAttemptAt!) - Date.now();
      expect(delayMs).toBeLessThan(RETRY_DELAYS_MS[attempt - 1]! * 1.21);
      await world.makeDue(endpoint);
    }
    await world.delivery(endpoint, ({ state }) => state === 'dead');
    expect(world.receiver.at('/down')).toHaveLength(RETRY_DELAYS_MS.length + 1);
    world.receiver.answers.clear();
    await world.makeDue(endpoint);
    expect((await replay(endpoint)).body.data).toEqual({ replayed: 1, more: false });
    await world.makeDue(endpoint);
    await allDelivered(endpoint, 1);
    expect((await replay(endpoint)).body.data).toEqual({ replayed: 0, more: false });
  });

  it('is tried by one delivery at a time after some failures in a row, and gets all once it works', async () => {
    world.receiver.answer('/breaker', answering(500));
    const endpoint = await world.add('/breaker', { eventTypes: ['template.updated'] });
    for (let count = 0; count < 40; count += 1) await world.happenOnce();
    const { health } = await eventually(
      () => world.get(endpoint),
      ({ health }) => health.nextProbeAt !== null && health.failures >= BREAKER_FAILURES,
      { timeoutMs: 60_000 },
    );
    expect(health).toMatchObject({
      lastError: 'The receiver answered 500.',
      failingSince: expect.any(String) as string,
    });
    const untried = (await world.deliveries(endpoint, '?limit=100')).filter(({ attempts }) => attempts === 0);
    // Those that were under way when it was noticed went out, and the others did not.
    expect(untried.length).toBeGreaterThan(10);
    world.receiver.answers.clear();
    await world.makeDue(endpoint);
    await allDelivered(endpoint, 40);
    expect((await world.get(endpoint)).health).toMatchObject({
      failures: 0,
      failingSince: null,
      nextProbeAt: null,
    });
  });

  it('is told of after an hour, and told of as well when it works again', async () => {
    world.receiver.answer('/failing', answering(502));
    const endpoint = await world.add('/failing', { eventTypes: ['template.updated'] });
    await failingSince(endpoint, 2, BREAKER_FAILURES - 1);
    await world.happenOnce();
    const told = await notification('endpoint.failing');
    expect(told).toMatchObject({
      severity: 'warning',
      resolvedAt: null,
      subjects: [{ type: 'endpoint', id: endpoint.id, name: new URL(endpoint.url).host }],
    });
    world.receiver.answers.clear();
    await world.makeDue(endpoint);
    await allDelivered(endpoint, 1);
    await notification('endpoint.failing', ({ resolvedAt }) => resolvedAt !== null);
  });

  it('is disabled after days, with a notification; what happens is held and can be had afterwards, in order', async () => {
    world.receiver.answer('/dead', answering(500));
    const endpoint = await world.add('/dead', { eventTypes: ['message.created'] });
    await failingSince(endpoint, 121, 40);
    const conversation = newId<ConversationId>();
    await world.happen(aMessageIn(conversation, 1));
    await eventually(
      () => world.get(endpoint),
      ({ state, stateReason }) => state === 'disabled' && stateReason === 'failing',
      { timeoutMs: 30_000 },
    );
    expect(await notification('endpoint.disabled')).toMatchObject({ severity: 'critical', resolvedAt: null });
    await world.happen(aMessageIn(conversation, 2), aMessageIn(conversation, 3));
    await eventually(
      () => world.deliveries(endpoint),
      (all) => all.length === 3 && all.every(({ state }) => state === 'held'),
    );
    expect(await replay(endpoint)).toMatchObject({ status: 409, body: { error: { code: 'CONFLICT' } } });
    world.receiver.answers.clear();
    world.receiver.received.length = 0;
    expect((await activate(endpoint)).body.data).toMatchObject({ state: 'active', stateReason: null });
    await notification('endpoint.disabled', ({ resolvedAt }) => resolvedAt !== null);
    // What happens from now on is sent; what was held waits for somebody to want it.
    await world.happen(aMessageIn(conversation, 4));
    await allDelivered(endpoint, 1);
    expect((await replay(endpoint)).body.data).toEqual({ replayed: 3, more: false });
    await allDelivered(endpoint, 4);
    expect(world.receiver.at('/dead').map(({ event }) => event.conversation?.sequence)).toEqual([4, 1, 2, 3]);
  });

  it('is disabled at once when it answers 410', async () => {
    world.receiver.answer('/gone', answering(410));
    const endpoint = await world.add('/gone', { eventTypes: ['template.updated'] });
    await world.happenOnce();
    await eventually(
      () => world.get(endpoint),
      ({ state, stateReason }) => state === 'disabled' && stateReason === 'gone',
    );
    await world.delivery(endpoint, ({ state }) => state === 'held');
    await notification('endpoint.disabled');
    expect((await world.client.delete(`${ENDPOINTS}/${endpoint.id}`)).status).toBe(200);
    await notification('endpoint.disabled', ({ resolvedAt }) => resolvedAt !== null);
  });

  it('is sent again what a process died over: nobody knows whether it arrived', async () => {
    const endpoint = await world.add('/died', { eventTypes: ['template.updated'] });
    await world.client.patch(`${ENDPOINTS}/${endpoint.id}`, { state: 'paused' });
    await world.happenOnce();
    // As a process leaves it that claimed it and is no more.
    await world.app.db.query(
      `UPDATE notification_deliveries SET attempts = 1, tries = 1, claimed_until = now() - interval '1 second',
              due_at = now() - interval '1 second' WHERE endpoint_id = $1`,
      [endpoint.id],
    );
    await activate(endpoint);
    const { attempts } = await world.delivery(endpoint, ({ state }) => state === 'delivered');
    expect(attempts).toBe(2);
  });
});

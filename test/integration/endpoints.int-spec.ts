import { type ConversationId, newId } from '../../src/database/ids';
import { ENDPOINTS, aMessageIn, useEndpointWorld } from '../endpoint-world';
import { eventually } from '../eventually';
import { aTemplateUpdate } from '../notification-world';
import { answering, isVerified, verify } from '../webhook-receiver';

jest.setTimeout(120_000);

describe('an outbound webhook', () => {
  const world = useEndpointWorld();

  it('is told of an event, once, signed such that the published library takes it', async () => {
    const endpoint = await world.add('/hook', { headers: { 'X-Api-Key': 'k-123' } });
    expect(endpoint.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    await world.happenOnce();
    await world.delivery(endpoint, ({ state }) => state === 'delivered');
    const [received, ...more] = world.receiver
      .at('/hook')
      .filter(({ event }) => event.type === 'template.updated');
    expect(more).toEqual([]);
    expect(verify(endpoint.secret, received!)).toMatchObject({
      type: 'template.updated',
      version: 1,
      accountId: world.accountId,
      conversation: null,
      data: { name: 'order', status: 'REJECTED' },
    });
    expect(received!.headers).toMatchObject({
      'content-type': 'application/json',
      'x-api-key': 'k-123',
      'user-agent': 'meta-business-backend-webhooks/1',
    });
    const other = 'whsec_' + Buffer.alloc(32, 1).toString('base64');
    expect(isVerified(other, received!)).toBe(false);
    expect(isVerified(endpoint.secret, { ...received!, body: `${received!.body} ` })).toBe(false);
  });

  it('sends what was fixed when it happened: the same id and bytes at every attempt and replay', async () => {
    const endpoint = await world.add('/flaky', { eventTypes: ['message.created'] });
    let failures = 1;
    world.receiver.answer('/flaky', (_received, response) => {
      response.statusCode = failures-- > 0 ? 500 : 204;
      response.end();
    });
    await world.happen(aMessageIn(newId<ConversationId>(), 7));
    await world.delivery(endpoint, ({ attempts, lastStatus }) => attempts === 1 && lastStatus === 500);
    await world.makeDue(endpoint);
    const delivered = await world.delivery(endpoint, ({ state }) => state === 'delivered');
    const replayed = await world.client.post(
      `${ENDPOINTS}/${endpoint.id}/deliveries/${delivered.id}/replay`,
      {},
    );
    expect(replayed).toMatchObject({ status: 202, body: { data: { id: delivered.id } } });
    const all = await world.received('/flaky', 3);
    await world.delivery(endpoint, ({ state, attempts }) => state === 'delivered' && attempts === 3);
    expect(new Set(all.map(({ body }) => body)).size).toBe(1);
    expect(new Set(all.map(({ messageId }) => messageId))).toEqual(new Set([delivered.messageId]));
    for (const each of all) expect(isVerified(endpoint.secret, each)).toBe(true);
    expect(all[0]!.event).toMatchObject({ conversation: { sequence: 7 }, eventId: delivered.eventId });

    const detail = await world.client.get<{ attemptLog: unknown[]; body: string }>(
      `${ENDPOINTS}/${endpoint.id}/deliveries/${delivered.id}`,
    );
    expect(detail.body.data.body).toBe(all[0]!.body);
    expect(detail.body.data.attemptLog).toMatchObject([
      { number: 3, status: 204, failure: null, error: null },
      { number: 2, status: 204, failure: null },
      { number: 1, status: 500, failure: 'status', error: 'The receiver answered 500.' },
    ]);
  });

  it('is told only what it wants, where it wants it, and nothing of others’ accounts', async () => {
    const templates = await world.add('/templates', { eventTypes: ['template.*'] });
    const messages = await world.add('/messages', { eventTypes: ['message.created'] });
    const facebook = await world.add('/facebook', { eventTypes: ['*'], platforms: ['facebook'] });
    await world.happen(aTemplateUpdate('order', 'REJECTED'), aMessageIn(newId<ConversationId>(), 1));
    await world.delivery(templates, ({ state }) => state === 'delivered');
    await world.delivery(messages, ({ state }) => state === 'delivered');
    expect(world.receiver.at('/templates').map(({ event }) => event.type)).toEqual(['template.updated']);
    expect(world.receiver.at('/messages').map(({ event }) => event.type)).toEqual(['message.created']);
    const types = (await world.deliveries(facebook)).map(({ type }) => type);
    expect(types).not.toContain('template.updated');
    // What belongs to no platform is told.
    expect(types).toContain('message.created');
  });

  it('goes on signing with the old secret while a new one takes its place', async () => {
    const endpoint = await world.add('/rotated', { eventTypes: ['template.updated'] });
    const rotated = await world.client.post<{ secret: string; previousSecretUntil: string }>(
      `${ENDPOINTS}/${endpoint.id}/secret/rotate`,
      { overlapSeconds: 3600 },
    );
    const { secret, previousSecretUntil } = rotated.body.data;
    expect(secret).not.toBe(endpoint.secret);
    expect(Date.parse(previousSecretUntil)).toBeGreaterThan(Date.now());
    await world.happenOnce();
    const [during] = await world.received('/rotated', 1);
    expect(during!.headers['webhook-signature']).toMatch(/^v1,\S+ v1,\S+$/);
    expect([isVerified(secret, during!), isVerified(endpoint.secret, during!)]).toEqual([true, true]);

    await world.app.db.query(
      `UPDATE notification_endpoints SET previous_secret_until = now() - interval '1 second' WHERE id = $1`,
      [endpoint.id],
    );
    await world.happenOnce();
    const [, after] = await world.received('/rotated', 2);
    expect([isVerified(secret, after!), isVerified(endpoint.secret, after!)]).toEqual([true, false]);

    const own = 'whsec_' + Buffer.alloc(24, 5).toString('base64');
    const given = await world.client.post(`${ENDPOINTS}/${endpoint.id}/secret/rotate`, {
      overlapSeconds: 0,
      secret: own,
    });
    expect(given.body.data).toEqual({ secret: own, previousSecretUntil: null });
    await world.happenOnce();
    const [, , last] = await world.received('/rotated', 3);
    expect(isVerified(own, last!)).toBe(true);
    expect(last!.headers['webhook-signature']).not.toContain(' ');
  });

  it('keeps its secrets: encrypted where they are stored, and never shown again', async () => {
    const endpoint = await world.add('/secret', { headers: { authorization: 'Bearer very-secret' } });
    await world.client.post(`${ENDPOINTS}/${endpoint.id}/secret/rotate`, {});
    const [row] = await world.app.db.query<Record<string, unknown>[]>(
      'SELECT * FROM notification_endpoints WHERE id = $1',
      [endpoint.id],
    );
    const stored = JSON.stringify(row);
    expect(stored).not.toContain(endpoint.secret.slice(6));
    expect(stored).not.toContain('very-secret');
    for (const path of ['', `/${endpoint.id}`]) {
      const { text } = await world.client.get(`${ENDPOINTS}${path}`);
      expect(text).toContain(endpoint.id);
      expect(text).not.toContain('whsec_');
      expect(text).not.toContain('very-secret');
    }
    expect((await world.get(endpoint)).headerNames).toEqual(['authorization']);
  });

  it('can be paused: what happens meanwhile is sent in order when it goes on', async () => {
    const endpoint = await world.add('/paused', { eventTypes: ['message.created'] });
    const patch = (state: string) => world.client.patch(`${ENDPOINTS}/${endpoint.id}`, { state });
    expect((await patch('paused')).body.data).toMatchObject({ state: 'paused' });
    const conversation = newId<ConversationId>();
    await world.happen(...[1, 2, 3].map((sequence) => aMessageIn(conversation, sequence)));
    expect((await world.deliveries(endpoint)).map(({ state }) => state)).toEqual([
      'pending',
      'pending',
      'pending',
    ]);
    expect(world.receiver.at('/paused')).toEqual([]);
    await patch('active');
    const received = await world.received('/paused', 3);
    expect(received.map(({ event }) => event.conversation?.sequence)).toEqual([1, 2, 3]);
  });

  it('is removed with all that was to be sent to it', async () => {
    const endpoint = await world.add('/removed', { eventTypes: ['template.updated'] });
    world.receiver.answer('/removed', answering(500));
    await world.happenOnce();
    await world.delivery(endpoint, ({ attempts }) => attempts === 1);
    expect((await world.client.delete(`${ENDPOINTS}/${endpoint.id}`)).status).toBe(200);
    expect((await world.client.get(`${ENDPOINTS}/${endpoint.id}`)).status).toBe(404);
    expect((await world.client.get(`${ENDPOINTS}/${endpoint.id}/deliveries`)).status).toBe(404);
    await world.makeDue(endpoint);
    await world.happenOnce();
    expect(world.receiver.at('/removed')).toHaveLength(1);
  });

  it('is tested at once, and the answer says what became of it', async () => {
    const endpoint = await world.add('/test');
    const test = () => world.client.post(`${ENDPOINTS}/${endpoint.id}/test`, {});
    expect((await test()).body.data).toMatchObject({
      delivered: true,
      status: 200,
      failure: null,
      response: 'ok',
    });
    const [received] = world.receiver.at('/test').filter(({ event }) => event.type === 'endpoint.test');
    expect(isVerified(endpoint.secret, received!)).toBe(true);
    world.receiver.answer('/test', answering(401, {}, 'who are you'));
    expect((await test()).body.data).toMatchObject({
      delivered: false,
      status: 401,
      failure: 'status',
      response: 'who are you',
    });
    expect((await world.deliveries(endpoint)).filter(({ type }) => type === 'endpoint.test')).toEqual([]);
  });

  it('lists what there is to be told of', async () => {
    const { body } = await world.client.get<{ eventTypes: { type: string }[] }>(`${ENDPOINTS}/event-types`);
    expect(body.data.eventTypes).toContainEqual({
      type: 'message.created',
      description: expect.any(String) as string,
    });
  });

  it('is told once though the relay tells its subscriber again', async () => {
    const endpoint = await world.add('/once', { eventTypes: ['template.updated'] });
    await world.happenOnce();
    await world.delivery(endpoint, ({ state }) => state === 'delivered');
    await world.app.db.query(
      `UPDATE outbox_cursors SET position = position - 1 WHERE subscriber = 'endpoint-deliveries' AND position > 0`,
    );
    await world.settle();
    await eventually(
      () => world.deliveries(endpoint),
      (all) => all.length === 1,
    );
    expect(world.receiver.at('/once')).toHaveLength(1);
  });
});

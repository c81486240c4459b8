import { randomUUID } from 'node:crypto';
import { newId } from '../../src/database/ids';
import type { ApiAnswer, ApiBody, ApiClient } from '../api-client';
import { ENDPOINTS, type Endpoint, useEndpointWorld } from '../endpoint-world';
import { answering } from '../webhook-receiver';

jest.setTimeout(120_000);

describe('who may do what with outbound webhooks', () => {
  const world = useEndpointWorld();
  const problem = ({ status, body }: ApiAnswer<ApiBody<unknown>>) => [status, body.error.code];
  let endpoint: Endpoint;
  beforeEach(async () => {
    world.receiver.answer('/mine', answering(500));
    endpoint = await world.add('/mine', { eventTypes: ['template.updated'] });
    await world.happenOnce();
  });

  const aMember = async (role: 'agent' | 'viewer'): Promise<ApiClient> => {
    const member = await world.admin.createUser(role);
    await world.client.put(`/api/meta/auth/accounts/${world.accountId}/members/${member.id}`, {
      role: 'member',
    });
    return world.app.api.as(member);
  };
  /** Every route, with what it answers. */
  const everything = async (client: ApiClient): Promise<Record<string, [number, string | undefined]>> => {
    const { id: deliveryId } = await world.delivery(endpoint, () => true);
    const base = `${ENDPOINTS}/${endpoint.id}`;
    const answers = {
      get: await client.get(base),
      deliveries: await client.get(`${base}/deliveries`),
      delivery: await client.get(`${base}/deliveries/${deliveryId}`),
      test: await client.post(`${base}/test`, {}),
      replayOne: await client.post(`${base}/deliveries/${deliveryId}/replay`, {}),
      replay: await client.post(`${base}/replay`, { from: '2026-01-01T00:00:00Z' }),
      patch: await client.patch(base, { description: 'changed' }),
      rotate: await client.post(`${base}/secret/rotate`, {}),
      remove: await client.delete(base),
    };
    return Object.fromEntries(
      Object.entries(answers).map(([name, { status, body }]) => [
        name,
        [status, body.success ? undefined : body.error.code],
      ]),
    );
  };

  it('to somebody of another account it does not exist, by no route', async () => {
    const user = await world.admin.createUser('admin');
    const stranger = world.app.api.as(user);
    const answers = await everything(stranger);
    for (const [name, answer] of Object.entries(answers))
      expect([name, ...answer]).toEqual([name, 404, 'NOT_FOUND']);
    const list = await stranger.get<{ endpoints: unknown[] }>(ENDPOINTS);
    expect(list.body.data.endpoints).toEqual([]);
    expect(problem(await stranger.get(`${ENDPOINTS}?accountId=${world.accountId}`))).toEqual([
      404,
      'ACCOUNT_NOT_FOUND',
    ]);
    expect(
      problem(
        await stranger.post(ENDPOINTS, { accountId: world.accountId, url: endpoint.url, eventTypes: ['*'] }),
      ),
    ).toEqual([404, 'ACCOUNT_NOT_FOUND']);
    expect(await world.get(endpoint)).toMatchObject({ description: null, state: 'active' });
  });

  it('to a member who sees only what is assigned it does not exist: deliveries hold everybody’s messages', async () => {
    const user = await world.admin.createUser('agent');
    await world.client.put(`/api/meta/auth/accounts/${world.accountId}/members/${user.id}`, {
      role: 'member',
      sees: 'assigned',
    });
    const member = world.app.api.as(user);
    const answers = await everything(member);
    for (const [name, answer] of Object.entries(answers))
      expect([name, ...answer]).toEqual([name, 404, 'NOT_FOUND']);
    for (const query of ['', `?accountId=${world.accountId}`])
      expect(
        (await member.get<{ endpoints: unknown[] }>(`${ENDPOINTS}${query}`)).body.data.endpoints,
      ).toEqual([]);
  });

  it('a delivery is found under its own endpoint only', async () => {
    const second = await world.add('/second', { eventTypes: ['comment.*'] });
    const { id } = await world.delivery(endpoint, () => true);
    expect(problem(await world.client.get(`${ENDPOINTS}/${second.id}/deliveries/${id}`))).toEqual([
      404,
      'NOT_FOUND',
    ]);
    expect(problem(await world.client.post(`${ENDPOINTS}/${second.id}/deliveries/${id}/replay`, {}))).toEqual(
      [404, 'NOT_FOUND'],
    );
  });

  it('members see it, agents among them test and replay, and owners change it', async () => {
    expect(await everything(await aMember('viewer'))).toEqual({
      get: [200, undefined],
      deliveries: [200, undefined],
      delivery: [200, undefined],
      test: [403, 'FORBIDDEN'],
      replayOne: [403, 'FORBIDDEN'],
      replay: [403, 'FORBIDDEN'],
      patch: [403, 'FORBIDDEN'],
      rotate: [403, 'FORBIDDEN'],
      remove: [403, 'FORBIDDEN'],
    });
    const agent = await aMember('agent');
    expect(await everything(agent)).toMatchObject({
      get: [200, undefined],
      test: [200, undefined],
      replay: [202, undefined],
      patch: [403, 'FORBIDDEN'],
      rotate: [403, 'FORBIDDEN'],
      remove: [403, 'FORBIDDEN'],
    });
    const created = await agent.post(ENDPOINTS, { url: endpoint.url, eventTypes: ['*'] });
    expect(problem(created)).toEqual([403, 'FORBIDDEN']);
    expect(await world.get(endpoint)).toMatchObject({ description: null, state: 'active' });
    expect((await world.app.api.get(ENDPOINTS)).status).toBe(401);
  });

  it('lists by pages, the newest first', async () => {
    const second = await world.add('/second');
    const third = await world.add('/third');
    const page = (query: string) =>
      world.client.get<{
        endpoints: { id: string }[];
        pagination: { before: string | null; after: string | null };
      }>(`${ENDPOINTS}?${query}`);
    const first = (await page('limit=2')).body.data;
    expect(first.endpoints.map(({ id }) => id)).toEqual([third.id, second.id]);
    const older = (await page(`limit=2&before=${first.pagination.before!}`)).body.data;
    expect(older.endpoints.map(({ id }) => id)).toEqual([endpoint.id]);
    expect(older.pagination.before).toBeNull();
    const newer = (await page(`after=${older.pagination.after!}`)).body.data;
    expect(newer.endpoints.map(({ id }) => id)).toEqual([third.id, second.id]);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['no address', { url: 'nothing' }, 'url'],
    ['another protocol', { url: 'ftp://example.com/' }, 'url'],
    ['a password in the address', { url: 'https://me:pw@example.com/' }, 'url'],
    ['this machine', { url: 'https://127.0.0.1/' }, 'url'],
    ['this machine by another name', { url: 'https://0x7f.1/' }, 'url'],
    ['this machine by its name', { url: 'https://localhost/' }, 'url'],
    ['a private network', { url: 'https://10.1.2.3/' }, 'url'],
    ['the metadata of a cloud', { url: 'https://169.254.169.254/latest' }, 'url'],
    ['a private IPv6 address', { url: 'https://[fd00::1]/' }, 'url'],
    ['an IPv4 address within one', { url: 'https://[::ffff:10.0.0.1]/' }, 'url'],
    ['no types', { eventTypes: [] }, 'eventTypes'],
    ['a type that there is not', { eventTypes: ['message.eaten'] }, 'eventTypes'],
    ['a beginning that there is not', { eventTypes: ['nothing.*'] }, 'eventTypes'],
    ['a platform that there is not', { platforms: ['telegram'] }, 'platforms'],
    ['a channel of somebody else’s', { channelIds: [randomUUID()] }, 'channelIds'],
    ['a header of the signature', { headers: { 'Webhook-Id': 'x' } }, 'headers.Webhook-Id'],
    [
      'a header of the connection',
      { headers: { 'Transfer-Encoding': 'chunked' } },
      'headers.Transfer-Encoding',
    ],
    ['a header with a line break', { headers: { 'x-a': 'b\r\nx-c: d' } }, 'headers.x-a'],
    ['a header without a value', { headers: { 'x-a': 7 } }, 'headers.x-a'],
    ['headers that are none', { headers: ['x-a'] }, 'headers'],
    ['a secret that is too short', { secret: 'whsec_AAAA' }, 'secret'],
    ['a secret that is no base64', { secret: `whsec_${'*'.repeat(44)}` }, 'secret'],
    ['a rate of nothing', { ratePerSecond: 0 }, 'ratePerSecond'],
    ['what nobody knows', { wish: 1 }, 'wish'],
  ])('refuses %s, saying where', async (_what, wrong, path) => {
    const answer = await world.client.post(ENDPOINTS, {
      url: 'https://example.com/',
      eventTypes: ['*'],
      ...wrong,
    });
    expect(problem(answer)).toEqual([400, 'VALIDATION_FAILED']);
    expect(answer.body.error.details.fields).toMatchObject([
      { path: expect.stringContaining(path) as string },
    ]);
    expect(answer.text).not.toContain('x-c: d');
    const { secret, ...changeable } = wrong;
    if (secret === undefined)
      expect(problem(await world.client.patch(`${ENDPOINTS}/${endpoint.id}`, changeable))).toEqual([
        400,
        'VALIDATION_FAILED',
      ]);
  });

  it('refuses what is no query, no id and no time', async () => {
    const base = `${ENDPOINTS}/${endpoint.id}`;
    for (const query of [
      'state=lost',
      'type=none',
      'from=yesterday',
      'before=x',
      'limit=0',
      'before=x&after=y',
    ])
      expect([query, ...problem(await world.client.get(`${base}/deliveries?${query}`))]).toEqual([
        query,
        400,
        'VALIDATION_FAILED',
      ]);
    expect(problem(await world.client.get(`${ENDPOINTS}/12`))).toEqual([400, 'VALIDATION_FAILED']);
    expect(problem(await world.client.get(`${ENDPOINTS}/${newId()}`))).toEqual([404, 'NOT_FOUND']);
    expect(problem(await world.client.post(`${base}/replay`, {}))).toEqual([400, 'VALIDATION_FAILED']);
    expect(problem(await world.client.post(`${base}/secret/rotate`, { overlapSeconds: 700_000 }))).toEqual([
      400,
      'VALIDATION_FAILED',
    ]);
    // Times beyond what ids can hold are no error of the service.
    expect(
      (await world.client.get(`${base}/deliveries?from=1900-01-01T00:00:00Z&until=9999-12-31T00:00:00Z`))
        .status,
    ).toBe(200);
  });

  it('takes no more endpoints than an account may have', async () => {
    const left = await Promise.all(
      Array.from({ length: 24 }, (_, index) =>
        world.client.post(ENDPOINTS, { url: `https://example.com/${index}`, eventTypes: ['comment.*'] }),
      ),
    );
    const statuses = left.map(({ status }) => status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(19);
    expect(statuses.filter((status) => status === 409)).toHaveLength(5);
  });

  it('lists deliveries by state, type and time', async () => {
    await world.delivery(endpoint, ({ attempts }) => attempts > 0);
    const count = async (query: string) => (await world.deliveries(endpoint, `?${query}`)).length;
    expect(await count('state=pending')).toBe(1);
    expect(await count('state=delivered,dead')).toBe(0);
    expect(await count('type=template.updated')).toBe(1);
    expect(await count('type=message.created')).toBe(0);
    const [listed] = await world.deliveries(endpoint);
    const createdAt = listed!.createdAt as string;
    expect(await count(`from=${createdAt}`)).toBe(1);
    expect(await count(`until=${createdAt}`)).toBe(0);
  });
});

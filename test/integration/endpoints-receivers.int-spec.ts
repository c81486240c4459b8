import { ENDPOINTS, type Endpoint, useEndpointWorld } from '../endpoint-world';
import { eventually } from '../eventually';
import { type Answer, answering } from '../webhook-receiver';

jest.setTimeout(120_000);

/** What a receiver may do, and what is made of it. */
const RECEIVERS: [string, Answer, Record<string, unknown>][] = [
  ['answers with an error', answering(500, {}, 'oops'), { failure: 'status', status: 500, response: 'oops' }],
  ['wants somebody else to be called', answering(404), { failure: 'status', status: 404 }],
  ['is overloaded', answering(503, { 'retry-after': '7' }), { failure: 'limited', status: 503 }],
  [
    'never answers',
    () => undefined,
    { failure: 'timeout', status: null, error: 'No answer came within 1.5 seconds.' },
  ],
  [
    'drops the connection',
    (_received, response) => response.destroy(),
    { failure: 'connection', status: null },
  ],
  [
    'speaks something else than HTTP',
    (_received, _response, request) => request.socket.end('EHLO example.com\r\n\r\n'),
    { failure: 'unreadable', status: null },
  ],
  [
    'sends the head of its answer drop by drop',
    (_received, _response, request) => {
      request.socket.write('HTTP/1.1 200 OK\r\n');
      const drip = setInterval(() => request.socket.write('x-filler: y\r\n'), 100);
      request.socket.on('close', () => {
        clearInterval(drip);
      });
    },
    { failure: 'timeout', status: null },
  ],
  [
    'promises more than it sends',
    (_received, response, request) => {
      response.writeHead(200, { 'content-length': '100000' });
      response.write('short', () => request.socket.destroy());
    },
    { failure: null, status: 200, response: 'short' },
  ],
  [
    'never comes to an end',
    (_received, response) => {
      response.writeHead(200);
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(64 * 1024)));
      };
      response.on('drain', more);
      more();
    },
    { failure: null, status: 200, response: 'x'.repeat(1024) },
  ],
  [
    'trickles',
    (_received, response) => {
      response.writeHead(201);
      const drip = setInterval(() => response.write('.'), 50);
      response.on('close', () => {
        clearInterval(drip);
      });
    },
    { failure: null, status: 201 },
  ],
  [
    'answers with what no database takes',
    answering(200, {}, 'a\u0000b\u0007c'),
    { failure: null, status: 200, response: 'a b c' },
  ],
];

describe('a receiver that', () => {
  const world = useEndpointWorld();
  const test = async ({ id }: Endpoint) => (await world.client.post(`${ENDPOINTS}/${id}/test`, {})).body.data;

  it.each(RECEIVERS)('%s', async (_what, answer, expected) => {
    world.receiver.answer('/odd', answer);
    const endpoint = await world.add('/odd', { eventTypes: ['template.updated'] });
    expect(await test(endpoint)).toMatchObject({ delivered: expected.failure === null, ...expected });
    // The same of an event, whose attempt is kept.
    await world.happenOnce();
    const { id } = await world.delivery(
      endpoint,
      ({ attempts, state, lastStatus, lastError }) =>
        attempts > 0 && (state === 'delivered' || lastStatus !== null || lastError !== null),
    );
    const { body } = await world.client.get<{ attemptLog: unknown[] }>(
      `${ENDPOINTS}/${endpoint.id}/deliveries/${id}`,
    );
    expect(body.data.attemptLog.at(-1)).toMatchObject(expected);
  });

  it('redirects to a private address is not followed there', async () => {
    const inside = `http://127.0.0.1:${world.receiver.port}/inside`;
    world.receiver.answer('/odd', answering(307, { location: inside }));
    const endpoint = await world.add('/odd');
    expect(await test(endpoint)).toMatchObject({ failure: 'redirect', status: 307 });
    expect(world.receiver.at('/inside')).toEqual([]);
  });

  it.each(['127.0.0.1', 'localhost', '[::ffff:127.0.0.1]'])(
    'turns out to be at %s is not called, whatever its address was when it was set',
    async (host) => {
      const endpoint = await world.add('/odd', { eventTypes: ['template.updated'] });
      await world.app.db.query('UPDATE notification_endpoints SET url = $2 WHERE id = $1', [
        endpoint.id,
        `http://${host}:${world.receiver.port}/inside`,
      ]);
      expect(await test(endpoint)).toMatchObject({ failure: 'address', status: null });
      await world.happenOnce();
      await world.delivery(endpoint, ({ lastError }) => lastError?.includes('not a public one') === true);
      expect(world.receiver.at('/inside')).toEqual([]);
    },
  );

  it('is not there, or speaks no TLS, is told from the others', async () => {
    const nowhere = await world.add('/', { url: 'https://no-such-host.invalid/hook?key=secret' });
    const dns = await test(nowhere);
    expect(dns).toMatchObject({ failure: 'dns', status: null });
    expect(JSON.stringify(dns)).not.toContain('secret');
    const plain = await world.add('/', { url: world.receiver.url('/').replace('http:', 'https:') });
    expect(await test(plain)).toMatchObject({ failure: 'tls', status: null });
  });

  it('asks for time gets it, and nothing else meanwhile', async () => {
    world.receiver.answer('/busy', answering(429, { 'retry-after': '600' }));
    const endpoint = await world.add('/busy', { eventTypes: ['template.updated'] });
    const before = Date.now();
    await world.happenOnce();
    const { nextAttemptAt } = await world.delivery(endpoint, ({ lastStatus }) => lastStatus === 429);
    expect(Date.parse(nextAttemptAt!) - before).toBeGreaterThan(590_000);
    await world.happenOnce();
    // The line is looked at, and put back until the receiver is ready.
    await eventually(
      () =>
        world.app.db.query<{ waits: boolean }[]>(
          `SELECT due_at > now() + interval '9 minutes' AS waits FROM notification_endpoints WHERE id = $1`,
          [endpoint.id],
        ),
      ([row]) => row?.waits === true,
    );
    expect(world.receiver.at('/busy')).toHaveLength(1);
    world.receiver.answers.clear();
    await world.makeDue(endpoint);
    await eventually(
      () => world.deliveries(endpoint, '?state=delivered'),
      (all) => all.length === 2,
    );
  });

  it('takes only so many a second is given no more', async () => {
    const endpoint = await world.add('/rate', { eventTypes: ['template.updated'], ratePerSecond: 5 });
    for (let count = 0; count < 6; count += 1) await world.happenOnce();
    await world.received('/rate', 6);
    const rows = await world.app.db.query<{ at: Date }[]>(
      `SELECT a.at FROM notification_attempts a JOIN notification_deliveries d USING (account_id)
        WHERE a.delivery_id = d.id AND d.endpoint_id = $1 ORDER BY a.at`,
      [endpoint.id],
    );
    const times = rows.map(({ at }) => at.getTime());
    // Claims are at least 200 ms apart, whatever a busy machine adds: six of them cannot be in less than a second.
    expect(times.at(-1)! - times[0]!).toBeGreaterThan(800);
  });

  it('hangs does not hold up the others', async () => {
    world.receiver.answer('/hangs', () => undefined);
    const hanging = await world.add('/hangs', { eventTypes: ['template.updated'] });
    const quick = await world.add('/quick', { eventTypes: ['template.updated'] });
    for (let count = 0; count < 20; count += 1) await world.happenOnce();
    await eventually(
      () => world.deliveries(quick, '?state=delivered&limit=100'),
      (all) => all.length === 20,
      { timeoutMs: 30_000 },
    );
    const waiting = await world.deliveries(hanging, '?state=pending&limit=100');
    expect(waiting).toHaveLength(20);
    expect(waiting.some(({ attempts }) => attempts === 0)).toBe(true);
  });
});

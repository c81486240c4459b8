import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Client, type ClientOptions, createClient } from '../../clients/typescript/dist/client.js';

/** What the server does with one request: answers, or ends the connection. */
type Answer = { status: number; headers?: Record<string, string>; body?: unknown } | 'hang up';

interface Request {
  method: string;
  headers: Record<string, unknown>;
  body: string;
  at: number;
}

const REFUSED = { success: false, error: { code: 'RATE_LIMITED', message: 'Slowly', details: {} } };
const DONE: Answer = { status: 200, body: { success: true, data: { done: true } } };
const busy = (status: number, headers?: Record<string, string>): Answer => ({
  status,
  body: REFUSED,
  ...(headers === undefined ? {} : { headers }),
});
const MESSAGE = { to: '+491701234567', type: 'text', text: { body: 'It is on its way.' } } as const;
const USER = { email: 'b@example.com', password: 'correct horse battery', name: 'B', role: 'agent' } as const;

describe('the TypeScript client, when the service does not answer at once,', () => {
  let server: Server;
  let requests: Request[];
  let answers: Answer[];
  beforeAll(async () => {
    server = createServer((incoming, response) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => {
        const { method = '', headers } = incoming;
        requests.push({ method, headers, body: Buffer.concat(chunks).toString(), at: Date.now() });
        const answer = answers.shift() ?? DONE;
        if (answer === 'hang up') incoming.socket.destroy();
        else {
          response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
          response.end(JSON.stringify(answer.body));
        }
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  beforeEach(() => {
    requests = [];
    answers = [];
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const clientWith = (options: Partial<ClientOptions> = {}): Client =>
    createClient({ baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, ...options });
  const read = (client = clientWith()): Promise<unknown> => client.get('/api/auth/me');
  const order = (client = clientWith(), idempotencyKey?: string): Promise<unknown> =>
    client.post('/api/meta/whatsapp/messages', {
      body: MESSAGE,
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    });
  const createUser = (): Promise<unknown> => clientWith().post('/api/users', { body: USER });

  it('waits after 429 as long as Retry-After says, and reads again', async () => {
    answers = [busy(429, { 'retry-after': '1' })];
    expect(await read()).toEqual({ done: true });
    const [first, second] = requests;
    expect(requests).toHaveLength(2);
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(990);
  });

  it('says at once that it takes longer than anybody wants to wait', async () => {
    answers = [busy(429, { 'retry-after': '60' })];
    await expect(read()).rejects.toMatchObject({ code: 'RATE_LIMITED', status: 429, retryAfterSeconds: 60 });
    expect(requests).toHaveLength(1);
  });

  it.each([429, 502, 503, 504])('reads again after %i without Retry-After', async (status) => {
    answers = [busy(status)];
    expect(await read()).toEqual({ done: true });
    expect(requests).toHaveLength(2);
  });

  it('reads again where the connection ended without an answer', async () => {
    answers = ['hang up'];
    expect(await read()).toEqual({ done: true });
    expect(requests).toHaveLength(2);
  });

  it('gives up after `retries` repetitions, with what was answered last', async () => {
    answers = [busy(503), busy(503), busy(503)];
    await expect(read()).rejects.toMatchObject({ status: 503, code: 'RATE_LIMITED' });
    expect(requests).toHaveLength(3);
    answers = [busy(503)];
    await expect(read(clientWith({ retries: 0 }))).rejects.toMatchObject({ status: 503 });
    expect(requests).toHaveLength(4);
  });

  it.each([400, 404, 409, 500])('does not repeat after %i', async (status) => {
    answers = [busy(status)];
    await expect(read()).rejects.toMatchObject({ status });
    expect(requests).toHaveLength(1);
  });

  it.each<[string, Answer]>([
    ['429', busy(429, { 'retry-after': '0' })],
    ['503', busy(503)],
    ['a connection that ended', 'hang up'],
  ])('sends a message again after %s, the same one under the same key', async (_, answer) => {
    answers = [answer];
    await order();
    expect(requests).toHaveLength(2);
    const keys = requests.map(({ headers }) => headers['idempotency-key']);
    expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(keys[1]).toBe(keys[0]);
    expect(requests[1]?.body).toBe(requests[0]?.body);
  });

  it('makes another key for each call, and keeps the one that it is given', async () => {
    await order();
    await order();
    answers = [busy(503)];
    await order(clientWith(), 'order-4711');
    const [first, second, ...own] = requests.map(({ headers }) => headers['idempotency-key']);
    expect(first).not.toBe(second);
    expect(own).toEqual(['order-4711', 'order-4711']);
  });

  // It may have been carried out, and would be carried out twice.
  it.each<[string, Answer]>([
    ['429', busy(429, { 'retry-after': '0' })],
    ['503', busy(503, { 'retry-after': '0' })],
  ])('sends a write without a key once only, after %s', async (_, answer) => {
    answers = [answer];
    await expect(createUser()).rejects.toMatchObject({ code: 'RATE_LIMITED', retryAfterSeconds: 0 });
    expect(requests).toHaveLength(1);
    expect(requests[0]?.headers).not.toHaveProperty('idempotency-key');
  });

  it('sends a write without a key once only, where the connection ended', async () => {
    answers = ['hang up'];
    await expect(createUser()).rejects.toThrow('fetch failed');
    expect(requests).toHaveLength(1);
  });

  it('sends any write again with a new token after 401, which has carried out nothing', async () => {
    answers = [busy(401)];
    let token = 'old';
    const client = clientWith({
      getAccessToken: () => token,
      refresh: () => Promise.resolve((token = 'new')),
    });
    await client.post('/api/users', { body: USER });
    expect(requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer old', 'Bearer new']);
  });

  it('stops waiting when the caller does', async () => {
    answers = [busy(503, { 'retry-after': '9' })];
    const giveUp = new AbortController();
    const begun = Date.now();
    const answer = clientWith().get('/api/auth/me', { signal: giveUp.signal });
    setTimeout(() => {
      giveUp.abort(new Error('The page was left'));
    }, 300);
    await expect(answer).rejects.toThrow('The page was left');
    expect(Date.now() - begun).toBeLessThan(4_000);
    expect(requests).toHaveLength(1);
  });
});

import { connect } from 'node:net';
import type { ApiAnswer } from '../api-client';
import { ProbeModule } from '../probe.module';
import { type TestApp, startTestApp } from '../test-app';

describe('every answer over HTTP', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ modules: [ProbeModule] });
  });
  afterAll(() => app.close());

  const fieldsOf = (answer: ApiAnswer) => answer.body.error.details.fields;

  describe('successes', () => {
    it('are in the envelope', async () => {
      const answer = await app.api.post('/api/probe', { name: 'Ada', components: [{ text: 'a' }] });
      expect(answer.status).toBe(201);
      expect(answer.body).toEqual({ success: true, data: { name: 'Ada', components: [{ text: 'a' }] } });
    });

    it('have null data when there is nothing to tell', async () => {
      expect((await app.api.get('/api/probe/nothing')).body).toEqual({ success: true, data: null });
    });

    it('are left alone where a handler says so, as for the challenge', async () => {
      const answer = await app.api.get('/api/probe/challenge?hub.mode=subscribe&hub.challenge=1158201444');
      expect(answer.text).toBe('1158201444');
      expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
    });
  });

  describe('request ids', () => {
    it('are echoed when they are sane', async () => {
      const answer = await app.api.with({ 'x-request-id': 'shop-42.a_b' }).get('/health/live');
      expect(answer.headers.get('x-request-id')).toBe('shop-42.a_b');
    });

    it.each(['a'.repeat(65), 'with blank', '<script>'])('are made anew in place of %j', async (id) => {
      const answer = await app.api.with({ 'x-request-id': id }).get('/health/live');
      expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    });

    it('come with errors, too', async () => {
      const answer = await app.api.get('/api/nowhere');
      expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    });
  });

  describe('queries', () => {
    it('convert what is marked as a number or a truth value', async () => {
      const answer = await app.api.get('/api/probe?limit=7&refresh=true');
      expect(answer.body.data).toEqual({ limit: 7, offset: 0, refresh: true });
    });

    it.each([
      ['limit=0', 'limit'],
      ['limit=101', 'limit'],
      ['limit=ten', 'limit'],
      ['limit=1e1', 'limit'],
      ['limit=', 'limit'],
      ['limit=1&limit=2', 'limit'],
      ['offset=-1', 'offset'],
      ['refresh=maybe', 'refresh'],
      ['unknown=1', 'unknown'],
      ['__proto__=1', '__proto__'],
      ['limit[]=1', 'limit[]'],
    ])('refuse ?%s', async (query, path) => {
      const answer = await app.api.get(`/api/probe?${query}`);
      expect(answer.status).toBe(400);
      expect(fieldsOf(answer)).toEqual(expect.arrayContaining([expect.objectContaining({ path })]));
    });

    it('refuse a single value that is given twice', async () => {
      const answer = await app.api.get('/api/probe/challenge?hub.challenge=1&hub.challenge=2');
      expect(fieldsOf(answer)).toMatchObject([{ path: 'hub.challenge' }]);
    });
  });

  describe('addresses', () => {
    it('refuse what is no UUID where an id belongs', async () => {
      const answer = await app.api.get('/api/probe/items/1');
      expect(answer.status).toBe(400);
      expect(fieldsOf(answer)).toMatchObject([{ path: 'id', rule: 'isUuid' }]);
    });

    it.each([
      ['GET', '/api/nowhere'],
      ['GET', '/'],
      ['PUT', '/api/probe'],
      ['GET', '/probe'],
      ['GET', `/api/probe/items/${'x'.repeat(2_000)}`],
    ])('that do not exist answer 404 (%s, %#)', async (method, path) => {
      const answer = await app.api.raw(path, { method });
      expect(answer.status).toBe(404);
      expect(answer.body).toMatchObject({ success: false, error: { code: 'NOT_FOUND', details: {} } });
      expect(answer.headers.get('x-request-id')).not.toBeNull();
    });

    it('that cannot be decoded answer 400', async () => {
      const answer = await app.api.raw('/api/probe/items/%E0%A4%A', { method: 'GET' });
      expect(answer.body).toMatchObject({ success: false, error: { code: 'VALIDATION_FAILED' } });
      expect(answer.status).toBe(400);
      expect(answer.headers.get('x-request-id')).not.toBeNull();
    });
  });

  describe('what is no proper HTTP', () => {
    it.each([
      ['NONSENSE\r\n\r\n', 400, 'VALIDATION_FAILED'],
      [`GET / HTTP/1.1\r\nhost: x\r\nbig: ${'x'.repeat(20_000)}\r\n\r\n`, 413, 'PAYLOAD_TOO_LARGE'],
    ])('answers in the envelope (%#)', async (bytes, status, code) => {
      const text = await rawExchange(app.url, bytes);
      expect(text).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
      expect(text).toContain('x-request-id: ');
      expect(JSON.parse(text.slice(text.indexOf('{')))).toMatchObject({ success: false, error: { code } });
    });
  });

  describe('failures', () => {
    it('of ours tell nothing', async () => {
      const answer = await app.api.get('/api/probe/defect');
      expect(answer.status).toBe(500);
      expect(answer.body.error).toMatchObject({ code: 'SERVER_ERROR', details: {} });
      expect(answer.text).not.toMatch(/secret|postgres|at .*\.ts/);
    });

    it('that pass say when to try again', async () => {
      const answer = await app.api.get('/api/probe/down');
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
    });

    it('of a connection are 503 without the address', async () => {
      const answer = await app.api.get('/api/probe/refused');
      expect([answer.status, answer.body.error.code]).toEqual([503, 'SERVICE_UNAVAILABLE']);
      expect(answer.text).not.toContain('10.0.0.1');
    });
  });

  it('lets pages of the origins that are set call it, and no others', async () => {
    const other = await startTestApp({ env: { CORS_ORIGINS: 'https://app.example.com' } });
    try {
      const preflight = (origin: string) =>
        other.api.raw('/api/users', {
          method: 'OPTIONS',
          headers: {
            origin,
            'access-control-request-method': 'PATCH',
            'access-control-request-headers': 'authorization',
          },
        });
      const allowed = await preflight('https://app.example.com');
      expect(allowed.status).toBe(204);
      expect(allowed.headers.get('access-control-allow-origin')).toBe('https://app.example.com');
      expect(allowed.headers.get('access-control-allow-methods')).toContain('PATCH');
      expect(
        (await preflight('https://evil.example.com')).headers.get('access-control-allow-origin'),
      ).toBeNull();
      expect((await other.api.raw('/api/users', { method: 'OPTIONS' })).text).not.toContain('Invalid');
    } finally {
      await other.close();
    }
  });

  it('carries the headers that browsers are protected by', async () => {
    const answer = await app.api.get('/api/nowhere');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'self'");
  });
});

async function rawExchange(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    let text = '';
    socket.on('data', (chunk) => (text += chunk.toString()));
    socket.on('close', () => {
      resolve(text);
    });
    socket.on('error', (error) => {
      if (text === '') reject(error);
    });
  });
}

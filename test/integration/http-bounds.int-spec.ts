import { type Socket, connect } from 'node:net';
import { randomBytes } from 'node:crypto';
import { ProbeModule } from '../probe.module';
import { type TestApp, startTestApp } from '../test-app';

jest.setTimeout(180_000);

interface Exchange {
  status: number;
  headers: string;
  body: unknown;
}

/** Sends bytes as they are, and gives what comes back until the connection ends, or one whole answer has come. */
async function exchange(
  url: string,
  first: string,
  goOn?: (socket: Socket) => NodeJS.Timeout,
): Promise<Exchange> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    let text = '';
    let timer: NodeJS.Timeout | undefined;
    const socket = connect(Number(port), hostname, () => {
      socket.write(first);
      timer = goOn?.(socket);
    });
    const finish = (): void => {
      clearInterval(timer);
      socket.destroy();
      const [headers = '', body = ''] = text.split('\r\n\r\n', 2);
      try {
        resolve({
          status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1]),
          headers,
          body: body === '' ? null : JSON.parse(body),
        });
      } catch (error) {
        reject(new Error(`No answer of ours: ${text}`, { cause: error }));
      }
    };
    socket.on('data', (chunk) => {
      text += chunk.toString();
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? NaN);
      const start = text.indexOf('\r\n\r\n');
      if (start >= 0 && Buffer.byteLength(text.slice(start + 4)) >= length) finish();
    });
    socket.on('close', finish);
    // Ours may still be writing when the other end has said what it thinks of it.
    socket.on('error', () => undefined);
  });
}

const post = (path: string, headers: readonly string[], body = ''): string =>
  [`POST ${path} HTTP/1.1`, 'host: x', ...headers, '', body].join('\r\n');
const json = (body: string, more: readonly string[] = []): string =>
  post(
    '/api/probe',
    ['content-type: application/json', `content-length: ${Buffer.byteLength(body)}`, ...more],
    body,
  );
const hold = (text: string, everyMs: number) => (socket: Socket) =>
  setInterval(() => socket.write(text), everyMs);

describe('a request over a real connection', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ modules: [ProbeModule], env: { CORS_ORIGINS: 'https://app.example.com/' } });
  });
  afterAll(() => app.close());

  /** Refused in the envelope, with what protects browsers. */
  function expectRefusal(answer: Exchange, status: number, code: string): void {
    expect([answer.status, answer.body]).toMatchObject([status, { success: false, error: { code } }]);
    for (const name of [
      'x-request-id',
      'x-content-type-options: nosniff',
      'content-security-policy',
      'strict-transport-security',
      'x-frame-options',
      'referrer-policy: no-referrer',
    ])
      expect(answer.headers.toLowerCase()).toContain(name);
  }

  it.each([
    ['what is no HTTP', 'NONSENSE\r\n\r\n', 400, 'VALIDATION_FAILED'],
    [
      'headers of more than 16 KiB',
      `GET / HTTP/1.1\r\nhost: x\r\nbig: ${'x'.repeat(17_000)}\r\n\r\n`,
      413,
      'PAYLOAD_TOO_LARGE',
    ],
    [
      'more than a hundred headers',
      `GET /api/probe HTTP/1.1\r\nhost: x\r\n${Array.from({ length: 100 }, (_, n) => `h${n}: 1`).join('\r\n')}\r\n\r\n`,
      413,
      'PAYLOAD_TOO_LARGE',
    ],
    [
      'two lengths that differ',
      post('/api/probe', ['content-length: 2', 'content-length: 3'], '{}'),
      400,
      'VALIDATION_FAILED',
    ],
    [
      'a length beside chunks',
      post('/api/probe', ['content-length: 2', 'transfer-encoding: chunked'], '0\r\n\r\n'),
      400,
      'VALIDATION_FAILED',
    ],
    [
      'a body that says it is larger than 1 MiB',
      post('/api/probe', ['content-type: application/json', 'content-length: 1048577']),
      413,
      'PAYLOAD_TOO_LARGE',
    ],
    [
      'JSON that is nested deeper than 64 levels',
      json('['.repeat(65) + ']'.repeat(65)),
      400,
      'VALIDATION_FAILED',
    ],
    [
      'an address that cannot be decoded',
      'GET /%E0%A4%A HTTP/1.1\r\nhost: x\r\n\r\n',
      400,
      'VALIDATION_FAILED',
    ],
    [
      'a webhook of more than 3 MiB',
      post('/api/meta/webhook/events', ['content-length: 3145729']),
      413,
      'PAYLOAD_TOO_LARGE',
    ],
    [
      'a webhook without signature',
      post('/api/meta/webhook/events', ['content-length: 2'], '{}'),
      401,
      'UNAUTHORIZED',
    ],
    ['what is not there', 'GET /api/nowhere HTTP/1.1\r\nhost: x\r\n\r\n', 404, 'NOT_FOUND'],
    ['a defect of ours', 'GET /api/probe/defect HTTP/1.1\r\nhost: x\r\n\r\n', 500, 'SERVER_ERROR'],
  ])('is refused for %s', async (_, bytes, status, code) => {
    expectRefusal(await exchange(app.url, bytes), status, code);
  });

  it('is taken with as much as is allowed', async () => {
    const headers = Array.from({ length: 97 }, (_, n) => `h${n}: 1`);
    const request = `GET /api/probe HTTP/1.1\r\nhost: x\r\n${headers.join('\r\n')}\r\n\r\n`;
    expect((await exchange(app.url, request)).status).toBe(200);
    const deep = `{"name":"x","components":${'['.repeat(63)}${']'.repeat(63)}}`;
    // Not for its depth.
    expect(JSON.stringify((await exchange(app.url, json(deep))).body)).not.toContain('depth');
  });

  it('in chunks is cut off where it grows beyond 1 MiB', async () => {
    const chunk = `4000\r\n${randomBytes(0x2000).toString('hex')}\r\n`;
    const answer = await exchange(
      app.url,
      post('/api/probe', ['content-type: application/json', 'transfer-encoding: chunked']),
      hold(chunk, 1),
    );
    expectRefusal(answer, 413, 'PAYLOAD_TOO_LARGE');
  });

  it('that never ends is ended: its headers after ten seconds, its body after thirty', async () => {
    const [silence, headers, body, webhook] = await Promise.all([
      exchange(app.url, ''),
      exchange(app.url, 'GET /api/probe HTTP/1.1\r\nhost: x\r\n', hold('a: b\r\n', 1_000)),
      exchange(
        app.url,
        post('/api/probe', ['content-type: application/json', 'content-length: 1000']),
        hold(' ', 1_000),
      ),
      exchange(app.url, post('/api/meta/webhook/events', ['content-length: 1000']), hold(' ', 1_000)),
    ]);
    for (const answer of [silence, headers, body, webhook]) expectRefusal(answer, 408, 'REQUEST_TIMEOUT');
  });

  describe('from a page', () => {
    const ask = (origin: string, method = 'GET', more = ''): Promise<Exchange> =>
      exchange(app.url, `${method} /api/probe HTTP/1.1\r\nhost: x\r\norigin: ${origin}\r\n${more}\r\n`);

    it('of an origin that is set may be read', async () => {
      const { headers } = await ask('https://app.example.com');
      expect(headers).toContain('access-control-allow-origin: https://app.example.com');
      expect(headers).not.toContain('access-control-allow-credentials');
    });

    it.each([
      'https://evil.example.com',
      'https://app.example.com.evil.com',
      'https://evilapp.example.com',
      'http://app.example.com',
      'https://app.example.com:8443',
      'null',
      '*',
    ])('of %s may not', async (origin) => {
      for (const [method, more] of [
        ['GET', ''],
        ['OPTIONS', 'access-control-request-method: POST\r\n'],
      ] as const) {
        const { headers } = await ask(origin, method, more);
        expect(headers).not.toMatch(/access-control-allow-origin: (?!https:\/\/app\.example\.com\r?$)/im);
        expect(headers).not.toContain(`access-control-allow-origin: ${origin}\r\n`);
      }
    });
  });
});

it.each(['*', 'https://*.example.com', 'https://app.example.com/path', 'app.example.com', 'null'])(
  'refuses to start with pages of %s allowed',
  async (origins) => {
    await expect(startTestApp({ env: { CORS_ORIGINS: origins } })).rejects.toThrow('CORS_ORIGINS');
  },
);

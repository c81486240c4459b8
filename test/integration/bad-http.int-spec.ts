import { type Socket, connect } from 'node:net';
import { exchange, statusesOf } from '../fuzz/raw-connection';
import { signatureOf } from '../signed-webhook';
import { type TestApp, startTestApp } from '../test-app';

jest.setTimeout(120_000);

const JSON_BODY = '{"refreshToken":"not-a-token"}';
const EVENT = '{"object":"page","entry":[]}';
/** Served by the framework, and past it. */
const TARGETS = [
  { name: 'a usual route', path: '/api/auth/refresh', body: JSON_BODY, extra: '', served: 401 },
  {
    name: 'the address of webhooks',
    path: '/api/meta/webhook/events',
    body: EVENT,
    extra: `x-hub-signature-256: ${signatureOf(EVENT)}\r\n`,
    served: 200,
  },
] as const;

describe('What is no proper HTTP', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp();
    await app.api.registerAdmin();
  });
  afterAll(() => app.close());
  afterEach(async () => {
    // The service goes on, whatever came.
    expect((await app.api.get('/health/live')).status).toBe(200);
  });

  const envelopeOf = (text: string): { success: boolean; error: { code: string } } => {
    const body = text.slice(text.lastIndexOf('\r\n\r\n') + 4);
    return JSON.parse(body.slice(body.indexOf('{'), body.lastIndexOf('}') + 1)) as never;
  };

  describe.each(TARGETS)('at $name', ({ path, body, extra, served }) => {
    const head = (lines: string, method = 'POST', version = '1.1'): string =>
      `${method} ${path} HTTP/${version}\r\nhost: x\r\ncontent-type: application/json\r\n${extra}${lines}\r\n`;
    const length = `content-length: ${body.length}\r\n`;

    it.each([
      ['two different lengths', `content-length: 5\r\n${length}`],
      ['a length and chunks', `${length}transfer-encoding: chunked\r\n`],
      ['chunks and a length', `transfer-encoding: chunked\r\n${length}`],
      ['a negative length', 'content-length: -1\r\n'],
      ['a length that is no number', 'content-length: 0x10\r\n'],
      ['a length with a sign', `content-length: +${body.length}\r\n`],
      ['a list of lengths', `content-length: ${body.length}, ${body.length + 1}\r\n`],
      ['a coding that is unknown', 'transfer-encoding: xchunked\r\n'],
      ['chunks that are not the last coding', 'transfer-encoding: chunked, gzip\r\n'],
      ['blanks before the colon', `content-length : ${body.length}\r\n`],
      ['a header of NUL', `x-odd: a\0b\r\n${length}`],
      ['a name of a header that is none', `x odd: a\r\n${length}`],
      ['a folded header', `x-odd: a\r\n b\r\n${length}`],
    ])('is refused once, and the connection ended: %s', async (_, lines) => {
      const answer = await exchange(
        app.url,
        `${head(lines)}${body}GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n`,
        {
          answers: 2,
          patienceMs: 5_000,
        },
      );
      // Nothing behind it is taken for another request: a proxy in front may have seen it otherwise.
      expect(statusesOf(answer)).toEqual([400]);
      expect(answer.isClosed).toBe(true);
      expect(envelopeOf(answer.text)).toMatchObject({ success: false, error: { code: 'VALIDATION_FAILED' } });
      expect(answer.text).toMatch(/x-request-id: /i);
    });

    it.each([
      ['no size', 'zz\r\nabc\r\n0\r\n\r\n'],
      ['a negative size', '-5\r\nabc\r\n0\r\n\r\n'],
      ['a size of more than 64 bits', 'fffffffffffffffff\r\nabc\r\n0\r\n\r\n'],
      ['more than it says', '1\r\nabcdef\r\n0\r\n\r\n'],
    ])('is refused where a chunk has %s', async (_, chunks) => {
      const answer = await exchange(app.url, head('transfer-encoding: chunked\r\n') + chunks, {
        patienceMs: 5_000,
      });
      expect(statusesOf(answer)).toEqual([400]);
    });

    it('is refused with headers of more than 16 KB, one by one or together', async () => {
      const many = Array.from({ length: 3_000 }, (_, index) => `x-flood-${index}: y\r\n`).join('');
      for (const lines of [`x-big: ${'y'.repeat(20_000)}\r\n`, many])
        expect(statusesOf(await exchange(app.url, head(lines + length) + body))).toEqual([413]);
    });

    it('is answered in order where several requests come at once', async () => {
      const one = head(length) + body;
      const answer = await exchange(app.url, one.repeat(5), { answers: 5 });
      expect(statusesOf(answer)).toEqual([served, served, served, served, served]);
    });

    it('is served to a client of HTTP/1.0, whose connection ends with the answer', async () => {
      const answer = await exchange(app.url, head(length, 'POST', '1.0') + body);
      expect(statusesOf(answer)).toEqual([served]);
    });

    it.each(['HTTP/2.0', 'HTTP/9.9', 'HTTP/1.10', 'FTP/1.1', ''])('is refused as %s', async (version) => {
      const answer = await exchange(app.url, `POST ${path} ${version}\r\nhost: x\r\n\r\n`, {
        patienceMs: 5_000,
      });
      expect([400, 401]).toContain(statusesOf(answer)[0]);
    });

    it('waits for nobody who wants to be told to go on first', async () => {
      const waiting = head(`${length}expect: 100-continue\r\n`);
      const answer = await exchange(app.url, [waiting, body]);
      expect(answer.text).toMatch(/^HTTP\/1\.1 100 /);
      expect(statusesOf(answer)).toEqual([served]);
    });

    it('is answered where something else is expected of it', async () => {
      const [status] = statusesOf(await exchange(app.url, head(`${length}expect: a-miracle\r\n`) + body));
      expect(status).toBe(417);
    });

    it('takes no other protocol', async () => {
      const upgrade = `connection: upgrade\r\nupgrade: h2c\r\n${length}`;
      const answer = await exchange(app.url, head(upgrade) + body, { patienceMs: 5_000 });
      expect(answer.text).not.toMatch(/^HTTP\/1\.1 101/);
    });
  });

  it('is ended when the body does not come', async () => {
    const ends = await Promise.all(
      TARGETS.map(({ path, body, extra }) =>
        exchange(
          app.url,
          `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${extra}content-length: 500\r\n\r\n${body}`,
          { answers: 2, patienceMs: 60_000 },
        ),
      ),
    );
    expect(ends.map((end) => [...statusesOf(end), end.isClosed])).toEqual([
      [408, true],
      [408, true],
    ]);
  });

  it('is ended when the headers do not come', async () => {
    const answer = await exchange(app.url, 'GET /health/live HTTP/1.1\r\nhost: x\r\nx-slow: ', {
      patienceMs: 60_000,
    });
    expect(statusesOf(answer)).toEqual([408]);
    expect(envelopeOf(answer.text)).toMatchObject({ error: { code: 'REQUEST_TIMEOUT' } });
  });

  it.each([
    ['the whole address', 'GET http://evil.example/health/live HTTP/1.1'],
    ['another scheme', 'GET gopher://evil.example/ HTTP/1.1'],
    ['an asterisk', 'OPTIONS * HTTP/1.1'],
    ['no slash', 'GET health/live HTTP/1.1'],
    ['two slashes', 'GET //evil.example/%2e%2e HTTP/1.1'],
    ['an upward path', 'GET /api/../../../etc/passwd HTTP/1.1'],
    ['an upward path, encoded', 'GET /api/%2e%2e/%2e%2e/etc/passwd HTTP/1.1'],
    ['backslashes', 'GET /api\\..\\..\\etc\\passwd HTTP/1.1'],
    ['NUL, encoded', 'GET /api/meta/media/%00 HTTP/1.1'],
    ['a fragment', 'GET /health/live#x HTTP/1.1'],
    ['a query of nothing', 'GET /health/live?&&&=&= HTTP/1.1'],
    ['an unknown method', 'BREW /health/live HTTP/1.1'],
    ['a method of WebDAV', 'PROPFIND /api/auth/me HTTP/1.1'],
    ['TRACE', 'TRACE /api/auth/me HTTP/1.1'],
    ['a tunnel', 'CONNECT evil.example:443 HTTP/1.1'],
    ['a tunnel to ourselves', 'CONNECT 127.0.0.1:22 HTTP/1.1'],
  ])('leads nowhere with %s in its first line', async (_, line) => {
    const answer = await exchange(
      app.url,
      `${line}\r\nhost: x\r\nauthorization: Bearer secret-token\r\n\r\n`,
      {
        patienceMs: 5_000,
      },
    );
    const [status] = statusesOf(answer);
    // A tunnel is not even answered: its connection is closed.
    if (!line.startsWith('CONNECT')) expect(status).toBeDefined();
    expect(status ?? 400).toBeLessThan(500);
    expect(answer.text).not.toMatch(/root:x:0|secret-token|node_modules/);
    if (status !== undefined && status >= 400)
      expect(envelopeOf(answer.text)).toMatchObject({ success: false });
  });

  it.each(['\0', '\x01', '\x7f', ' ', '\t'])('is refused with %j in the address', async (character) => {
    const answer = await exchange(app.url, `GET /api/auth/me${character}x HTTP/1.1\r\nhost: x\r\n\r\n`, {
      patienceMs: 5_000,
    });
    expect(statusesOf(answer)[0]).toBeGreaterThanOrEqual(400);
    expect(statusesOf(answer)[0]).toBeLessThan(500);
  });

  it('is refused with an address of 100 KB', async () => {
    const answer = await exchange(
      app.url,
      `GET /api/auth/me?x=${'y'.repeat(100_000)} HTTP/1.1\r\nhost: x\r\n\r\n`,
    );
    expect(statusesOf(answer)).toEqual([413]);
  });

  it('is refused without a host', async () => {
    const answer = await exchange(app.url, 'GET /health/live HTTP/1.1\r\n\r\n');
    expect(statusesOf(answer)).toEqual([400]);
    expect(envelopeOf(answer.text)).toMatchObject({ success: false });
  });

  it.each(['evil.example', 'x:99999999', '[::1', 'a b', '<script>', '127.0.0.1@evil.example'])(
    'says nothing of the host %s that it names',
    async (host) => {
      const answer = await exchange(app.url, `GET /api/meta/auth/url HTTP/1.1\r\nhost: ${host}\r\n\r\n`);
      expect(statusesOf(answer)[0]).toBe(401);
      expect(answer.text).not.toContain(host);
    },
  );

  it.each([
    '/',
    '/api/auth/me',
    '/socket.io',
    '/realtime',
    '/api/meta/webhook/events',
    `/${'x'.repeat(5_000)}`,
  ])('gets no WebSocket at %s', async (path) => {
    const answer = await exchange(
      app.url,
      `GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
      { patienceMs: 5_000 },
    );
    expect(answer.text).not.toMatch(/^HTTP\/1\.1 (?:101|5)/);
  });

  it('holds up nobody with two hundred connections that say nothing', async () => {
    const { port } = new URL(app.url);
    const idle: Socket[] = Array.from({ length: 200 }, () => {
      const socket = connect(Number(port), '127.0.0.1');
      socket.on('error', () => undefined);
      socket.write('GET /health/live HTTP/1.1\r\nhost: x\r\nx-slow: ');
      return socket;
    });
    for (let round = 0; round < 5; round += 1) expect((await app.api.get('/api/auth/me')).status).toBe(401);
    for (const socket of idle) socket.destroy();
  });
});

import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { Writable } from 'node:stream';
import { type HttpLogger, pinoHttp } from 'pino-http';
import { logOptions } from './log-options';

function logInto(lines: string[]): HttpLogger {
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString());
      done();
    },
  });
  const { pinoHttp: options } = logOptions({ LOG_LEVEL: 'info', LOG_PRETTY: false });
  if (typeof options !== 'object' || Array.isArray(options) || 'write' in options)
    throw new Error('no options');
  return pinoHttp(options, stream);
}

function exchange(url: string, status: number): { request: IncomingMessage; response: ServerResponse } {
  const request = Object.assign(new IncomingMessage(new Socket()), {
    method: 'POST',
    url: '/',
    originalUrl: url,
    id: 'request-1',
    headers: { authorization: 'Bearer canary', cookie: 'canary' },
  });
  return { request, response: Object.assign(new ServerResponse(request), { statusCode: status }) };
}

describe('the log', () => {
  it('masks fields, text and formatted values of a line', () => {
    const lines: string[] = [];
    const { logger } = logInto(lines);
    logger.info({ accessToken: 'canary', message: 'to +16505551234' }, 'for %s', 'ada@example.com');
    logger.error({ err: new Error('Bearer canary') }, 'failed');
    logger.info('with an object %o', { password: 'canary' });
    expect(lines).toHaveLength(3);
    expect(lines.join('')).not.toMatch(/canary|6505551234|ada@/);
    expect(JSON.parse(lines[1]!)).toMatchObject({ level: 'error', msg: 'failed', err: { type: 'Error' } });
  });

  it('tells of a request its method, masked address, status and id, and nothing else', () => {
    const lines: string[] = [];
    const { request, response } = exchange('/api/auth/me?access_token=canary&limit=3', 401);
    logInto(lines)(request, response);
    response.emit('finish');
    expect(JSON.parse(lines.join(''))).toMatchObject({
      level: 'info',
      requestId: 'request-1',
      req: { method: 'POST', url: '/api/auth/me?access_token=[masked]&limit=3' },
      res: { status: 401 },
    });
    expect(lines.join('')).not.toContain('canary');
  });

  it.each([
    ['/health/ready', 200, 0],
    ['/health/ready', 503, 1],
    ['/api/meta/webhook/events', 200, 0],
    ['/api/meta/webhook/events', 401, 1],
    ['/api/meta/webhook', 200, 1],
  ])('of %s answered with %i has %i lines', (url, status, expected) => {
    const lines: string[] = [];
    const { request, response } = exchange(url, status);
    logInto(lines)(request, response);
    response.emit('finish');
    expect(lines).toHaveLength(expected);
  });
});

import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { Body, Controller, Delete, Get, Module, Param, Post, Query, Req } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { IsInt, IsString, MaxLength } from 'class-validator';
import type { FastifyRequest } from 'fastify';
import { ServiceUnavailableError, ValidationFailedError } from '../../src/errors/app.error';
import { IfPresent, NestedArray, NestedObject } from '../../src/http/body-fields';
import { RawResponse } from '../../src/http/envelope';
import { OffsetPageQuery } from '../../src/http/page.dto';
import { QueryBoolean } from '../../src/http/query-fields';
import { UuidParam } from '../../src/http/uuid-param.pipe';
import { Public } from '../../src/identity/access.decorators';
import { type TestApp, startTestApp } from '../test-app';

class PartDto {
  @IsString() @MaxLength(10) text!: string;
}

class ProbeDto {
  @IsString() name!: string;
  @IfPresent() @IsInt() count?: number;
  @IfPresent() @NestedObject(() => PartDto) header?: PartDto;
  @IfPresent() @NestedArray(() => PartDto) components?: PartDto[];
}

class ProbeQuery extends OffsetPageQuery {
  @IfPresent() @QueryBoolean() refresh?: boolean;
}

@Controller('probe')
@Public()
class ProbeController {
  @Post() echo(@Body() dto: ProbeDto): ProbeDto {
    return dto;
  }
  @Get() list(@Query() query: ProbeQuery): ProbeQuery {
    return query;
  }
  @Get('challenge') @RawResponse() challenge(@Query('hub.challenge') challenge: string): string {
    return challenge;
  }
  @Get('nothing') nothing(): void {
    return;
  }
  @Get('defect') defect(): never {
    throw new Error('secret detail postgres://u:p@h/d');
  }
  @Get('down') down(): never {
    throw new ServiceUnavailableError('Not now.');
  }
  @Get('refused') refused(): never {
    throw Object.assign(new Error('connect ECONNREFUSED 10.0.0.1:5432'), { code: 'ECONNREFUSED' });
  }
  @Get('items/:id') item(@Param('id', UuidParam) id: string): string {
    return id;
  }
  @Delete('items/:id') remove(@Body() body: unknown): { body: unknown } {
    return { body: body ?? null };
  }
  @Post('raw') @RouteConfig({ rawBody: true }) raw(@Req() request: FastifyRequest): {
    bytes: number;
    text: string;
  } {
    if (!Buffer.isBuffer(request.body)) throw ValidationFailedError.of('', 'bytes', 'no bytes');
    return { bytes: request.body.length, text: request.body.subarray(0, 50).toString('latin1') };
  }
  @Post('form') @RouteConfig({ formBody: true }) form(
    @Body() body: Record<string, unknown>,
  ): Record<string, unknown> {
    return body;
  }
}

@Module({ controllers: [ProbeController] })
class ProbeModule {}

const JSON_TYPE = { 'content-type': 'application/json' };

describe('every answer over HTTP', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ modules: [ProbeModule] });
  });
  afterAll(() => app.close());

  const post = (
    body: NonNullable<RequestInit['body']>,
    headers: Record<string, string> = JSON_TYPE,
    path = '/api/probe',
  ) => app.api.raw(path, { method: 'POST', body, headers });

  const fieldsOf = (answer: Awaited<ReturnType<typeof post>>) => answer.body.error.details.fields;

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

  describe('bodies', () => {
    it.each([['{"name":'], ['nonsense'], ["{'name':1}"], ['{"name":"x"}{}']])(
      'refuses the malformed %s',
      async (body) => {
        const answer = await post(body);
        expect(answer.status).toBe(400);
        expect(answer.body).toMatchObject({ success: false, error: { code: 'VALIDATION_FAILED' } });
        expect(fieldsOf(answer)).toMatchObject([{ rule: 'json' }]);
      },
    );

    it.each([['[]'], ['"text"'], ['5'], ['null'], ['true']])(
      'refuses %s where an object is wanted',
      async (body) => {
        const answer = await post(body);
        expect([answer.status, answer.body.error.code]).toEqual([400, 'VALIDATION_FAILED']);
      },
    );

    it('names every wrong field with its path', async () => {
      const answer = await app.api.post('/api/probe', {
        name: 5,
        count: '5',
        surplus: true,
        header: [{ text: 'a' }],
        components: [{ text: 'far too long for it' }, { text: 'b', extra: 1 }, 'c'],
      });
      expect(answer.status).toBe(400);
      expect(fieldsOf(answer)).toEqual(
        expect.arrayContaining([
          { path: 'name', rule: 'isString', message: 'name must be a string' },
          expect.objectContaining({ path: 'count', rule: 'isInt' }),
          { path: 'surplus', rule: 'unknownField', message: 'surplus is not a field of this request.' },
          expect.objectContaining({ path: 'header', rule: 'isObject' }),
          expect.objectContaining({ path: 'components.0.text', rule: 'maxLength' }),
          expect.objectContaining({ path: 'components.1.extra', rule: 'unknownField' }),
          expect.objectContaining({ path: 'components.2' }),
        ]),
      );
    });

    it('takes null for a value, not for an absent field', async () => {
      const answer = await app.api.post('/api/probe', { name: 'x', count: null });
      expect(fieldsOf(answer)).toMatchObject([{ path: 'count', rule: 'isInt' }]);
    });

    it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
      'refuses the field %s',
      async (name) => {
        const answer = await post(`{"name":"x","${name}":{"polluted":true}}`);
        expect(answer.status).toBe(400);
        expect(fieldsOf(answer)).toMatchObject([{ path: name, rule: 'unknownField' }]);
        expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
      },
    );

    it('refuses __proto__ that is written with an escape', async () => {
      const answer = await post('{"name":"x","\\u005f_proto__":{"polluted":true}}');
      expect([answer.status, answer.body.error.code]).toEqual([400, 'VALIDATION_FAILED']);
    });

    it.each([
      ['NUL', '{"name":"a\\u0000b"}'],
      ['half a surrogate pair', '{"name":"\\ud83d"}'],
    ])('refuses %s, which PostgreSQL cannot store', async (_, body) => {
      const answer = await post(body);
      expect(fieldsOf(answer)).toMatchObject([{ path: 'name', rule: 'text' }]);
    });

    it('refuses what is not UTF-8', async () => {
      const answer = await post(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]));
      expect(fieldsOf(answer)).toMatchObject([{ rule: 'utf8' }]);
    });

    it.each(['[', '{"a":'])('refuses bottomless nesting of %s', async (opening) => {
      const answer = await post(opening.repeat(100_000));
      expect(fieldsOf(answer)).toMatchObject([{ rule: 'depth' }]);
    });

    it('takes no body, or an empty one, for missing fields', async () => {
      for (const answer of [await app.api.post('/api/probe'), await post('')])
        expect(fieldsOf(answer)).toMatchObject([{ path: 'name', rule: 'isString' }]);
    });

    it('refuses more than 1 MiB with 413', async () => {
      const answer = await post(JSON.stringify({ name: 'x'.repeat(1024 * 1024) }));
      expect([answer.status, answer.body.error.code]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
    });

    it('refuses more than 1 MiB of unannounced length with 413', async () => {
      const answer = await chunkedPost(app.url, '/api/probe', 'x'.repeat(1024 * 1024 + 1));
      expect(answer.status).toBe(413);
      expect(answer.text).toContain('PAYLOAD_TOO_LARGE');
    });

    it.each([
      'text/plain',
      'application/xml',
      'multipart/form-data; boundary=x',
      'nonsense',
      'application/x-www-form-urlencoded',
    ])('refuses the content type %s with 415', async (type) => {
      const answer = await post('name=x', { 'content-type': type });
      expect([answer.status, answer.body.error.code]).toEqual([415, 'UNSUPPORTED_MEDIA']);
    });

    it('ignores what a DELETE carries', async () => {
      const id = '0199f3a2-7c1e-7b52-9d6b-3f1f8f4f2a10';
      const answer = await app.api.raw(`/api/probe/items/${id}`, {
        method: 'DELETE',
        body: '{oops',
        headers: JSON_TYPE,
      });
      expect(answer.body).toEqual({ success: true, data: { body: null } });
    });
  });

  describe('exact bytes', () => {
    it.each(['application/json', 'text/plain', 'application/x-www-form-urlencoded', 'nonsense'])(
      'are what a handler of them gets, sent as %s',
      async (type) => {
        const answer = await post('{"a": "\\u00e9" }', { 'content-type': type }, '/api/probe/raw');
        expect(answer.body.data).toEqual({ bytes: 16, text: '{"a": "\\u00e9" }' });
      },
    );

    it('may be 3 MiB, and not a byte more', async () => {
      const limit = 3 * 1024 * 1024;
      expect((await post(Buffer.alloc(limit), JSON_TYPE, '/api/probe/raw')).body.data).toMatchObject({
        bytes: limit,
      });
      const larger = await post(Buffer.alloc(limit + 1), JSON_TYPE, '/api/probe/raw');
      expect([larger.status, larger.body.error.code]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
    });

    it('may be none at all', async () => {
      const answer = await app.api.raw('/api/probe/raw', { method: 'POST' });
      expect(answer.body.data).toMatchObject({ bytes: 0 });
    });
  });

  it('takes forms where a handler wants them', async () => {
    const type = { 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await post('signed_request=a.b%2B&x=1&x=2', type, '/api/probe/form');
    expect(answer.body.data).toEqual({ signed_request: 'a.b+', x: ['1', '2'] });
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

async function chunkedPost(
  url: string,
  path: string,
  body: string,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(new URL(path, url), { method: 'POST', headers: JSON_TYPE }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, text });
      });
    });
    request.on('error', reject);
    for (let index = 0; index < body.length; index += 65_536)
      request.write(body.slice(index, index + 65_536));
    request.end();
  });
}

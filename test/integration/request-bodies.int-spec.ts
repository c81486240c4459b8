import { request as httpRequest } from 'node:http';
import type { ApiAnswer } from '../api-client';
import { ProbeModule } from '../probe.module';
import { type TestApp, startTestApp } from '../test-app';

const JSON_TYPE = { 'content-type': 'application/json' };

describe('request bodies', () => {
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

  const fieldsOf = (answer: ApiAnswer) => answer.body.error.details.fields;

  describe('of JSON', () => {
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
});

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

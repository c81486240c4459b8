import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { Logger } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, ValidateNested } from 'class-validator';
import { ConfigModule } from '../config/config.module';
import { eventually } from '../../test/eventually';
import { type ScriptedAnswer, ScriptedGraph } from '../../test/scripted-graph';
import {
  GraphRateLimitedError,
  GraphReauthRequiredError,
  GraphUnreadableAnswerError,
  provesNotAccepted,
} from './graph.error';
import { GraphCircuit } from './graph-circuit';
import { type GraphCallObservation, GraphClient } from './graph-client';
import { GraphClientModule } from './graph-client.module';
import { GraphId, GraphSuccess } from './graph-fields';
import type { GraphRequest } from './graph-request';
import { GraphUsage } from './graph-usage';

const TOKEN = 'EAAtoken';
const PROOF = 'f9a5c402919f3f3cb70497c968ab9a79bb82d2f1a55a7d91317b53b1678a4191';

class Owner {
  @GraphId() id!: string;
}

class Thing {
  @GraphId() id!: string;
  @IsOptional() @IsString() name?: string;
  @IsOptional() @IsInt() count?: number;
  @IsOptional() @ValidateNested() @Type(() => Owner) owner?: Owner;
}

const thing: GraphRequest<Thing> = { method: 'GET', path: '/1', token: TOKEN, response: Thing };
const send: GraphRequest<Thing> = {
  method: 'POST',
  path: '/1/messages',
  token: TOKEN,
  body: { a: 'é' },
  response: Thing,
};
const metaError = (code: number, more: object = {}): object => ({
  error: { message: `(#${code}) no`, type: 'OAuthException', code, fbtrace_id: 'Trace', ...more },
});

describe('GraphClient', () => {
  let graph: ScriptedGraph;
  let app: TestingModule;
  let client: GraphClient;
  let warnings: jest.SpyInstance;

  beforeAll(async () => {
    graph = await ScriptedGraph.start();
  });
  beforeEach(async () => {
    warnings = jest.spyOn(Logger.prototype, 'warn').mockImplementation();
    app = await Test.createTestingModule({
      imports: [ConfigModule.forEnvironment(environment(graph.url)), GraphClientModule],
    }).compile();
    client = app.get(GraphClient);
  });
  afterEach(async () => {
    await app.close();
    jest.restoreAllMocks();
  });
  afterAll(() => graph.stop());

  /**
   * Makes a connection, which the next call uses: what is given up after a tenth of a second on a busy machine was on its way
   * then, and not still connecting.
   */
  const keepConnection = async (next: ScriptedAnswer): Promise<void> => {
    graph.answers([{ body: { id: '1' } }], next);
    await client.call(thing);
  };
  /** Waits for requests that were given up, so that none of them arrives in the midst of another test. */
  const arrived = (count: number) =>
    eventually(
      () => graph.requests.length,
      (length) => length === count,
    );

  it('hands back an answer that tells what was done although it holds an error', async () => {
    const body = { ...metaError(139100), done: ['a'] };
    const request = { method: 'POST', path: '/1/block_users', token: TOKEN } as const;
    graph.answers([], { status: 400, body });
    await expect(client.callUnknown(request)).rejects.toMatchObject({ code: 'META_REJECTED' });
    const toldDespiteError = (answer: unknown) => JSON.stringify(answer).includes('"done"');
    expect(await client.callUnknown({ ...request, toldDespiteError })).toEqual(body);
  });

  describe('the request', () => {
    it('carries version, token and proof, and every value of the query encoded', async () => {
      graph.answers([{ body: { id: '1' } }]);
      await client.call({
        ...thing,
        query: { fields: 'id,name{a}', q: 'a b&c=d+é', none: undefined, limit: 5, yes: true },
      });
      expect(graph.request.path).toBe('/v26.0/1');
      expect(graph.request.headers.authorization).toBe(`Bearer ${TOKEN}`);
      expect(Object.fromEntries(graph.request.query)).toEqual({
        fields: 'id,name{a}',
        q: 'a b&c=d+é',
        limit: '5',
        yes: 'true',
        appsecret_proof: PROOF,
      });
      expect(graph.request.url).not.toContain(TOKEN);
      expect(graph.request.url).toContain('q=a%20b%26c%3Dd%2B%C3%A9');
    });

    it('carries neither token nor proof where there is no token', async () => {
      graph.answers([{ body: { id: '1' } }]);
      await client.call({ ...thing, token: null, query: { client_id: '1' } });
      expect(graph.request.headers.authorization).toBeUndefined();
      expect([...graph.request.query.keys()]).toEqual(['client_id']);
    });

    it('proves tokens of the Instagram host with the secret of the Instagram app', async () => {
      graph.answers([{ body: { id: '1' } }]);
      await client.call({ ...thing, host: 'instagram', versioned: false });
      expect(graph.request.path).toBe('/instagram/1');
      expect(graph.request.query.get('appsecret_proof')).toMatch(/^[0-9a-f]{64}$/);
      expect(graph.request.query.get('appsecret_proof')).not.toBe(PROOF);
    });

    it('sends a body as JSON', async () => {
      graph.answers([{ body: { id: '1' } }]);
      await client.call(send);
      expect(graph.request).toMatchObject({ method: 'POST', body: '{"a":"é"}' });
      expect(graph.request.headers['content-type']).toContain('application/json');
      expect(graph.request.query.get('appsecret_proof')).toBe(PROOF);
    });

    it('sends a form urlencoded or as multipart', async () => {
      const multipart = new FormData();
      multipart.set('messaging_product', 'whatsapp');
      multipart.set('file', new Blob(['bytes'], { type: 'image/png' }), 'a.png');
      graph.answers([], { body: { id: '1' } });
      await client.call({
        method: 'POST',
        path: '/1',
        token: TOKEN,
        response: Thing,
        form: new URLSearchParams({ a: 'b c' }),
      });
      await client.call({ method: 'POST', path: '/1/media', token: TOKEN, response: Thing, form: multipart });
      expect(graph.requests[0]).toMatchObject({ body: 'a=b+c' });
      expect(graph.requests[0]!.headers['content-type']).toContain('application/x-www-form-urlencoded');
      expect(graph.requests[1]!.headers['content-type']).toMatch(/^multipart\/form-data; *boundary=/);
      expect(graph.requests[1]!.body).toContain('filename="a.png"');
      expect(graph.requests[1]!.body).toContain('bytes');
    });

    it.each(['1', '//1', '/1?a=b', '/1#a', '/../1', '/1/%2e%2E/2', '/1/', '/a b', '/1\r\nx', ''])(
      'is not made for the path %j',
      async (path) => {
        graph.answers([]);
        await expect(client.call({ ...thing, path })).rejects.toThrow(TypeError);
        expect(graph.requests).toHaveLength(0);
      },
    );

    it.each(['', 'EAA\r\nX-Injected: 1', 'EAA é'])('is not made with the token %j', async (token) => {
      graph.answers([]);
      await expect(client.call({ ...thing, token })).rejects.toThrow(GraphReauthRequiredError);
      expect(graph.requests).toHaveLength(0);
    });
  });

  describe('the answer', () => {
    it('is an instance of the response class, without what that does not know', async () => {
      graph.answers([{ body: { id: '1', name: 'x', secret: 's', owner: { id: '2', more: 1 } } }]);
      const answer = await client.call(thing);
      expect(answer).toBeInstanceOf(Thing);
      expect(answer).toEqual({ id: '1', name: 'x', owner: { id: '2' } });
      expect(answer.owner).toBeInstanceOf(Owner);
    });

    it('keeps every digit of an id that came as a number', async () => {
      graph.answers([{ body: '{"id":17841400000000001234,"owner":{"id":12}}' }]);
      await expect(client.call(thing)).resolves.toEqual({ id: '17841400000000001234', owner: { id: '12' } });
    });

    it('tells its headers when asked', async () => {
      const date = 'Sun, 22 Nov 2026 04:00:00 GMT';
      graph.answers([{ body: { id: '1' }, headers: { 'facebook-api-version': 'v27.0', date } }]);
      const { headers } = await client.callDetailed(thing);
      expect(headers).toEqual({
        status: 200,
        apiVersion: 'v27.0',
        fbtraceId: null,
        servedAt: new Date('2026-11-22T04:00:00Z'),
      });
    });

    it('is handed over as it is when the caller reads it himself', async () => {
      graph.answers([{ body: '[{"code":200}]' }]);
      await expect(client.callUnknown(thing)).resolves.toEqual([{ code: 200 }]);
    });

    it('may write a boolean as text', async () => {
      graph.answers([{ body: { success: 'true' } }]);
      await expect(client.call({ ...send, response: GraphSuccess })).resolves.toEqual({ success: true });
    });

    it.each([
      ['an object of another shape', { body: { name: 'x' } }, 'id'],
      ['a nested object of another shape', { body: { id: '1', owner: {} } }, 'owner.id'],
      ['a list', { body: [] }, 'not an object'],
      ['a bare number', { body: '1' }, 'not an object'],
      ['HTML with 200', { body: '<html>secret</html>' }, 'HTML'],
      ['an empty body', { body: '' }, 'empty'],
      [
        'half an object',
        { body: '{"id":"1"', headers: { 'content-type': 'text/javascript' } },
        'not its JSON',
      ],
      ['a redirect', { status: 302, headers: { location: '/v26.0/2' }, body: '' }, '302'],
      ['HTML with 403', { status: 403, body: '<html></html>' }, '403'],
    ])('is refused when it is %s', async (_what, answer, words) => {
      graph.answers([answer]);
      const error: unknown = await client
        .call({ ...thing, retry: 'never' })
        .catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(GraphUnreadableAnswerError);
      expect(error).toMatchObject({ code: 'META_UNAVAILABLE', status: 503, outcome: 'unknown' });
      expect((error as Error).message).toContain(words);
      expect((error as Error).message).not.toContain('secret');
      expect(provesNotAccepted(error)).toBe(false);
      expect(graph.requests).toHaveLength(1);
    });

    it.each([
      ['HTML', '<html>secret</html>'],
      ['plain text', 'Too Many Requests'],
      ['nothing', ''],
      ['JSON without an error', '{}'],
      ['a bare text', '"slow down"'],
      ['a word of a proxy', '{"error":"Too Many Requests"}'],
    ])('is a limit with HTTP 429 and %s, which proves that nothing was done', async (_what, body) => {
      graph.answers([{ status: 429, body, headers: { 'retry-after': '7' } }]);
      const error: unknown = await client.call(send).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(GraphRateLimitedError);
      expect(error).toMatchObject({ code: 'META_RATE_LIMITED', status: 429, retryAfterMs: 7_000 });
      expect((error as Error).message).not.toContain('secret');
      expect(provesNotAccepted(error)).toBe(true);
      expect(graph.requests).toHaveLength(1);
    });

    it.each<[number, Record<string, string>]>([
      [60_000, {}],
      [180_000, { 'x-business-use-case-usage': '{"1":[{"estimated_time_to_regain_access":3}]}' }],
    ])('is a limit of %d ms with HTTP 429 and %j', async (retryAfterMs, headers) => {
      graph.answers([{ status: 429, body: '', headers }]);
      await expect(client.call(send)).rejects.toMatchObject({ scope: 'call', retryAfterMs });
    });

    it('is refused when it is too big to be read', async () => {
      graph.answers([{ body: `{"id":"${'1'.repeat(21 * 1024 * 1024)}"}` }]);
      await expect(client.call({ ...thing, retry: 'never' })).rejects.toThrow('more than can be read');
    });
  });

  describe('when the call fails', () => {
    it.each([
      ['answers too late', { delayMs: 2_000 }],
      ['stops in the middle', { body: { id: '1' }, stallAfterBytes: 3 }],
    ])('gives up a host that %s, not knowing whether the request was carried out', async (_what, answer) => {
      await keepConnection(answer);
      const error: unknown = await client
        .call({ ...send, timeoutMs: 150 })
        .catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'META_UNAVAILABLE', outcome: 'unknown', retryable: true });
      expect((error as Error).message).toContain('150 ms');
      expect(provesNotAccepted(error)).toBe(false);
      await arrived(2);
    });

    it('does not know either after a connection that broke', async () => {
      graph.answers([{ reset: true }]);
      const path = '/2/messages';
      const error: unknown = await client.call({ ...send, path }).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'META_UNAVAILABLE', outcome: 'unknown' });
      // By its path: a request that a test before gave up may arrive only now.
      expect(graph.requests.filter((request) => request.path.endsWith(path))).toHaveLength(1);
    });

    it('does not know either when a connection that was kept from before breaks', async () => {
      graph.answers([{ body: { id: '1' } }, { reset: true }]);
      await client.call(thing);
      await expect(client.call(send)).rejects.toMatchObject({ outcome: 'unknown' });
    });

    it('knows that nothing was done where nobody listens', async () => {
      const closed = await ScriptedGraph.start();
      const { url } = closed;
      await closed.stop();
      const elsewhere = await clientFor(url);
      const error: unknown = await elsewhere.client.call(send).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'META_UNAVAILABLE', outcome: 'not-sent' });
      expect(provesNotAccepted(error)).toBe(true);
      await elsewhere.app.close();
    });

    it('knows it for a name that does not exist', async () => {
      const elsewhere = await clientFor('http://graph.invalid');
      await expect(elsewhere.client.call(send)).rejects.toMatchObject({ outcome: 'not-sent' });
      await elsewhere.app.close();
    });

    it('knows it for a TLS handshake that comes to nothing', async () => {
      const silent = createServer((socket) => socket.on('error', () => undefined)).listen(0, '127.0.0.1');
      await once(silent, 'listening');
      const elsewhere = await clientFor(`https://127.0.0.1:${(silent.address() as AddressInfo).port}`);
      await expect(elsewhere.client.call({ ...send, timeoutMs: 200 })).rejects.toMatchObject({
        outcome: 'not-sent',
      });
      await elsewhere.app.close();
      silent.close();
    });

    it('turns an error envelope into its error even with HTTP 200', async () => {
      graph.answers([{ body: metaError(190, { error_subcode: 463 }) }]);
      await expect(client.call(thing)).rejects.toMatchObject({
        code: 'META_REAUTH_REQUIRED',
        meta: { subcode: 463 },
      });
    });

    it('lets no token, proof or secret into errors and logs', async () => {
      const secrets = [TOKEN, PROOF, 'the-app-secret', 'one-time-code', 'test-app-secret'];
      const text = `Malformed access token ${TOKEN}: ?access_token=${TOKEN}&code=one-time-code the-app-secret EAAGm0PX4ZCpsBAKZCsecret`;
      const query = { client_secret: 'the-app-secret', code: 'one-time-code' };
      const endings = [
        {
          status: 400,
          body: metaError(100, { message: text, error_user_msg: text, error_data: text, type: text }),
        },
        { status: 401, body: metaError(190, { message: text }) },
        { status: 400, body: metaError(4, { message: text }) },
        { status: 500, body: metaError(2, { message: text, fbtrace_id: text }) },
        { status: 500, body: `<html>${text}</html>` },
        { reset: true as const },
        { delayMs: 60_000 },
        { body: { id: { text } } },
      ];
      for (const ending of endings) {
        graph.answers([ending]);
        const error: unknown = await client
          .call({ ...thing, query, retry: 'never', timeoutMs: 1_000 })
          .catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(Error);
        const shown = [
          inspect(error, { depth: 10, showHidden: true }),
          JSON.stringify(error),
          (error as Error).stack,
        ];
        for (const secret of [...secrets, 'EAAGm0PX4ZCpsBAKZCsecret']) {
          for (const place of [...shown, JSON.stringify(warnings.mock.calls)])
            expect(place).not.toContain(secret);
        }
      }
      expect(warnings).toHaveBeenCalledTimes(endings.length);
    });

    it('logs what Meta’s support asks for', async () => {
      graph.answers([{ status: 400, body: metaError(100, { error_subcode: 33 }) }]);
      await expect(client.call({ ...thing, query: { fields: 'x' } })).rejects.toThrow();
      expect(warnings.mock.calls).toEqual([
        [
          expect.objectContaining({
            message: 'GET /1 failed: (#100) no',
            metaCode: 100,
            metaSubcode: 33,
            fbtraceId: 'Trace',
          }),
        ],
      ]);
    });
  });

  describe('trying again', () => {
    const down = { status: 503, body: '<html>Service Unavailable</html>' };
    const failed = { status: 500, body: metaError(131000) };

    beforeEach(() => {
      jest.spyOn(Math, 'random').mockReturnValue(0.01); // back-off of 10 ms and its doublings
    });

    it('reads again after failures that pass', async () => {
      graph.answers([down, { reset: true }, { body: '' }, failed, { body: { id: '1' } }]);
      await expect(client.call(thing)).resolves.toEqual({ id: '1' });
      expect(graph.requests).toHaveLength(5);
    });

    it('reads five times at most', async () => {
      graph.answers([], down);
      await expect(client.call(thing)).rejects.toMatchObject({ code: 'META_UNAVAILABLE' });
      expect(graph.requests).toHaveLength(5);
    });

    it('starts no attempt after the time is over', async () => {
      const attempts: GraphCallObservation[] = [];
      client.onCall((attempt) => attempts.push(attempt)); // the first keeps the connection
      await keepConnection({ delayMs: 60_000 });
      await expect(client.call({ ...thing, timeoutMs: 100 })).rejects.toMatchObject({
        code: 'META_UNAVAILABLE',
      });
      expect(attempts).toHaveLength(2);
      await arrived(2);
    });

    it('writes only once', async () => {
      graph.answers([], down);
      await expect(client.call(send)).rejects.toMatchObject({ code: 'META_UNAVAILABLE' });
      expect(graph.requests).toHaveLength(1);
    });

    it('writes again where Meta proved that it did nothing, and not after that', async () => {
      const refused = { status: 503, body: metaError(2) };
      graph.answers([refused, failed, down, { body: { id: '1' } }]);
      await expect(client.call({ ...send, retry: 'until-proven-accepted' })).rejects.toMatchObject({
        outcome: 'unknown',
        meta: null,
      });
      expect(graph.requests).toHaveLength(3);
    });

    it('does not repeat what Meta refused, nor wait out a limit', async () => {
      for (const code of [100, 190, 131042, 4]) {
        graph.answers([], { status: 400, body: metaError(code) });
        await expect(client.call(thing)).rejects.toThrow();
        expect(graph.requests).toHaveLength(1);
      }
    });

    it('asks twice after "unknown error" and then takes it for a refusal', async () => {
      graph.answers([], { status: 400, body: metaError(1) });
      await expect(client.call(thing)).rejects.toMatchObject({ code: 'META_REJECTED', meta: { code: 1 } });
      expect(graph.requests).toHaveLength(2);
    });
  });

  describe('the circuit breaker', () => {
    it('stops calling a host that is down, and lets one call through to find out', async () => {
      const circuit = new GraphCircuit({
        errorThresholdPercentage: 50,
        volumeThreshold: 3,
        rollingCountTimeout: 10_000,
        resetTimeout: 3_000,
      });
      const states: string[] = [];
      circuit.onChange((host, state) => states.push(`${host} ${state}`));
      const { client: guarded, app: guardedApp } = await clientFor(graph.url, circuit);
      graph.answers([], { status: 502, body: '' });
      for (let call = 0; call < 3; call += 1) {
        await expect(guarded.call({ ...thing, retry: 'never' })).rejects.toMatchObject({
          outcome: 'unknown',
        });
      }
      expect(circuit.stateOf('graph')).toBe('open');
      const error: unknown = await guarded.call(send).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({
        code: 'META_UNAVAILABLE',
        outcome: 'not-sent',
        retryAfterMs: expect.any(Number),
      });
      expect(provesNotAccepted(error)).toBe(true);
      expect(graph.requests).toHaveLength(3);
      expect(circuit.stateOf('instagram')).toBe('closed');

      await eventually(
        () => circuit.stateOf('graph'),
        (state) => state === 'half-open',
      );
      graph.answers([], { body: { id: '1' } });
      await expect(guarded.call(thing)).resolves.toEqual({ id: '1' });
      expect(states).toEqual(['graph open', 'graph half-open', 'graph closed']);
      await guardedApp.close();
    });

    it('takes refusals for answers', async () => {
      const circuit = new GraphCircuit({
        errorThresholdPercentage: 1,
        volumeThreshold: 1,
        rollingCountTimeout: 10_000,
        resetTimeout: 300,
      });
      const { client: guarded, app: guardedApp } = await clientFor(graph.url, circuit);
      for (const code of [100, 190, 4, 131042, 131000]) {
        graph.answers([], { status: 500, body: metaError(code) });
        await expect(guarded.call(send)).rejects.toThrow();
      }
      expect(circuit.stateOf('graph')).toBe('closed');
      await guardedApp.close();
    });
  });

  describe('lists', () => {
    const next = (after: string, data: object[]): object => ({
      data,
      paging: {
        cursors: { before: 'b', after },
        next: `https://graph.facebook.com/v26.0/1/x?access_token=${TOKEN}&after=${after}`,
      },
    });
    const list = { path: '/1/things', token: TOKEN, item: Thing };
    async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
      const found: T[] = [];
      for await (const item of items) found.push(item);
      return found;
    }

    it('are read to the page without next, over empty pages, by cursor', async () => {
      graph.answers([
        { body: next('A', [{ id: '1', extra: 1 }]) },
        { body: next('B', []) },
        { body: '{"data":[{"id":9007199254740993}],"paging":{"cursors":{"after":"C"}}}' },
      ]);
      const things = await all(client.paginate({ ...list, pageSize: 2, query: { fields: 'id' } }));
      expect(things).toEqual([{ id: '1' }, { id: '9007199254740993' }]);
      expect(things[0]).toBeInstanceOf(Thing);
      expect(
        graph.requests.map(({ query }) => [query.get('after'), query.get('limit'), query.get('fields')]),
      ).toEqual([
        [null, '2', 'id'],
        ['A', '2', 'id'],
        ['B', '2', 'id'],
      ]);
      expect(graph.requests.every(({ url }) => !url.includes('access_token'))).toBe(true);
    });

    it('may come without paging at all', async () => {
      graph.answers([{ body: { data: [{ id: '1' }] } }]);
      await expect(all(client.paginate(list))).resolves.toEqual([{ id: '1' }]);
    });

    it('come page by page, as far as asked for', async () => {
      graph.answers([{ body: next('A', [{ id: '1' }, { id: '2' }]) }, { body: next('B', [{ id: '3' }]) }]);
      await expect(all(client.pages({ ...list, maxPages: 2 }))).resolves.toEqual([
        [{ id: '1' }, { id: '2' }],
        [{ id: '3' }],
      ]);
      expect(graph.requests).toHaveLength(2);
    });

    it('are not fetched further than they are read', async () => {
      graph.answers([], { body: next('A', [{ id: '1' }]) });
      for await (const _item of client.paginate(list)) break;
      expect(graph.requests).toHaveLength(1);
    });

    it('take the position from next where there are no cursors', async () => {
      graph.answers([
        {
          body: {
            data: [],
            paging: { next: 'https://graph.facebook.com/v26.0/1/x?access_token=EAA&after=Q%3D%3D' },
          },
        },
        { body: { data: [{ id: '1' }] } },
      ]);
      await expect(all(client.paginate(list))).resolves.toEqual([{ id: '1' }]);
      expect(graph.requests[1]!.query.get('after')).toBe('Q==');
    });

    it.each([
      ['stay where they are', [next('A', []), next('A', [])]],
      [
        'have a next page and no position',
        [{ data: [], paging: { next: 'https://graph.facebook.com/?until=1' } }],
      ],
      ['are no lists', [{ data: {} }]],
      ['hold an entry of another shape', [{ data: [{ id: '1' }, { name: 'x' }] }]],
    ])('are refused when they %s', async (_what, bodies) => {
      graph.answers(bodies.map((body) => ({ body })));
      await expect(all(client.paginate(list))).rejects.toThrow(GraphUnreadableAnswerError);
    });
  });

  it('remembers how much of Meta’s limits is used up', async () => {
    graph.answers([
      {
        body: { id: '1' },
        headers: {
          'X-App-Usage': '{"call_count":28,"total_time":25,"total_cputime":25}',
          'X-Business-Use-Case-Usage': '{"1":[{"type":"whatsapp","call_count":95}]}',
        },
      },
    ]);
    await client.call(thing);
    expect(app.get(GraphUsage).usageOf('app')).toMatchObject({ percent: 28 });
    expect(app.get(GraphUsage).shouldSlowDown('1')).toBe(true);
  });

  it('uses one connection for many calls, without piling up listeners on it', async () => {
    const leaks: string[] = [];
    const onWarning = ({ name }: Error): void => void leaks.push(name);
    process.on('warning', onWarning);
    graph.answers([], { body: { id: '1' } });
    for (let calls = 0; calls < 25; calls += 1) await client.call(thing);
    process.off('warning', onWarning);
    expect(new Set(graph.requests.map(({ port }) => port)).size).toBe(1);
    expect(leaks).toEqual([]);
  });

  it('tells observers of every attempt', async () => {
    const seen: GraphCallObservation[] = [];
    client.onCall((observation) => seen.push(observation));
    graph.answers([
      { status: 503, body: '' },
      { status: 400, body: metaError(100) },
    ]);
    await expect(client.call(thing)).rejects.toThrow();
    expect(seen).toMatchObject([
      { host: 'graph', method: 'GET', edge: '/{id}', result: 'META_UNAVAILABLE', metaCode: null },
      { host: 'graph', method: 'GET', edge: '/{id}', result: 'META_REJECTED', metaCode: 100 },
    ]);
  });
});

async function clientFor(
  url: string,
  circuit = new GraphCircuit(),
): Promise<{ client: GraphClient; app: TestingModule }> {
  const app = await Test.createTestingModule({
    imports: [ConfigModule.forEnvironment(environment(url)), GraphClientModule],
  })
    .overrideProvider(GraphCircuit)
    .useValue(circuit)
    .compile();
  return { client: app.get(GraphClient), app };
}

function environment(url: string): Record<string, string> {
  return {
    DATABASE_URL: 'postgres://localhost/none',
    REDIS_URL: 'redis://localhost:1',
    META_APP_ID: '1234567890',
    META_APP_SECRET: 'test-app-secret',
    META_GRAPH_URL: url,
    INSTAGRAM_APP_ID: '99',
    INSTAGRAM_APP_SECRET: 'test-instagram-secret',
    INSTAGRAM_GRAPH_URL: `${url}/instagram`,
    ENCRYPTION_KEYS: `k1:${Buffer.alloc(32).toString('base64')}`,
    JWT_SECRET: 'j'.repeat(32),
  };
}

import { ScriptedGraph } from '../../test/scripted-graph';
import { AppConfig } from '../config/app-config';
import { parseEnv } from '../config/env';
import { GraphRateLimitedError, GraphRejectedError, GraphUnavailableError } from './graph.error';
import { GraphCircuit } from './graph-circuit';
import { GraphDownloads, GraphFileGoneError } from './graph-downloads';

const TOKEN = 'EAAtokenOfATest';

describe('a file of Meta’s', () => {
  let graph: ScriptedGraph;
  let elsewhere: ScriptedGraph;
  let circuit: GraphCircuit;
  let downloads: GraphDownloads;
  beforeAll(async () => {
    graph = await ScriptedGraph.start();
    elsewhere = await ScriptedGraph.start();
  });
  afterAll(async () => {
    await graph.stop();
    await elsewhere.stop();
  });
  beforeEach(() => {
    elsewhere.answers([]);
    circuit = new GraphCircuit();
    const config = new AppConfig(
      parseEnv({
        DATABASE_URL: 'postgres://u:p@localhost:5432/db',
        REDIS_URL: 'redis://localhost:6379',
        META_APP_ID: '1234567890',
        META_APP_SECRET: 'the-secret-of-the-app',
        ENCRYPTION_KEYS: `k1:${Buffer.alloc(32, 1).toString('base64')}`,
        JWT_SECRET: 'x'.repeat(32),
        META_GRAPH_URL: graph.url,
        META_TIMEOUT_MS: '500',
      }),
    );
    downloads = new GraphDownloads(config, circuit);
  });
  afterEach(() => {
    circuit.onApplicationShutdown();
  });

  const read = async (
    url = `${graph.url}/file?mid=1`,
    signal = new AbortController().signal,
  ): Promise<string> => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of await downloads.open(url, TOKEN, signal)) chunks.push(chunk);
    return Buffer.concat(chunks).toString('utf8');
  };

  it('is asked for with the token, and comes as it is', async () => {
    graph.answers([{ body: 'bytes' }]);
    expect(await read()).toBe('bytes');
    expect(graph.request.url).toBe('/file?mid=1');
    expect(graph.request.headers).toMatchObject({
      authorization: `Bearer ${TOKEN}`,
      'accept-encoding': 'identity',
      'user-agent': expect.stringMatching(/./) as unknown,
    });
  });

  it.each([
    'ftp://lookaside.fbsbx.com/x',
    'http://lookaside.fbsbx.com/x',
    'https://lookaside.fbsbx.com:8443/x',
    'https://lookaside.fbsbx.com.example.com/x',
    'https://fbcdn.net.example.com/x',
    'https://examplefbcdn.net/x',
    'https://user:password@lookaside.fbsbx.com/x',
    'file:///etc/passwd',
    'no address',
    '',
  ])('is not asked for at %j', async (url) => {
    await expect(read(url)).rejects.toThrow(GraphRejectedError);
  });

  it('is followed to another address of Meta’s, and nowhere else', async () => {
    graph.answers([{ status: 302, headers: { location: '/moved' } }, { body: 'here' }]);
    expect(await read()).toBe('here');
    expect(graph.requests.map(({ path }) => path)).toEqual(['/file', '/moved']);

    graph.answers([{ status: 302, headers: { location: `${elsewhere.url}/x` } }]);
    await expect(read()).rejects.toThrow(GraphRejectedError);
    expect(elsewhere.requests).toEqual([]);

    graph.answers([], { status: 302, headers: { location: '/again' } });
    await expect(read()).rejects.toThrow(GraphUnavailableError);
    expect(graph.requests).toHaveLength(4);
  });

  it.each([
    [404, GraphFileGoneError],
    [410, GraphFileGoneError],
    [401, GraphUnavailableError],
    [206, GraphUnavailableError],
    [500, GraphUnavailableError],
    [429, GraphRateLimitedError],
  ])('answered with %i', async (status, kind) => {
    graph.answers([{ status, body: 'x', headers: { 'retry-after': '7' } }]);
    const error: unknown = await read().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(kind);
    if (error instanceof GraphRateLimitedError) expect(error.retryAfterMs).toBe(7_000);
  });

  it.each([
    ['stops in the middle', { body: 'bytes', stallAfterBytes: 2 }],
    ['is cut off', { reset: true } as const],
    ['ends before its length', { body: 'by', headers: { 'content-length': '5' } }],
  ])('that %s did not come', async (_, answer) => {
    graph.answers([answer]);
    const error: unknown = await read().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(GraphUnavailableError);
    expect(JSON.stringify(error) + String(error)).not.toContain(TOKEN);
  });

  it('is broken off when nobody wants it any more', async () => {
    graph.answers([{ body: 'bytes', delayMs: 60_000 }]);
    const over = new AbortController();
    const reading = read(undefined, over.signal);
    over.abort();
    await expect(reading).rejects.toThrow(GraphUnavailableError);
  });

  it('that cannot be had stops further files for a while, and no other call', async () => {
    graph.answers([], { status: 500 });
    for (let index = 0; index < 10; index += 1) await expect(read()).rejects.toThrow(GraphUnavailableError);
    expect(circuit.stateOf('graph-media')).toBe('open');
    expect(circuit.stateOf('graph')).toBe('closed');
  });
});

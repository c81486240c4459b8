import { HttpService } from '@nestjs/axios';
import { Logger } from '@nestjs/common';
import { ScriptedGraph } from '../../test/scripted-graph';
import { AppConfig } from '../config/app-config';
import { parseEnv } from '../config/env';
import { GraphReauthRequiredError, GraphRejectedError, GraphUnavailableError } from './graph.error';
import { GraphCircuit } from './graph-circuit';
import { GraphClient } from './graph-client';
import { GraphTransport } from './graph-transport';
import { GraphUsage } from './graph-usage';
import { ResumableUpload, type UploadSource } from './resumable-upload';

const TOKEN = 'EAAtokenOfATest';
const SESSION = 'upload:MTphdHRhY2htZW50OjEy?sig=ARZqkGCA_uQMxC8nHKI';
const BYTES = 'a picture of a plant';

describe('a resumable upload', () => {
  let graph: ScriptedGraph;
  let circuit: GraphCircuit;
  let transport: GraphTransport;
  let upload: ResumableUpload;
  beforeAll(async () => {
    graph = await ScriptedGraph.start();
  });
  afterAll(() => graph.stop());
  beforeEach(() => {
    jest.spyOn(Logger.prototype, 'warn').mockImplementation();
    const config = new AppConfig(
      parseEnv({
        DATABASE_URL: 'postgres://u:p@localhost:5432/db',
        REDIS_URL: 'redis://localhost:6379',
        META_APP_ID: '1234567890',
        META_APP_SECRET: 'the-secret-of-the-app',
        ENCRYPTION_KEYS: `k1:${Buffer.alloc(32, 1).toString('base64')}`,
        JWT_SECRET: 'x'.repeat(32),
        META_GRAPH_URL: graph.url,
        META_GRAPH_VERSION: 'v26.0',
        META_TIMEOUT_MS: '500',
      }),
    );
    circuit = new GraphCircuit();
    transport = new GraphTransport(new HttpService(), config);
    upload = new ResumableUpload(
      new GraphClient(transport, circuit, new GraphUsage(), config),
      circuit,
      config,
    );
  });
  afterEach(() => {
    circuit.onApplicationShutdown();
    transport.onApplicationShutdown();
    jest.restoreAllMocks();
  });

  const source: UploadSource = {
    fileName: 'plant & pot.png',
    mimeType: 'image/png',
    sizeBytes: BYTES.length,
    read: (start) =>
      Promise.resolve(
        (async function* () {
          await Promise.resolve();
          yield Buffer.from(BYTES.slice(start));
        })(),
      ),
  };
  const begun = { body: { id: SESSION } };

  it('asks for a session, sends the bytes, and gives the handle', async () => {
    graph.answers([begun, { body: { h: '4::aW1hZ2U' } }]);
    expect(await upload.upload(TOKEN, source)).toBe('4::aW1hZ2U');
    const [first, second] = graph.requests;
    expect(first).toMatchObject({ method: 'POST', path: '/v26.0/1234567890/uploads' });
    expect(Object.fromEntries(first?.query ?? [])).toMatchObject({
      file_name: 'plant & pot.png',
      file_length: String(BYTES.length),
      file_type: 'image/png',
    });
    expect(second).toMatchObject({
      method: 'POST',
      body: BYTES,
      headers: {
        authorization: `OAuth ${TOKEN}`,
        file_offset: '0',
        'content-length': String(BYTES.length),
      },
    });
    // Meta does not know the session by any other spelling.
    expect(second?.url.startsWith(`/v26.0/${SESSION}&appsecret_proof=`)).toBe(true);
  });

  it('goes on after a break where Meta says that it stopped', async () => {
    graph.answers([
      begun,
      { reset: true },
      { body: { id: SESSION, file_offset: 7 } },
      { body: { h: '4::x' } },
    ]);
    expect(await upload.upload(TOKEN, source)).toBe('4::x');
    expect(graph.requests.map(({ method, body }) => [method, body])).toEqual([
      ['POST', ''],
      ['POST', BYTES],
      ['GET', ''],
      ['POST', BYTES.slice(7)],
    ]);
    expect(graph.requests[3]?.headers.file_offset).toBe('7');
  });

  it('asks once more for the handle when all bytes had arrived and only the answer was lost', async () => {
    graph.answers([begun, { reset: true }, { body: { file_offset: BYTES.length } }, { body: { h: '4::x' } }]);
    expect(await upload.upload(TOKEN, source)).toBe('4::x');
    expect(graph.requests[3]).toMatchObject({ body: '', headers: { file_offset: String(BYTES.length) } });
  });

  it('goes on from what Meta took of an attempt', async () => {
    graph.answers([begun, { body: { file_offset: 4 } }, { body: { h: '4::x' } }]);
    expect(await upload.upload(TOKEN, source)).toBe('4::x');
    expect(graph.requests[2]?.body).toBe(BYTES.slice(4));
  });

  it('gives up when several attempts in a row bring nothing further', async () => {
    graph.answers([begun], { status: 502, body: '<html>' });
    await expect(upload.upload(TOKEN, source)).rejects.toThrow(GraphUnavailableError);
    expect(graph.requests.length).toBeLessThan(10);
  });

  it('gives up at once what Meta refuses', async () => {
    const error = { code: 100, message: 'Param file_type is not supported', fbtrace_id: 'x' };
    graph.answers([begun, { status: 400, body: { error } }]);
    await expect(upload.upload(TOKEN, source)).rejects.toThrow(GraphRejectedError);
    expect(graph.requests).toHaveLength(2);
    graph.answers([
      { status: 401, body: { error: { code: 190, message: 'Session has expired', type: 'x' } } },
    ]);
    await expect(upload.upload(TOKEN, source)).rejects.toThrow(GraphReauthRequiredError);
  });

  it.each(['upload:../../me', 'https://example.com/x', 'upload:a b', 'upload:a#b', ''])(
    'does not go where the session %j would lead',
    async (id) => {
      graph.answers([{ body: { id } }]);
      await expect(upload.upload(TOKEN, source)).rejects.toThrow(GraphUnavailableError);
      expect(graph.requests).toHaveLength(1);
    },
  );

  it('says what is wrong with a file that cannot be read, and not that Meta is', async () => {
    graph.answers([begun], { body: { h: '4::x' }, delayMs: 200 });
    const broken = { ...source, read: () => Promise.reject(new Error('The disk is gone.')) };
    await expect(upload.upload(TOKEN, broken)).rejects.toThrow('The disk is gone.');
  });

  it('ends when it is told to, and tells no token', async () => {
    const controller = new AbortController();
    graph.answers([begun, { body: { h: '4::x' }, delayMs: 400 }]);
    const ended = upload.upload(TOKEN, source, controller.signal);
    setTimeout(() => {
      controller.abort();
    }, 50);
    const error: unknown = await ended.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(GraphUnavailableError);
    expect(JSON.stringify(error) + String(error)).not.toContain(TOKEN);
  });
});

import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BuiltService, leastEnvironment, startBuiltService, untilReady } from '../built-service';
import { BATCHES, batchWhen, handInStream } from '../factories/sentiment-batches.factory';
import { freePort } from '../test-app';
import { type TestDatabase, createTestDatabase, testRedisUrl } from '../test-database';

const FILE_BYTES = 64 * 1024 * 1024;
/** As DESIGN.md has it for a service at full load. */
const MOST_MEGABYTES = 300;
const SENTENCES = [
  'The delivery was quick and everybody was friendly, thank you so much!',
  'I have been waiting for three weeks and nobody answers, this is awful.',
  'Do you have the same one in blue, and how long would it take to Berlin?',
  'الخدمة ممتازة والتوصيل سريع جدا',
];

jest.setTimeout(900_000);

let rows = 0;

/**
 * Made while it is sent, so that the test does not hold it, either. Most of it is a column that nobody reads: the bytes are what
 * it is about, and reading so many texts would take long.
 */
async function* largeTable(): AsyncGenerator<Buffer> {
  yield Buffer.from('id,review,raw\n');
  for (let bytes = 0; bytes < FILE_BYTES;) {
    let piece = '';
    while (piece.length < 65_536) {
      piece += `${rows},"${SENTENCES[rows % SENTENCES.length]}","{""raw"": ""${String(rows).repeat(600)}""}"\n`;
      rows += 1;
    }
    const buffer = Buffer.from(piece);
    bytes += buffer.length;
    await Promise.resolve();
    yield buffer;
  }
}

/** The most that the process ever held, in megabytes. */
function peakMegabytes(pid: number): number {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}

describe('a file that is larger than memory may be', () => {
  let database: TestDatabase;
  let service: BuiltService;
  let folder: string;
  beforeAll(async () => {
    database = await createTestDatabase();
    folder = await mkdtemp(join(tmpdir(), 'sentiment-batch-'));
    const port = await freePort();
    service = startBuiltService({
      ...leastEnvironment({ databaseUrl: database.url, redisUrl: testRedisUrl(), port }),
      MEDIA_DIR: folder,
      LOG_LEVEL: 'warn',
    });
    await untilReady(service, 60_000);
  });
  afterAll(async () => {
    service.kill('SIGKILL');
    await service.exitCode;
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  });

  const itOnLinux = existsSync('/proc/self/status') ? it : it.skip;
  itOnLinux(
    `is taken in, read and given out within ${MOST_MEGABYTES} MB (needs /proc to be seen)`,
    async () => {
      const client = service.api.as(await service.api.registerAdmin());
      const started = await handInStream(client, 'large.csv', largeTable());
      expect({ status: started.status, text: started.text }).toMatchObject({ status: 202 });
      const { id } = started.body.data;
      const done = await batchWhen(client, id, ({ state }) => state === 'completed', 800_000);
      expect(done).toMatchObject({ rowsDone: rows, errorsTotal: 0 });
      const response = await client.response(`${BATCHES}/${id}/results?format=jsonl`);
      let lines = 0;
      for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>)
        for (const byte of chunk) if (byte === 0x0a) lines += 1;
      expect(lines).toBe(rows);
      expect(peakMegabytes(service.pid)).toBeLessThan(MOST_MEGABYTES);
    },
  );
});

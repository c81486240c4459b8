import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { AppConfig } from '../../src/config/app-config';
import { parseEnv } from '../../src/config/env';
import { newId } from '../../src/database/ids';
import { FolderMediaStorage } from '../../src/media/folder-media-storage';
import { MediaMissingError, type MediaStorage } from '../../src/media/media-storage';
import { S3MediaStorage } from '../../src/media/s3-media-storage';
import { type S3Server, startS3Server } from '../s3-server';
import { testEnvironment } from '../test-app';

const MEGABYTE = 1024 * 1024;

let s3: S3Server;
const folder = mkdtempSync(join(tmpdir(), 'media-storage-test-'));
const storages = new Map<string, MediaStorage>();

function configOf(env: Record<string, string>): AppConfig {
  return new AppConfig(
    parseEnv({ ...testEnvironment('postgres://u:p@localhost:5432/db', 3000), MEDIA_DIR: folder, ...env }),
  );
}

function inBucket(prefix?: string): S3MediaStorage {
  const settings = configOf({
    ...s3.env,
    ...(prefix === undefined ? {} : { MEDIA_S3_PREFIX: prefix }),
  }).mediaS3;
  if (settings === null) throw new Error('The settings name no bucket');
  return new S3MediaStorage(settings);
}

beforeAll(async () => {
  s3 = await startS3Server();
  storages.set('folder', new FolderMediaStorage(configOf({})));
  storages.set('bucket', inBucket());
  storages.set('bucket with a prefix', inBucket('some/where'));
});
afterAll(async () => {
  for (const storage of storages.values())
    if (storage instanceof S3MediaStorage) storage.onApplicationShutdown();
  await s3.close();
  await rm(folder, { recursive: true, force: true });
});

async function* inChunks(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) {
    yield bytes.subarray(at, at + size);
    await new Promise(setImmediate);
  }
}

async function readAll(source: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of source) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

describe.each(['folder', 'bucket', 'bucket with a prefix'])('a %s', (name) => {
  const storage = (): MediaStorage => {
    const found = storages.get(name);
    if (found === undefined) throw new Error('No such storage');
    return found;
  };
  const stored = async (bytes: Buffer, chunk = 64 * 1024): Promise<string> => {
    const key = `test/2026-03/${newId()}`;
    await storage().store(key, inChunks(bytes, chunk));
    return key;
  };

  it.each([0, 1, 70_000, 5 * MEGABYTE, 12 * MEGABYTE + 3])(
    'gives back %d bytes as they were',
    async (size) => {
      const bytes = randomBytes(size);
      const key = await stored(bytes);
      const opened = await storage().open(key);
      expect(opened.size).toBe(size);
      expect((await readAll(opened.stream)).equals(bytes)).toBe(true);
      expect(await storage().sizeOf(key)).toBe(size);
    },
  );

  it('gives out parts, both ends included, and tells the size of the whole', async () => {
    const bytes = randomBytes(1_000);
    const key = await stored(bytes);
    for (const range of [
      // Not up to 0: the server of these tests takes that for no end at all.
      { start: 0, end: 1 },
      { start: 999, end: 999 },
      { start: 10, end: 19 },
      { start: 990, end: 999 },
      { start: 0, end: 999 },
    ]) {
      const { stream, size } = await storage().open(key, range);
      expect(size).toBe(1_000);
      expect((await readAll(stream)).equals(bytes.subarray(range.start, range.end + 1))).toBe(true);
    }
  });

  it('takes the same again in its place', async () => {
    const key = await stored(Buffer.from('whole'));
    await storage().store(key, inChunks(Buffer.from('whole'), 2));
    expect((await readAll((await storage().open(key)).stream)).toString()).toBe('whole');
  });

  it.each([100, 11 * MEGABYTE])('has nothing of a file that breaks off after %d bytes', async (size) => {
    const key = `test/2026-03/${newId()}`;
    const breaking = async function* (): AsyncGenerator<Uint8Array> {
      yield* inChunks(randomBytes(size), MEGABYTE);
      expect(await storage().sizeOf(key)).toBeNull();
      throw new Error('broke off');
    };
    await expect(storage().store(key, breaking())).rejects.toThrow('broke off');
    expect(await storage().sizeOf(key)).toBeNull();
    await expect(storage().open(key)).rejects.toThrow(MediaMissingError);
  });

  it('forgets what is removed, and does nothing where there is nothing', async () => {
    const key = await stored(Buffer.from('x'));
    await storage().remove(key);
    expect(await storage().sizeOf(key)).toBeNull();
    await expect(storage().open(key)).rejects.toThrow(MediaMissingError);
    await storage().remove(key);
  });

  it('can be left in the middle of reading', async () => {
    const bytes = randomBytes(3 * MEGABYTE);
    const key = await stored(bytes);
    // More than there are connections, if they were not given back.
    for (let time = 0; time < 60; time += 1) {
      const { stream } = await storage().open(key);
      for await (const chunk of stream) {
        expect((chunk as Buffer).length).toBeGreaterThan(0);
        break;
      }
      stream.destroy();
    }
    expect((await readAll((await storage().open(key)).stream)).equals(bytes)).toBe(true);
  });

  it.each(['../x', '/etc/x', 'a//b', 'a/../b', '.unfinished/x', 'A', ''])(
    'takes no key such as %j',
    async (key) => {
      await expect(storage().remove(key)).rejects.toThrow(TypeError);
      await expect(storage().open(key)).rejects.toThrow(TypeError);
      await expect(storage().store(key, inChunks(Buffer.from('x'), 1))).rejects.toThrow(TypeError);
    },
  );
});

describe('a bucket', () => {
  it('keeps files under its prefix, where another installation does not see them', async () => {
    const key = `test/2026-03/${newId()}`;
    await storages.get('bucket with a prefix')?.store(key, inChunks(Buffer.from('x'), 1));
    expect(await storages.get('bucket')?.sizeOf(key)).toBeNull();
    const client = clientOf(s3);
    const listed = await client.send(new ListObjectsV2Command({ Bucket: s3.bucket, Prefix: 'some/where/' }));
    expect(listed.Contents?.map(({ Key }) => Key)).toContain(`some/where/${key}`);
    client.destroy();
  });

  it('that does not exist is an error, and not a file that is gone', async () => {
    const settings = configOf({ ...s3.env, MEDIA_S3_BUCKET: 'no-such-bucket' }).mediaS3;
    if (settings === null) throw new Error('The settings name no bucket');
    const storage = new S3MediaStorage(settings);
    await expect(storage.open('a/b')).rejects.toMatchObject({ name: 'NoSuchBucket' });
    storage.onApplicationShutdown();
  });
});

function clientOf(server: S3Server): S3Client {
  return new S3Client({
    endpoint: server.url,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' },
  });
}

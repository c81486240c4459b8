import { mkdtempSync } from 'node:fs';
import { mkdir, readFile, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { AppConfig } from '../config/app-config';
import { parseEnv } from '../config/env';
import { newId } from '../database/ids';
import { FolderMediaStorage } from './folder-media-storage';

describe('the folder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'folder-media-test-'));
  const storage = new FolderMediaStorage(
    new AppConfig(
      parseEnv({
        DATABASE_URL: 'postgres://u:p@localhost:5432/db',
        REDIS_URL: 'redis://localhost:6379',
        META_APP_ID: '1234567890',
        META_APP_SECRET: 'the-secret-of-the-app',
        ENCRYPTION_KEYS: `k1:${Buffer.alloc(32, 1).toString('base64')}`,
        JWT_SECRET: 'x'.repeat(32),
        MEDIA_DIR: folder,
      }),
    ),
  );
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('keeps what it is given, and the same again in its place', async () => {
    const key = `a/${newId()}`;
    await storage.store(key, Readable.from([Buffer.from('wh'), Buffer.from('ole')]));
    await storage.store(key, Readable.from([Buffer.from('whole')]));
    expect(await readFile(join(folder, key), 'utf8')).toBe('whole');
    await storage.remove(key);
    await storage.remove(key);
    expect(await readdir(join(folder, 'a'))).toEqual([]);
  });

  it('has nothing under a name until all of it is there', async () => {
    const key = `test/${newId()}`;
    const breaking = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from('half');
      await expect(readFile(join(folder, key))).rejects.toThrow('ENOENT');
      throw new Error('broke');
    };
    await expect(storage.store(key, breaking())).rejects.toThrow('broke');
    await expect(readFile(join(folder, key))).rejects.toThrow('ENOENT');
    expect(await readdir(join(folder, '.unfinished'))).toEqual([]);
  });

  it.each(['../x', '/etc/x', 'a//b', 'a/../b', '.unfinished/x', ''])(
    'takes no key such as %j',
    async (key) => {
      await expect(storage.remove(key)).rejects.toThrow(TypeError);
    },
  );

  it('loses what dead processes left unfinished, and nothing that is under way', async () => {
    const path = (name: string): string => join(folder, '.unfinished', name);
    await mkdir(path(''), { recursive: true });
    await writeFile(path('old'), 'x');
    await writeFile(path('new'), 'x');
    await utimes(path('old'), new Date(0), new Date(0));
    await storage.removeAbandoned(new Date(Date.now() - 60_000));
    expect(await readdir(path(''))).toEqual(['new']);
  });
});

import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { AppConfig } from '../config/app-config';
import { newId } from '../database/ids';
import {
  type ByteRange,
  MediaMissingError,
  MediaStorage,
  type OpenedFile,
  assertStorageKey,
} from './media-storage';

/** Beside the files, for a file can only be renamed within its file system. No key begins with a dot. */
const UNFINISHED = '.unfinished';

/** Files in a folder (`MEDIA_DIR`), which every process of the installation sees. */
export class FolderMediaStorage extends MediaStorage {
  constructor(private readonly config: AppConfig) {
    super();
  }

  async store(key: string, source: AsyncIterable<Uint8Array>): Promise<void> {
    const target = this.pathOf(key);
    const folder = dirname(target);
    await mkdir(this.unfinished, { recursive: true });
    await mkdir(folder, { recursive: true });
    // A name of its own for each attempt: two processes may hold the same file, when one was taken for dead.
    const temporary = join(this.unfinished, newId());
    // Opened here and not by the stream: one that is broken off while it opens would make the file after it was removed.
    const file = await open(temporary, 'wx', 0o640);
    try {
      await pipeline(source, file.createWriteStream({ flush: true }));
      await rename(temporary, target);
    } catch (error) {
      await file.close().catch(() => undefined);
      await rm(temporary, { force: true }).catch(() => undefined);
      throw error;
    }
    await syncFolder(folder);
  }

  async open(key: string, range?: ByteRange): Promise<OpenedFile> {
    const file = await open(this.pathOf(key), 'r').catch(missing);
    try {
      const { size } = await file.stat();
      return { stream: file.createReadStream(range), size };
    } catch (error) {
      await file.close().catch(() => undefined);
      throw error;
    }
  }

  async sizeOf(key: string): Promise<number | null> {
    try {
      return (await stat(this.pathOf(key)).catch(missing)).size;
    } catch (error) {
      if (error instanceof MediaMissingError) return null;
      throw error;
    }
  }

  async remove(key: string): Promise<void> {
    await rm(this.pathOf(key), { force: true });
  }

  async removeAbandoned(before: Date): Promise<void> {
    const names = await readdir(this.unfinished).catch(() => []);
    for (const name of names) {
      const path = join(this.unfinished, name);
      const found = await stat(path).catch(() => null);
      if (found !== null && found.mtime < before) await rm(path, { force: true });
    }
  }

  private get unfinished(): string {
    return join(this.config.mediaDir, UNFINISHED);
  }

  private pathOf(key: string): string {
    assertStorageKey(key);
    return join(this.config.mediaDir, key);
  }
}

function missing(error: unknown): never {
  if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT')
    throw new MediaMissingError();
  throw error;
}

/** Without it the name may be lost with the power, although the bytes are safe. Some file systems do not offer it. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => null);
  if (folder === null) return;
  await folder.sync().catch(() => undefined);
  await folder.close();
}

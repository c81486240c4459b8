import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { AppConfig } from '../config/app-config';
import { newId } from '../database/ids';
import { MediaStorage } from './media-storage';

/** Beside the files, for a file can only be renamed within its file system. No key begins with a dot. */
const UNFINISHED = '.unfinished';
/** Far longer than any file takes; what is older was left by a process that died. */
const ABANDONED_AFTER_MS = 6 * 60 * 60_000;

/** Files in a folder (`MEDIA_DIR`), which every process of the installation sees. */
@Injectable()
export class FolderMediaStorage extends MediaStorage implements OnApplicationBootstrap {
  private readonly log = new Logger(FolderMediaStorage.name);

  constructor(private readonly config: AppConfig) {
    super();
  }

  async onApplicationBootstrap(): Promise<void> {
    if (!this.config.has('worker')) return;
    await this.removeAbandoned(new Date(Date.now() - ABANDONED_AFTER_MS)).catch((error: unknown) => {
      this.log.warn(
        `Unfinished files were not looked at: ${error instanceof Error ? error.message : 'unknown error'}`,
      );
    });
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

  async remove(key: string): Promise<void> {
    await rm(this.pathOf(key), { force: true });
  }

  /** What processes that died have left half-written. */
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
    if (!/^[a-z0-9-]+(?:\/[a-z0-9-]+)*$/.test(key)) throw new TypeError('Not a key of a stored file');
    return join(this.config.mediaDir, key);
  }
}

/** Without it the name may be lost with the power, although the bytes are safe. Some file systems do not offer it. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => null);
  if (folder === null) return;
  await folder.sync().catch(() => undefined);
  await folder.close();
}

import { constants } from 'node:fs';
import { access, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/app-config';
import { MediaStorage } from '../../media/media-storage';
import type { Check } from '../check-runner';
import { type Finding, about } from '../finding';

const GIGABYTE = 1024 ** 3;
const LOW_BYTES = 2 * GIGABYTE;
const EMPTY_BYTES = 200 * 1024 ** 2;

/** Whether files of messages can be stored. It writes none to try. */
@Injectable()
export class StorageCheck implements Check {
  readonly name = 'media-storage';
  readonly subject: string;

  constructor(
    private readonly config: AppConfig,
    private readonly storage: MediaStorage,
  ) {
    this.subject = config.mediaS3 === null ? config.mediaDir : `bucket ${config.mediaS3.bucket}`;
  }

  async look(): Promise<Finding[]> {
    return [this.config.mediaS3 === null ? await this.folder() : await this.bucket()];
  }

  private async folder(): Promise<Finding> {
    const finding = about(this.name, this.subject);
    const folder = await nearestExisting(this.config.mediaDir);
    try {
      await access(folder, constants.W_OK | constants.X_OK);
    } catch {
      return finding({
        severity: 'error',
        title: 'Files cannot be stored',
        explanation: `${folder} may not be written by this process: images and documents of messages stay pending, uploads fail.`,
        fix: 'Give the user that runs the service the right to write there, or set MEDIA_DIR elsewhere. All processes have to share it.',
      });
    }
    const { bavail, bsize, blocks } = await statfs(folder);
    const free = bavail * bsize;
    const evidence = { freeBytes: free, totalBytes: blocks * bsize };
    if (free < LOW_BYTES)
      return finding({
        severity: free < EMPTY_BYTES ? 'error' : 'warning',
        title: `The disk of ${folder} is ${free < EMPTY_BYTES ? 'full' : 'almost full'}`,
        explanation: `${Math.round(free / 1024 ** 2)} MB are free. Files that cannot be stored are tried again for almost five days.`,
        fix: 'Make space, move MEDIA_DIR to a larger disk (copy the files first), or use MEDIA_STORAGE=s3.',
        evidence,
      });
    return finding({
      severity: 'ok',
      title: 'Files can be stored',
      explanation: `${Math.floor(free / GIGABYTE)} GB are free.`,
      evidence,
    });
  }

  private async bucket(): Promise<Finding> {
    const finding = about(this.name, this.subject);
    try {
      await this.storage.sizeOf('doctor/none');
    } catch (error) {
      return finding({
        severity: 'error',
        title: 'The bucket cannot be reached',
        explanation:
          `Images and documents of messages stay pending, uploads fail. ${error instanceof Error ? error.name : ''}`.trim(),
        fix: 'Compare MEDIA_S3_ENDPOINT, MEDIA_S3_REGION, MEDIA_S3_BUCKET and the key with the storage; the key has to read, write and delete.',
      });
    }
    return finding({
      severity: 'ok',
      title: 'The bucket answers',
      explanation: 'Whether it takes writes is seen when the first file comes.',
    });
  }
}

/** The folder itself is made with the first file. */
async function nearestExisting(path: string): Promise<string> {
  for (let folder = path; ; folder = dirname(folder)) {
    try {
      await access(folder, constants.F_OK);
      return folder;
    } catch {
      if (folder === dirname(folder)) return folder;
    }
  }
}

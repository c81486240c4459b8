import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import type { AccountId } from '../../database/ids';
import { NotFoundError } from '../../errors/app.error';
import { MediaMissingError, MediaStorage } from '../../media/media-storage';
import { MediaUploadsRepository } from './media-uploads.repository';

/** An upload that is being read. Whoever opens one reads it to its end or destroys the stream. */
export interface OpenedUpload {
  stream: Readable;
  /** Of the whole file, in bytes. */
  size: number;
  mimeType: string;
  fileName: string | null;
}

/** The content of uploads, for whoever brings them elsewhere than to a number. */
@Injectable()
export class UploadedMedia {
  constructor(
    private readonly uploads: MediaUploadsRepository,
    private readonly storage: MediaStorage,
  ) {}

  /**
   * @param mediaId ours
   * @param start the first byte to read
   * @throws NotFoundError also for another account's
   */
  async open(accountId: AccountId, mediaId: string, start = 0): Promise<OpenedUpload> {
    const upload = (await this.uploads.use(accountId, [mediaId])).get(mediaId);
    if (upload === undefined) throw new NotFoundError('There is no such uploaded file, or not any more.');
    try {
      const range = start === 0 ? undefined : { start, end: upload.size - 1 };
      const { stream } = await this.storage.open(upload.storageKey, range);
      return { stream, size: upload.size, mimeType: upload.mimeType, fileName: upload.fileName };
    } catch (error) {
      if (error instanceof MediaMissingError)
        throw new NotFoundError('The uploaded file is gone. Upload it again.');
      throw error;
    }
  }
}

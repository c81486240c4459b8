import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { MessageMediaRemovals } from '../../message-media/message-media-removals';
import type { FoundMedia } from './media-library';
import { UploadsService } from './uploads.service';

/** Deletes one file because somebody asked for it. Workers remove the bytes within a minute or so. */
@Injectable()
export class MediaRemoval {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly uploads: UploadsService,
    private readonly files: MessageMediaRemovals,
  ) {}

  /** @throws ConflictError for an upload that something is still to be sent with */
  async remove(found: FoundMedia): Promise<void> {
    if (found.origin === 'upload') {
      await this.uploads.remove(found.upload);
      return;
    }
    const { accountId, id } = found.file;
    await this.database.transaction((tx) => this.files.removeOne(tx, accountId, id));
  }
}

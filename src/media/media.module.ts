import { Module } from '@nestjs/common';
import { AppConfig } from '../config/app-config';
import { FolderMediaStorage } from './folder-media-storage';
import { MediaContent } from './media-content';
import { MediaStorage } from './media-storage';
import { OutboundAddressPolicy } from './outbound-address-policy';
import { PublicFilesRepository } from './public-files.repository';
import { PublicMediaController } from './public-media.controller';
import { PublicMediaLinks } from './public-media-links';
import { S3MediaStorage } from './s3-media-storage';
import { SafeDownload } from './safe-download';
import { StorageCleaner } from './storage-cleaner';
import { UploadCopiesRepository } from './upload-copies.repository';

@Module({
  controllers: [PublicMediaController],
  providers: [
    { provide: MediaStorage, useFactory: storageFor, inject: [AppConfig] },
    StorageCleaner,
    MediaContent,
    PublicFilesRepository,
    PublicMediaLinks,
    OutboundAddressPolicy,
    SafeDownload,
    UploadCopiesRepository,
  ],
  exports: [
    MediaContent,
    MediaStorage,
    OutboundAddressPolicy,
    PublicFilesRepository,
    PublicMediaLinks,
    SafeDownload,
    UploadCopiesRepository,
  ],
})
export class MediaModule {}

function storageFor(config: AppConfig): MediaStorage {
  const s3 = config.mediaS3;
  return s3 === null ? new FolderMediaStorage(config) : new S3MediaStorage(s3);
}

import { Module } from '@nestjs/common';
import { AppConfig } from '../config/app-config';
import { FolderMediaStorage } from './folder-media-storage';
import { MediaStorage } from './media-storage';
import { OutboundAddressPolicy } from './outbound-address-policy';
import { S3MediaStorage } from './s3-media-storage';
import { SafeDownload } from './safe-download';
import { StorageCleaner } from './storage-cleaner';

@Module({
  providers: [
    { provide: MediaStorage, useFactory: storageFor, inject: [AppConfig] },
    StorageCleaner,
    OutboundAddressPolicy,
    SafeDownload,
  ],
  exports: [MediaStorage, OutboundAddressPolicy, SafeDownload],
})
export class MediaModule {}

function storageFor(config: AppConfig): MediaStorage {
  const s3 = config.mediaS3;
  return s3 === null ? new FolderMediaStorage(config) : new S3MediaStorage(s3);
}

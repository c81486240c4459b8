import { Module } from '@nestjs/common';
import { FolderMediaStorage } from './folder-media-storage';
import { MediaStorage } from './media-storage';

@Module({
  providers: [{ provide: MediaStorage, useClass: FolderMediaStorage }],
  exports: [MediaStorage],
})
export class MediaModule {}

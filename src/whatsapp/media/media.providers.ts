import { MediaApi } from './media-api';
import { MediaFetcher } from './media-fetcher';
import { MediaHolds } from './media-holds';
import { MediaLibrary } from './media-library';
import { MediaRemoval } from './media-removal';
import { MediaUploadsRepository } from './media-uploads.repository';
import { MediaController } from './media.controller';
import { OutgoingMedia } from './outgoing-media';
import { UploadIntake } from './upload-intake';
import { UploadRetentionScheduler } from './upload-retention.scheduler';
import { UploadedMedia } from './uploaded-media';
import { UploadsService } from './uploads.service';

export const MEDIA_CONTROLLERS = [MediaController];

/** How files of messages are had from WhatsApp, and those to be sent, as WhatsAppModule puts them beside the messages. */
export const MEDIA_PROVIDERS = [
  MediaApi,
  MediaFetcher,
  MediaUploadsRepository,
  MediaHolds,
  MediaLibrary,
  MediaRemoval,
  UploadIntake,
  UploadRetentionScheduler,
  UploadedMedia,
  OutgoingMedia,
  UploadsService,
];

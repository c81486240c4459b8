import { MediaApi } from './media-api';
import { MediaContent } from './media-content';
import { MediaFetcher } from './media-fetcher';
import { MediaHolds } from './media-holds';
import { MediaLibrary } from './media-library';
import { MediaRemoval } from './media-removal';
import { MediaUploadsRepository } from './media-uploads.repository';
import { MediaController } from './media.controller';
import { MediaWorker } from './media.worker';
import { MessageMediaRepository } from './message-media.repository';
import { MessageMediaSubscriber } from './message-media.subscriber';
import { OutgoingMedia } from './outgoing-media';
import { UploadIntake } from './upload-intake';
import { UploadRetentionScheduler } from './upload-retention.scheduler';
import { UploadedMedia } from './uploaded-media';
import { UploadsService } from './uploads.service';

export const MEDIA_CONTROLLERS = [MediaController];

/** The files of messages that came in, and of those to be sent, as WhatsAppModule puts them beside the messages. */
export const MEDIA_PROVIDERS = [
  MediaApi,
  MediaFetcher,
  MediaWorker,
  MessageMediaRepository,
  MessageMediaSubscriber,
  MediaUploadsRepository,
  MediaHolds,
  MediaLibrary,
  MediaContent,
  MediaRemoval,
  UploadIntake,
  UploadRetentionScheduler,
  UploadedMedia,
  OutgoingMedia,
  UploadsService,
];

import { MediaApi } from './media-api';
import { MediaFetcher } from './media-fetcher';
import { MediaWorker } from './media.worker';
import { MessageMediaRepository } from './message-media.repository';
import { MessageMediaSubscriber } from './message-media.subscriber';

/** The files of messages that came in, as WhatsAppModule puts them beside the messages. */
export const MEDIA_PROVIDERS = [
  MediaApi,
  MediaFetcher,
  MediaWorker,
  MessageMediaRepository,
  MessageMediaSubscriber,
];

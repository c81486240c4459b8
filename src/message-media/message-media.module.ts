import { Module } from '@nestjs/common';
import { ConversationsModule } from '../conversations/conversations.module';
import { MediaModule } from '../media/media.module';
import { QueueModule } from '../queue/queue.module';
import { DirectMediaFetcher } from './direct-media-fetcher';
import { DirectMediaReader } from './direct-media-reader';
import { MediaSources } from './media-sources';
import { MediaWorker } from './media.worker';
import { MessageFiles } from './message-files';
import { MessageMediaNotes } from './message-media-notes';
import { MessageMediaRemovals } from './message-media-removals';
import { MessageMediaController } from './message-media.controller';
import { MessageMediaRepository } from './message-media.repository';
import { MessageMediaSubscriber } from './message-media.subscriber';
import { SentFiles } from './sent-files';

@Module({
  imports: [ConversationsModule, MediaModule, QueueModule],
  controllers: [MessageMediaController],
  providers: [
    DirectMediaFetcher,
    DirectMediaReader,
    MediaSources,
    MediaWorker,
    MessageFiles,
    MessageMediaNotes,
    MessageMediaRemovals,
    MessageMediaRepository,
    MessageMediaSubscriber,
    SentFiles,
  ],
  exports: [DirectMediaFetcher, MediaSources, MessageFiles, MessageMediaRemovals, SentFiles],
})
export class MessageMediaModule {}

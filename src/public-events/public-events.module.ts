import { Module } from '@nestjs/common';
import { CommentInboxModule } from '../conversations/comments/comment-inbox.module';
import { ConversationsModule } from '../conversations/conversations.module';
import { PublicEvents } from './public-events.service';

/** What outside parties see of what happens here. */
@Module({
  imports: [ConversationsModule, CommentInboxModule],
  providers: [PublicEvents],
  exports: [PublicEvents],
})
export class PublicEventsModule {}

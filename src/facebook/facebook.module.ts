import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CommentInboxModule } from '../conversations/comments/comment-inbox.module';
import { ConversationsModule } from '../conversations/conversations.module';
import { DirectMessagesModule } from '../conversations/direct/direct-messages.module';
import { CryptoModule } from '../crypto/crypto.module';
import { DirectMessagingModule } from '../direct-messaging/direct-messaging.module';
import { GraphClientModule } from '../graph-client/graph-client.module';
import { InsightsModule } from '../insights/insights.module';
import { MediaModule } from '../media/media.module';
import { MessageMediaModule } from '../message-media/message-media.module';
import { MetaAuthModule } from '../meta-auth/meta-auth.module';
import { QueueModule } from '../queue/queue.module';
import { WebhooksModule } from '../webhooks/webhooks.module';
import { AccountEndSubscriber } from './pages/account-end.subscriber';
import { CommentBackfill } from './comments/comment-backfill';
import { CommentHandler } from './comments/comment.handler';
import { CommentsApi } from './comments/comments-api';
import { COMMENT_CONTROLLERS, COMMENT_PROVIDERS } from './comments/comments.providers';
import { FacebookPageEntity } from './entities/facebook-page.entity';
import { FacebookPublicationEntity } from './entities/facebook-publication.entity';
import { FacebookApi } from './pages/facebook-api';
import { INSIGHTS_CONTROLLERS, INSIGHTS_PROVIDERS } from './insights/insights.providers';
import { MESSENGER_CONTROLLERS, MESSENGER_PROVIDERS } from './messenger/messenger.providers';
import { MessengerBackfill } from './messenger/messenger-backfill';
import { PEOPLE_PROVIDERS } from './messenger/people.providers';
import { MessengerHandlers } from './messenger/messenger.handlers';
import { PageConnector } from './pages/page-connector';
import { PageFinder } from './pages/page-finder';
import { PageHealth } from './pages/page-health.service';
import { PageScope } from './pages/page-scope';
import { PageSubscriber } from './pages/page-subscriber';
import { PageTokens } from './pages/page-tokens';
import { PAGE_CONTROLLERS, PAGE_PROVIDERS } from './pages/pages.providers';
import { PagesController } from './pages/pages.controller';
import { PagesRepository } from './pages/pages.repository';
import { PagesService } from './pages/pages.service';
import { POST_CONTROLLERS, POST_PROVIDERS } from './posts/posts.providers';

@Module({
  imports: [
    TypeOrmModule.forFeature([FacebookPageEntity, FacebookPublicationEntity]),
    CommentInboxModule,
    ConversationsModule,
    CryptoModule,
    DirectMessagesModule,
    DirectMessagingModule,
    GraphClientModule,
    InsightsModule,
    MediaModule,
    MessageMediaModule,
    MetaAuthModule,
    QueueModule,
    WebhooksModule,
  ],
  controllers: [
    PagesController,
    ...POST_CONTROLLERS,
    ...INSIGHTS_CONTROLLERS,
    ...COMMENT_CONTROLLERS,
    ...MESSENGER_CONTROLLERS,
    ...PAGE_CONTROLLERS,
  ],
  providers: [
    AccountEndSubscriber,
    CommentHandler,
    CommentsApi,
    FacebookApi,
    // In this order: after an outage messages are read before comments.
    MessengerBackfill,
    CommentBackfill,
    MessengerHandlers,
    PageConnector,
    PageFinder,
    PageScope,
    PageSubscriber,
    PageTokens,
    PagesRepository,
    PagesService,
    ...POST_PROVIDERS,
    ...INSIGHTS_PROVIDERS,
    ...COMMENT_PROVIDERS,
    ...MESSENGER_PROVIDERS,
    ...PEOPLE_PROVIDERS,
    ...PAGE_PROVIDERS,
  ],
  exports: [PageHealth],
})
export class FacebookModule {}

import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CommentInboxModule } from '../conversations/comment-inbox.module';
import { ConversationsModule } from '../conversations/conversations.module';
import { DirectMessagesModule } from '../conversations/direct-messages.module';
import { CryptoModule } from '../crypto/crypto.module';
import { DirectMessagingModule } from '../direct-messaging/direct-messaging.module';
import { GraphClientModule } from '../graph-client/graph-client.module';
import { InsightsModule } from '../insights/insights.module';
import { MediaModule } from '../media/media.module';
import { MetaAuthModule } from '../meta-auth/meta-auth.module';
import { QueueModule } from '../queue/queue.module';
import { WebhooksModule } from '../webhooks/webhooks.module';
import { AccountEndSubscriber } from './account-end.subscriber';
import { CommentBackfill } from './comment-backfill';
import { CommentHandler } from './comment.handler';
import { CommentsApi } from './comments-api';
import { COMMENT_CONTROLLERS, COMMENT_PROVIDERS } from './comments/comments.providers';
import { FacebookPageEntity } from './entities/facebook-page.entity';
import { FacebookPublicationEntity } from './entities/facebook-publication.entity';
import { FacebookApi } from './facebook-api';
import { INSIGHTS_CONTROLLERS, INSIGHTS_PROVIDERS } from './insights/insights.providers';
import { MESSENGER_CONTROLLERS, MESSENGER_PROVIDERS } from './messenger/messenger.providers';
import { MessengerBackfill } from './messenger-backfill';
import { PEOPLE_PROVIDERS } from './messenger/people.providers';
import { MessengerHandlers } from './messenger.handlers';
import { PageConnector } from './page-connector';
import { PageFinder } from './page-finder';
import { PageScope } from './page-scope';
import { PageSubscriber } from './page-subscriber';
import { PageTokens } from './page-tokens';
import { PAGE_CONTROLLERS, PAGE_PROVIDERS } from './pages/pages.providers';
import { PagesController } from './pages.controller';
import { PagesRepository } from './pages.repository';
import { PagesService } from './pages.service';
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
})
export class FacebookModule {}

import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CommentInboxModule } from '../conversations/comments/comment-inbox.module';
import { ConversationsModule } from '../conversations/conversations.module';
import { DirectMessagesModule } from '../conversations/direct/direct-messages.module';
import { DirectMessagingModule } from '../direct-messaging/direct-messaging.module';
import { GraphClientModule } from '../graph-client/graph-client.module';
import { InsightsModule } from '../insights/insights.module';
import { MediaModule } from '../media/media.module';
import { MessageMediaModule } from '../message-media/message-media.module';
import { MetaAuthModule } from '../meta-auth/meta-auth.module';
import { QueueModule } from '../queue/queue.module';
import { WebhooksModule } from '../webhooks/webhooks.module';
import { AccountConnector } from './accounts/account-connector';
import { ACCOUNT_CONTROLLERS, ACCOUNT_PROVIDERS } from './accounts/accounts.providers';
import { AccountDiscovery } from './accounts/account-discovery.service';
import { AccountEndSubscriber } from './accounts/account-end.subscriber';
import { InstagramAccountsController } from './accounts/accounts.controller';
import { AccountsRepository } from './accounts/accounts.repository';
import { AccountsService } from './accounts/accounts.service';
import { CommentBackfill } from './comments/comment-backfill';
import { CommentHandler } from './comments/comment.handler';
import { CommentsApi } from './comments/comments-api';
import { COMMENT_CONTROLLERS, COMMENT_PROVIDERS } from './comments/comments.providers';
import { DirectMessageHandlers } from './messaging/direct-message.handlers';
import { InstagramAccountEntity } from './entities/instagram-account.entity';
import { InstagramPublicationContainerEntity } from './entities/instagram-publication-container.entity';
import { InstagramPublicationEntity } from './entities/instagram-publication.entity';
import { INSIGHTS_CONTROLLERS, INSIGHTS_PROVIDERS } from './insights/insights.providers';
import { InstagramAccess } from './accounts/instagram-access';
import { InstagramApi } from './accounts/instagram-api';
import { InstagramHealth } from './accounts/instagram-health.service';
import { InstagramSubscriber } from './accounts/instagram-subscriber';
import { PEOPLE_PROVIDERS } from './messaging/people.providers';
import { MESSAGING_CONTROLLERS, MESSAGING_PROVIDERS } from './messaging/messaging.providers';
import { MessageBackfill } from './messaging/message-backfill';
import { PUBLISHING_CONTROLLERS, PUBLISHING_PROVIDERS } from './publishing/publishing.providers';

@Module({
  imports: [
    TypeOrmModule.forFeature([
      InstagramAccountEntity,
      InstagramPublicationContainerEntity,
      InstagramPublicationEntity,
    ]),
    CommentInboxModule,
    ConversationsModule,
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
    InstagramAccountsController,
    ...ACCOUNT_CONTROLLERS,
    ...INSIGHTS_CONTROLLERS,
    ...COMMENT_CONTROLLERS,
    ...PUBLISHING_CONTROLLERS,
    ...MESSAGING_CONTROLLERS,
  ],
  providers: [
    AccountConnector,
    AccountDiscovery,
    AccountEndSubscriber,
    AccountsRepository,
    AccountsService,
    CommentHandler,
    CommentsApi,
    DirectMessageHandlers,
    InstagramAccess,
    InstagramApi,
    InstagramSubscriber,
    ...INSIGHTS_PROVIDERS,
    ...PUBLISHING_PROVIDERS,
    ...MESSAGING_PROVIDERS,
    ...COMMENT_PROVIDERS,
    // In this order: after an outage messages are read before comments.
    MessageBackfill,
    CommentBackfill,
    ...ACCOUNT_PROVIDERS,
    ...PEOPLE_PROVIDERS,
  ],
  exports: [InstagramHealth],
})
export class InstagramModule {}

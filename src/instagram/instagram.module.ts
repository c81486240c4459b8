import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ConversationsModule } from '../conversations/conversations.module';
import { DirectMessagesModule } from '../conversations/direct-messages.module';
import { GraphClientModule } from '../graph-client/graph-client.module';
import { MetaAuthModule } from '../meta-auth/meta-auth.module';
import { WebhooksModule } from '../webhooks/webhooks.module';
import { AccountConnector } from './account-connector';
import { AccountDiscovery } from './account-discovery.service';
import { AccountEndSubscriber } from './account-end.subscriber';
import { InstagramAccountsController } from './accounts.controller';
import { AccountsRepository } from './accounts.repository';
import { AccountsService } from './accounts.service';
import { CommentBackfill } from './comment-backfill';
import { CommentHandler } from './comment.handler';
import { CommentsApi } from './comments-api';
import { DirectMessageHandlers } from './direct-message.handlers';
import { InstagramAccountEntity } from './entities/instagram-account.entity';
import { InstagramAccess } from './instagram-access';
import { InstagramApi } from './instagram-api';
import { InstagramSubscriber } from './instagram-subscriber';
import { MessageBackfill } from './message-backfill';

@Module({
  imports: [
    TypeOrmModule.forFeature([InstagramAccountEntity]),
    ConversationsModule,
    DirectMessagesModule,
    GraphClientModule,
    MetaAuthModule,
    WebhooksModule,
  ],
  controllers: [InstagramAccountsController],
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
    // In this order: after an outage messages are read before comments.
    MessageBackfill,
    CommentBackfill,
  ],
})
export class InstagramModule {}

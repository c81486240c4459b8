import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ConversationsModule } from '../conversations/conversations.module';
import { DirectMessagesModule } from '../conversations/direct-messages.module';
import { CryptoModule } from '../crypto/crypto.module';
import { GraphClientModule } from '../graph-client/graph-client.module';
import { MetaAuthModule } from '../meta-auth/meta-auth.module';
import { WebhooksModule } from '../webhooks/webhooks.module';
import { AccountEndSubscriber } from './account-end.subscriber';
import { CommentBackfill } from './comment-backfill';
import { CommentHandler } from './comment.handler';
import { CommentsApi } from './comments-api';
import { FacebookPageEntity } from './entities/facebook-page.entity';
import { FacebookApi } from './facebook-api';
import { MessengerBackfill } from './messenger-backfill';
import { MessengerHandlers } from './messenger.handlers';
import { PageConnector } from './page-connector';
import { PageFinder } from './page-finder';
import { PageScope } from './page-scope';
import { PageSubscriber } from './page-subscriber';
import { PageTokens } from './page-tokens';
import { PagesController } from './pages.controller';
import { PagesRepository } from './pages.repository';
import { PagesService } from './pages.service';

@Module({
  imports: [
    TypeOrmModule.forFeature([FacebookPageEntity]),
    ConversationsModule,
    CryptoModule,
    DirectMessagesModule,
    GraphClientModule,
    MetaAuthModule,
    WebhooksModule,
  ],
  controllers: [PagesController],
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
  ],
})
export class FacebookModule {}

import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { IdentityModule } from '../identity/identity.module';
import { CommentStore } from './comment-store.service';
import { ContactMerger } from './contact-merger';
import { ContactResolver } from './contact-resolver';
import { ContactsService } from './contacts.service';
import { ConversationMerger } from './conversation-merger';
import { ConversationOpener } from './conversation-opener';
import { ConversationsController } from './conversations.controller';
import { ConversationsService } from './conversations.service';
import { CommentEntity } from './entities/comment.entity';
import { ContactEntity } from './entities/contact.entity';
import { ContactIdentityEntity } from './entities/contact-identity.entity';
import { ConversationEntity } from './entities/conversation.entity';
import { MessageEntity } from './entities/message.entity';
import { MessageSendEntity } from './entities/message-send.entity';
import { FinishedSendsScheduler } from './finished-sends.scheduler';
import { MessageList } from './message-list.service';
import { MessageChangeStore } from './message-change-store';
import { MessageMediaReaders } from './message-media';
import { MessageStatusStore } from './message-status-store';
import { MessageStore } from './message-store.service';
import { MessagesService } from './messages.service';
import { RepeatedMessages } from './repeated-messages';
import { SendClaims } from './send-claims.service';
import { SendLedger } from './send-ledger.service';
import { SendSettlement } from './send-settlement.service';
import { UnsettledSends } from './unsettled-sends.service';
import { WaitingSweeper } from './waiting.sweeper';

@Module({
  imports: [
    TypeOrmModule.forFeature([
      CommentEntity,
      ContactEntity,
      ContactIdentityEntity,
      ConversationEntity,
      MessageEntity,
      MessageSendEntity,
    ]),
    IdentityModule,
  ],
  controllers: [ConversationsController],
  providers: [
    CommentStore,
    ContactMerger,
    ContactResolver,
    ConversationMerger,
    ConversationOpener,
    MessageStatusStore,
    MessageChangeStore,
    RepeatedMessages,
    WaitingSweeper,
    MessageStore,
    MessagesService,
    MessageList,
    MessageMediaReaders,
    ContactsService,
    ConversationsService,
    SendClaims,
    SendLedger,
    SendSettlement,
    FinishedSendsScheduler,
    UnsettledSends,
  ],
  exports: [
    CommentStore,
    MessageStore,
    MessageMediaReaders,
    MessageList,
    MessagesService,
    ContactsService,
    ConversationsService,
    SendClaims,
    SendLedger,
    SendSettlement,
    UnsettledSends,
  ],
})
export class ConversationsModule {}

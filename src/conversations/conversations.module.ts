import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { IdentityModule } from '../identity/identity.module';
import { CommentStore } from './comments/comment-store.service';
import { ContactMerger } from './contacts/contact-merger';
import { ContactResolver } from './contacts/contact-resolver';
import { ContactsService } from './contacts/contacts.service';
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
import { FinishedSendsScheduler } from './sends/finished-sends.scheduler';
import { MessageList } from './messages/message-list.service';
import { MessageChangeStore } from './messages/message-change-store';
import { MessageMediaReaders } from './message-media';
import { MessageStatusStore } from './messages/message-status-store';
import { MessageStore } from './messages/message-store.service';
import { MessagesService } from './messages/messages.service';
import { RepeatedMessages } from './messages/repeated-messages';
import { SendClaims } from './sends/send-claims.service';
import { SendLedger } from './sends/send-ledger.service';
import { SendSettlement } from './sends/send-settlement.service';
import { UnsettledSends } from './sends/unsettled-sends.service';
import { WaitingSweeper } from './messages/waiting.sweeper';

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

import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { IdentityModule } from '../identity/identity.module';
import { ContactResolver } from './contact-resolver';
import { ContactsService } from './contacts.service';
import { ConversationOpener } from './conversation-opener';
import { ConversationsController } from './conversations.controller';
import { ConversationsService } from './conversations.service';
import { ContactEntity } from './entities/contact.entity';
import { ContactIdentityEntity } from './entities/contact-identity.entity';
import { ConversationEntity } from './entities/conversation.entity';
import { MessageEntity } from './entities/message.entity';
import { MessageSendEntity } from './entities/message-send.entity';
import { MessageChangeStore } from './message-change-store';
import { MessageStatusStore } from './message-status-store';
import { MessageStore } from './message-store.service';
import { MessagesService } from './messages.service';
import { SendLedger } from './send-ledger.service';
import { WaitingSweeper } from './waiting.sweeper';

@Module({
  imports: [
    TypeOrmModule.forFeature([
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
    ContactResolver,
    ConversationOpener,
    MessageStatusStore,
    MessageChangeStore,
    WaitingSweeper,
    MessageStore,
    MessagesService,
    ContactsService,
    ConversationsService,
    SendLedger,
  ],
  exports: [MessageStore, MessagesService, ContactsService, ConversationsService, SendLedger],
})
export class ConversationsModule {}

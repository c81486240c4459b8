import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { IdentityModule } from '../identity/identity.module';
import { CommentThreadFolder } from './comment-threads/comment-thread-folder';
import { CommentThreadMessages } from './comment-threads/comment-thread-messages';
import { CommentThreads } from './comment-threads/comment-threads';
import { CommentThreadsSubscriber } from './comment-threads/comment-threads.subscriber';
import { CommentStore } from './comments/comment-store.service';
import { ContactMerger } from './contacts/contact-merger';
import { ContactResolver } from './contacts/contact-resolver';
import { ContactTies } from './contacts/contact-ties';
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
import { ActivitiesController } from './inbox/activities.controller';
import { AssignmentRelease } from './inbox/assignment-release.subscriber';
import { ConversationAccess } from './inbox/conversation-access.service';
import { ConversationActivities } from './inbox/conversation-activities.service';
import { ConversationChangesController } from './inbox/conversation-changes.controller';
import { ConversationChanges } from './inbox/conversation-changes.service';
import { ConversationLabels } from './inbox/conversation-labels.service';
import { ConversationNotes } from './inbox/conversation-notes.service';
import { ConversationReads } from './inbox/conversation-reads.service';
import { InboxCountsService } from './inbox/inbox-counts.service';
import { InboxList } from './inbox/inbox-list.service';
import { LabelsController } from './inbox/labels.controller';
import { NotesController } from './inbox/notes.controller';
import { SnoozeSweeper } from './inbox/snooze.sweeper';
import { ErasedPeople } from './erasure/erased-people';
import { PersonErasers } from './erasure/person-erasers';
import { PersonExporters } from './erasure/person-exporters';
import { FinishedSendsScheduler } from './sends/finished-sends.scheduler';
import { MessageList } from './messages/message-list.service';
import { MessageChangeStore } from './messages/message-change-store';
import { MessageMediaReaders } from './message-media';
import { MessageStatusStore } from './messages/message-status-store';
import { MessageStore } from './messages/message-store.service';
import { MessagesService } from './messages/messages.service';
import { RepeatedMessages } from './messages/repeated-messages';
import { ReplyChannels } from './replies/reply-channel';
import { ReplyOrders } from './replies/reply-orders';
import { ReplyPipe } from './replies/reply.pipe';
import { RepliesController } from './replies/replies.controller';
import { Replies } from './replies/replies.service';
import { SearchController } from './search/search.controller';
import { SearchModule } from './search/search.module';
import { SendClaims } from './sends/send-claims.service';
import { SendLedger } from './sends/send-ledger.service';
import { SendSettlement } from './sends/send-settlement.service';
import { UnsettledSends } from './sends/unsettled-sends.service';
import { ConversationMoods } from './sentiment/conversation-moods';
import { MessageCorrections } from './sentiment/message-corrections';
import { MessageSentiments } from './sentiment/message-sentiments';
import { MoodAlerts } from './sentiment/mood-alerts';
import { WaitingSweeper } from './messages/waiting.sweeper';
import { ConversationVisibility } from './visibility/conversation-visibility';

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
    SearchModule,
  ],
  controllers: [
    SearchController,
    LabelsController,
    ConversationsController,
    ConversationChangesController,
    NotesController,
    ActivitiesController,
    RepliesController,
  ],
  providers: [
    CommentStore,
    CommentThreadFolder,
    CommentThreadMessages,
    CommentThreads,
    CommentThreadsSubscriber,
    Replies,
    ReplyChannels,
    ReplyOrders,
    ReplyPipe,
    ContactMerger,
    ContactTies,
    ContactResolver,
    ConversationVisibility,
    ErasedPeople,
    PersonErasers,
    PersonExporters,
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
    AssignmentRelease,
    ConversationAccess,
    ConversationActivities,
    ConversationChanges,
    ConversationLabels,
    ConversationNotes,
    ConversationReads,
    InboxCountsService,
    InboxList,
    SnoozeSweeper,
    SendClaims,
    SendLedger,
    SendSettlement,
    FinishedSendsScheduler,
    UnsettledSends,
    ConversationMoods,
    MessageCorrections,
    MessageSentiments,
    MoodAlerts,
  ],
  exports: [
    ConversationAccess,
    SearchModule,
    ContactTies,
    ConversationVisibility,
    ErasedPeople,
    PersonErasers,
    PersonExporters,
    CommentThreadMessages,
    CommentThreads,
    ReplyChannels,
    ReplyOrders,
    MessageCorrections,
    MessageSentiments,
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

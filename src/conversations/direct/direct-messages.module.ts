import { Module } from '@nestjs/common';
import { CryptoModule } from '../../crypto/crypto.module';
import { GraphClientModule } from '../../graph-client/graph-client.module';
import { IdentityModule } from '../../identity/identity.module';
import { ContactProfileWorker } from '../contacts/contact-profile.worker';
import { ContactProfilesRepository } from '../contacts/contact-profiles.repository';
import { ContactProfiles } from '../contacts/contact-profiles.service';
import { ContactsController } from '../contacts/contacts.controller';
import { ContactsModule } from '../contacts/contacts.module';
import { ConversationsModule } from '../conversations.module';
import { DirectEvents } from './direct-events.service';
import { DirectHistory } from './direct-history.service';
import { DirectOptIns } from './direct-opt-ins';
import { DirectThreads } from './direct-threads';
import { MentionStore } from './mention-store';
import { MessageWatermarks } from '../messages/message-watermarks';
import { PersonReaders } from '../contacts/person-readers';
import { WatermarkSweeper } from '../messages/watermark.sweeper';

/** What Messenger and Instagram share, which must not import each other. */
@Module({
  imports: [ContactsModule, ConversationsModule, CryptoModule, GraphClientModule, IdentityModule],
  controllers: [ContactsController],
  providers: [
    ContactProfileWorker,
    ContactProfiles,
    ContactProfilesRepository,
    DirectEvents,
    DirectHistory,
    DirectOptIns,
    DirectThreads,
    MentionStore,
    MessageWatermarks,
    PersonReaders,
    WatermarkSweeper,
  ],
  exports: [
    DirectEvents,
    DirectHistory,
    DirectOptIns,
    DirectThreads,
    MentionStore,
    MessageWatermarks,
    PersonReaders,
  ],
})
export class DirectMessagesModule {}

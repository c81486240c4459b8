import { Module } from '@nestjs/common';
import { IdentityModule } from '../../identity/identity.module';
import { ConversationsModule } from '../conversations.module';
import { SearchModule } from '../search/search.module';
import { ContactChangesService } from './contact-changes.service';
import { ContactConversations } from './contact-conversations.service';
import { ContactList } from './contact-list.service';
import { ContactMergesController } from './contact-merges.controller';
import { ContactMerges } from './contact-merges.service';
import { ContactReader } from './contact-reader.service';

/** People: reading, changing and merging them by hand. */
@Module({
  imports: [ConversationsModule, IdentityModule, SearchModule],
  controllers: [ContactMergesController],
  providers: [ContactChangesService, ContactConversations, ContactList, ContactMerges, ContactReader],
  exports: [ContactChangesService, ContactConversations, ContactList, ContactReader],
})
export class ContactsModule {}

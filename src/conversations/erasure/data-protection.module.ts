import { Module } from '@nestjs/common';
import { IdentityModule } from '../../identity/identity.module';
import { ContactsModule } from '../contacts/contacts.module';
import { ConversationsModule } from '../conversations.module';
import { SearchModule } from '../search/search.module';
import { AuditEraser } from './audit-eraser';
import { CommentRemoval } from './comment-removal';
import { ContactErasuresController } from './contact-erasures.controller';
import { ContactErasuresRepository } from './contact-erasures.repository';
import { ContactErasures } from './contact-erasures.service';
import { ContactExport } from './contact-export.service';
import { ContactExportsController } from './contact-exports.controller';
import { ContactRemoval } from './contact-removal';
import { DataProtectionAccess } from './data-protection-access';
import { DeliveryRemoval } from './delivery-removal';
import { ErasureWorker } from './erasure.worker';
import { GroupRemoval } from './group-removal';
import { MessageRemoval } from './message-removal';
import { TraceRemoval } from './trace-removal';

/** Handing out, and removing, everything there is of one person. */
@Module({
  imports: [ContactsModule, ConversationsModule, IdentityModule, SearchModule],
  controllers: [ContactErasuresController, ContactExportsController],
  providers: [
    AuditEraser,
    CommentRemoval,
    ContactErasures,
    ContactErasuresRepository,
    ContactExport,
    ContactRemoval,
    DataProtectionAccess,
    DeliveryRemoval,
    ErasureWorker,
    GroupRemoval,
    MessageRemoval,
    TraceRemoval,
  ],
})
export class DataProtectionModule {}

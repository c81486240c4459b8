import { Module } from '@nestjs/common';
import { ConversationsModule } from '../conversations/conversations.module';
import { DirectMessagesModule } from '../conversations/direct/direct-messages.module';
import { GraphClientModule } from '../graph-client/graph-client.module';
import { IdentityModule } from '../identity/identity.module';
import { MediaModule } from '../media/media.module';
import { SendingModule } from '../sending/sending.module';
import { DirectApi } from './direct-api';
import { DirectAttachments } from './direct-attachments.service';
import { DirectChannels } from './direct-channels';
import { DirectDesk } from './direct-desk.service';
import { DirectMedia } from './direct-media';
import { DirectMessages } from './direct-messages.service';
import { DirectOrders } from './direct-orders.service';
import { DirectReplies } from './direct-replies.service';
import { DirectRecipients } from './direct-recipients.service';
import { DirectSettings } from './direct-settings.service';
import { DirectSettingsApi } from './direct-settings-api';

/** Writing to people on Messenger and Instagram, which must not import each other. */
@Module({
  imports: [
    ConversationsModule,
    DirectMessagesModule,
    GraphClientModule,
    IdentityModule,
    MediaModule,
    SendingModule,
  ],
  providers: [
    DirectApi,
    DirectAttachments,
    DirectChannels,
    DirectDesk,
    DirectMedia,
    DirectMessages,
    DirectOrders,
    DirectRecipients,
    DirectReplies,
    DirectSettings,
    DirectSettingsApi,
  ],
  exports: [DirectAttachments, DirectChannels, DirectDesk, DirectMessages, DirectReplies, DirectSettings],
})
export class DirectMessagingModule {}

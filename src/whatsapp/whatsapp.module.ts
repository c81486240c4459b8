import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ConversationsModule } from '../conversations/conversations.module';
import { GraphClientModule } from '../graph-client/graph-client.module';
import { MediaModule } from '../media/media.module';
import { MetaAuthModule } from '../meta-auth/meta-auth.module';
import { QueueModule } from '../queue/queue.module';
import { WebhooksModule } from '../webhooks/webhooks.module';
import { ACCOUNT_CONTROLLERS, ACCOUNT_PROVIDERS } from './accounts/accounts.providers';
import { TEMPLATE_CONTROLLERS, TEMPLATE_PROVIDERS } from './templates/templates.providers';
import { AccountScope } from './account-scope';
import { TemplateEntity } from './entities/template.entity';
import { WhatsAppBusinessAccountEntity } from './entities/whatsapp-business-account.entity';
import { WhatsAppPhoneNumberEntity } from './entities/whatsapp-phone-number.entity';
import { MEDIA_PROVIDERS } from './media/media.providers';
import { MESSAGE_CONTROLLERS, MESSAGE_PROVIDERS } from './messages/messages.providers';
import { SENDING_PROVIDERS } from './sending/sending.providers';
import { WhatsAppApi } from './whatsapp-api';
import { WhatsAppGaps } from './whatsapp-gaps';

@Module({
  imports: [
    TypeOrmModule.forFeature([WhatsAppBusinessAccountEntity, WhatsAppPhoneNumberEntity, TemplateEntity]),
    ConversationsModule,
    GraphClientModule,
    MediaModule,
    MetaAuthModule,
    QueueModule,
    WebhooksModule,
  ],
  controllers: [...ACCOUNT_CONTROLLERS, ...TEMPLATE_CONTROLLERS, ...MESSAGE_CONTROLLERS],
  providers: [
    ...ACCOUNT_PROVIDERS,
    ...TEMPLATE_PROVIDERS,
    AccountScope,
    WhatsAppApi,
    WhatsAppGaps,
    ...MESSAGE_PROVIDERS,
    ...SENDING_PROVIDERS,
    ...MEDIA_PROVIDERS,
  ],
})
export class WhatsAppModule {}

import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ConversationsModule } from '../conversations/conversations.module';
import { CryptoModule } from '../crypto/crypto.module';
import { GraphClientModule } from '../graph-client/graph-client.module';
import { MediaModule } from '../media/media.module';
import { MessageMediaModule } from '../message-media/message-media.module';
import { MetaAuthModule } from '../meta-auth/meta-auth.module';
import { QueueModule } from '../queue/queue.module';
import { SendingModule } from '../sending/sending.module';
import { WebhooksModule } from '../webhooks/webhooks.module';
import { ACCOUNT_CONTROLLERS, ACCOUNT_PROVIDERS } from './accounts/accounts.providers';
import { NumberExaminations } from './accounts/number-examination.service';
import { TEMPLATE_CONTROLLERS, TEMPLATE_PROVIDERS } from './templates/templates.providers';
import { AccountScope } from './account-scope';
import { CAMPAIGN_CONTROLLERS, CAMPAIGN_PROVIDERS } from './campaigns/campaigns.providers';
import { CALL_CONTROLLERS, CALL_PROVIDERS } from './calls/calls.providers';
import { CallEntity } from './entities/call.entity';
import { CampaignImportEntity } from './entities/campaign-import.entity';
import { CampaignProgressEntity } from './entities/campaign-progress.entity';
import { CampaignRecipientEntity } from './entities/campaign-recipient.entity';
import { CampaignEntity } from './entities/campaign.entity';
import { FlowEntity } from './entities/flow.entity';
import { GroupEntity } from './entities/group.entity';
import { TemplateEntity } from './entities/template.entity';
import { WhatsAppAccountEventEntity } from './entities/whatsapp-account-event.entity';
import { WhatsAppBusinessAccountEntity } from './entities/whatsapp-business-account.entity';
import {
  WhatsAppOnboardingEntity,
  WhatsAppOnboardingStepEntity,
} from './entities/whatsapp-onboarding.entity';
import { WhatsAppPhoneNumberEntity } from './entities/whatsapp-phone-number.entity';
import { FLOW_CONTROLLERS, FLOW_PROVIDERS } from './flows/flows.providers';
import { GROUP_CONTROLLERS, GROUP_PROVIDERS } from './groups/groups.providers';
import { MEDIA_CONTROLLERS, MEDIA_PROVIDERS } from './media/media.providers';
import { META_FIGURE_PROVIDERS, META_FIGURE_READERS } from './meta-figures/meta-figures.providers';
import { MESSAGE_CONTROLLERS, MESSAGE_PROVIDERS } from './messages/messages.providers';
import { SENDING_PROVIDERS } from './sending/sending.providers';
import { WhatsAppApi } from './whatsapp-api';
import { WhatsAppGaps } from './whatsapp-gaps';

@Module({
  imports: [
    TypeOrmModule.forFeature([
      CallEntity,
      CampaignEntity,
      CampaignImportEntity,
      CampaignProgressEntity,
      CampaignRecipientEntity,
      FlowEntity,
      GroupEntity,
      WhatsAppAccountEventEntity,
      WhatsAppBusinessAccountEntity,
      WhatsAppOnboardingEntity,
      WhatsAppOnboardingStepEntity,
      WhatsAppPhoneNumberEntity,
      TemplateEntity,
    ]),
    ConversationsModule,
    CryptoModule,
    GraphClientModule,
    MediaModule,
    MessageMediaModule,
    MetaAuthModule,
    QueueModule,
    SendingModule,
    WebhooksModule,
  ],
  controllers: [
    ...ACCOUNT_CONTROLLERS,
    ...TEMPLATE_CONTROLLERS,
    ...MESSAGE_CONTROLLERS,
    ...MEDIA_CONTROLLERS,
    ...CAMPAIGN_CONTROLLERS,
    ...FLOW_CONTROLLERS,
    ...GROUP_CONTROLLERS,
    ...CALL_CONTROLLERS,
  ],
  providers: [
    ...ACCOUNT_PROVIDERS,
    ...TEMPLATE_PROVIDERS,
    AccountScope,
    WhatsAppApi,
    WhatsAppGaps,
    ...MESSAGE_PROVIDERS,
    ...SENDING_PROVIDERS,
    ...MEDIA_PROVIDERS,
    ...CAMPAIGN_PROVIDERS,
    ...FLOW_PROVIDERS,
    ...GROUP_PROVIDERS,
    ...CALL_PROVIDERS,
    ...META_FIGURE_PROVIDERS,
  ],
  exports: [AccountScope, NumberExaminations, ...META_FIGURE_READERS],
})
export class WhatsAppModule {}

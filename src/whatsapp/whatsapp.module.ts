import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ConversationsModule } from '../conversations/conversations.module';
import { GraphClientModule } from '../graph-client/graph-client.module';
import { MediaModule } from '../media/media.module';
import { MetaAuthModule } from '../meta-auth/meta-auth.module';
import { QueueModule } from '../queue/queue.module';
import { WebhooksModule } from '../webhooks/webhooks.module';
import { AccountEventsRepository } from './account-events.repository';
import { AccountScope } from './account-scope';
import {
  AccountAlertHandler,
  AccountReviewedHandler,
  AccountUpdatedHandler,
  BusinessCapabilityHandler,
} from './account-update.handlers';
import { AccountsController } from './accounts.controller';
import { AccountsRepository } from './accounts.repository';
import { AccountsService } from './accounts.service';
import { AssetAdoptionSubscriber } from './asset-adoption.subscriber';
import { AssetDiscoveryProcessor } from './asset-discovery.processor';
import { AssetDiscoveryService } from './asset-discovery.service';
import { BusinessProfileController } from './business-profile.controller';
import { BusinessProfileService } from './business-profile.service';
import { TemplateEntity } from './entities/template.entity';
import { WhatsAppBusinessAccountEntity } from './entities/whatsapp-business-account.entity';
import { WhatsAppPhoneNumberEntity } from './entities/whatsapp-phone-number.entity';
import { MEDIA_PROVIDERS } from './media/media.providers';
import { MESSAGING_CONTROLLERS, MESSAGING_PROVIDERS } from './messaging.providers';
import { PhoneNumberNameHandler, PhoneNumberQualityHandler } from './phone-number.handlers';
import { PhoneNumbersController } from './phone-numbers.controller';
import { TemplateApi } from './template-api';
import {
  TemplateCategoryHandler,
  TemplateComponentsHandler,
  TemplateQualityHandler,
} from './template-change.handlers';
import { TemplateEventsRepository } from './template-events.repository';
import { TemplateStatusHandler } from './template-status.handler';
import { TemplateSyncProcessor } from './template-sync.processor';
import { TemplateSyncRepository } from './template-sync.repository';
import { TemplateSyncService } from './template-sync.service';
import { TemplatesController } from './templates.controller';
import { TemplatesRepository } from './templates.repository';
import { TemplatesService } from './templates.service';
import { WabaFinder } from './waba-finder';
import { WabaImporter } from './waba-importer';
import { WabaSubscriber } from './waba-subscriber';
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
  controllers: [
    AccountsController,
    PhoneNumbersController,
    BusinessProfileController,
    TemplatesController,
    ...MESSAGING_CONTROLLERS,
  ],
  providers: [
    AccountAlertHandler,
    AccountEventsRepository,
    AccountReviewedHandler,
    AccountScope,
    AccountUpdatedHandler,
    AccountsRepository,
    AccountsService,
    AssetAdoptionSubscriber,
    AssetDiscoveryProcessor,
    AssetDiscoveryService,
    BusinessCapabilityHandler,
    BusinessProfileService,
    PhoneNumberNameHandler,
    PhoneNumberQualityHandler,
    TemplateApi,
    TemplateCategoryHandler,
    TemplateComponentsHandler,
    TemplateEventsRepository,
    TemplateQualityHandler,
    TemplateStatusHandler,
    TemplateSyncProcessor,
    TemplateSyncRepository,
    TemplateSyncService,
    TemplatesRepository,
    TemplatesService,
    WabaFinder,
    WabaImporter,
    WabaSubscriber,
    WhatsAppApi,
    WhatsAppGaps,
    ...MESSAGING_PROVIDERS,
    ...MEDIA_PROVIDERS,
  ],
})
export class WhatsAppModule {}

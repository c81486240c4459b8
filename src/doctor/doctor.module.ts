import { Module } from '@nestjs/common';
import { FacebookModule } from '../facebook/facebook.module';
import { GraphClientModule } from '../graph-client/graph-client.module';
import { InstagramModule } from '../instagram/instagram.module';
import { MediaModule } from '../media/media.module';
import { MetaAuthModule } from '../meta-auth/meta-auth.module';
import { QueueModule } from '../queue/queue.module';
import { WebhooksModule } from '../webhooks/webhooks.module';
import { WhatsAppModule } from '../whatsapp/whatsapp.module';
import { ActivityCheck } from './account-checks/activity.check';
import { AssetSubscriptionsCheck } from './account-checks/asset-subscriptions.check';
import { ChannelsCheck } from './account-checks/channels.check';
import { NumbersCheck } from './account-checks/numbers.check';
import { TokenCheck } from './account-checks/token.check';
import { AccountDoctor } from './account-doctor.service';
import type { Check } from './check-runner';
import { DoctorController } from './doctor.controller';
import { DoctorService, SERVICE_CHECKS } from './doctor.service';
import { ProcessBeats } from './process-beats';
import { AppModeCheck } from './service-checks/app-mode.check';
import { AppSubscriptionsCheck } from './service-checks/app-subscriptions.check';
import { CallbackCheck } from './service-checks/callback.check';
import { DatabaseCheck } from './service-checks/database.check';
import { InboxCheck } from './service-checks/inbox.check';
import { MetaAppCheck } from './service-checks/meta-app.check';
import { OutboxCheck } from './service-checks/outbox.check';
import { ProcessesCheck } from './service-checks/processes.check';
import { RedisCheck } from './service-checks/redis.check';
import { SettingsCheck } from './service-checks/settings.check';
import { StorageCheck } from './service-checks/storage.check';

/** In the order in which it makes sense to mend what they find. */
const CHECKS = [
  SettingsCheck,
  DatabaseCheck,
  RedisCheck,
  ProcessesCheck,
  MetaAppCheck,
  AppModeCheck,
  CallbackCheck,
  AppSubscriptionsCheck,
  InboxCheck,
  OutboxCheck,
  StorageCheck,
];

@Module({
  imports: [
    FacebookModule,
    GraphClientModule,
    InstagramModule,
    MediaModule,
    MetaAuthModule,
    QueueModule,
    WebhooksModule,
    WhatsAppModule,
  ],
  controllers: [DoctorController],
  providers: [
    ...CHECKS,
    { provide: SERVICE_CHECKS, inject: CHECKS, useFactory: (...checks: Check[]) => checks },
    AccountDoctor,
    ActivityCheck,
    AssetSubscriptionsCheck,
    ChannelsCheck,
    DoctorService,
    NumbersCheck,
    ProcessBeats,
    TokenCheck,
  ],
})
export class DoctorModule {}

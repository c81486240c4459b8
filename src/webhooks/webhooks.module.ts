import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CryptoModule } from '../crypto/crypto.module';
import { GraphClientModule } from '../graph-client/graph-client.module';
import { IdentityModule } from '../identity/identity.module';
import { QueueModule } from '../queue/queue.module';
import { WebhookConfigEntity } from './entities/webhook-config.entity';
import { WebhookDeliveryEntity } from './entities/webhook-delivery.entity';
import { DeadLetters } from './dead-letters';
import { DeliveryClaims } from './delivery-claims';
import { DeliverySettlement } from './delivery-settlement';
import { DeliveryWriter } from './delivery-writer';
import { WebhookCanary } from './canary/webhook-canary.service';
import { EventRouter } from './event-router';
import { InboxAlarmScheduler } from './inbox-alarm.scheduler';
import { InboxMetrics } from './inbox.metrics';
import { WebhookGapEntity } from './entities/webhook-gap.entity';
import { AppSubscriptionCheck } from './gaps/app-subscription.check';
import { BackfillRegistry } from './gaps/backfill.registry';
import { GAP_CONTROLLERS, GAP_PROVIDERS } from './gaps/gaps.providers';
import { SubscriptionChecksRepository } from './gaps/subscription-checks.repository';
import { WebhookConfigController } from './webhook-config.controller';
import { WebhookConfigService } from './webhook-config.service';
import { WebhookDeliveriesController } from './webhook-deliveries.controller';
import { WebhookDeliveriesService } from './webhook-deliveries.service';
import { WebhookHandlerRegistry } from './webhook-handler.registry';
import { WebhookInboxService } from './webhook-inbox.service';
import { WebhookInboxWorker } from './webhook-inbox.worker';
import { WebhookIntake } from './webhook-intake';
import { WebhookProcessor } from './webhook-processor';
import { WebhookRefusals } from './webhook-refusals';
import { WebhookStatsController } from './webhook-stats.controller';
import { WebhookStatsService } from './webhook-stats.service';
import { WebhookSubscriberRegistry } from './webhook-subscriber.registry';
import { WebhookSubscriptionsApi } from './webhook-subscriptions-api';
import { WebhookWaker } from './webhook-waker';
import { WebhooksController } from './webhooks.controller';

@Module({
  imports: [
    TypeOrmModule.forFeature([WebhookConfigEntity, WebhookDeliveryEntity, WebhookGapEntity]),
    CryptoModule,
    GraphClientModule,
    IdentityModule,
    QueueModule,
  ],
  controllers: [
    WebhooksController,
    WebhookConfigController,
    WebhookDeliveriesController,
    WebhookStatsController,
    ...GAP_CONTROLLERS,
  ],
  providers: [
    WebhookHandlerRegistry,
    WebhookSubscriberRegistry,
    DeliveryWriter,
    DeliveryClaims,
    DeliverySettlement,
    DeadLetters,
    WebhookCanary,
    WebhookRefusals,
    WebhookInboxService,
    WebhookIntake,
    WebhookWaker,
    WebhookInboxWorker,
    WebhookProcessor,
    WebhookConfigService,
    WebhookDeliveriesService,
    WebhookStatsService,
    InboxAlarmScheduler,
    InboxMetrics,
    WebhookSubscriptionsApi,
    EventRouter,
    ...GAP_PROVIDERS,
  ],
  exports: [
    WebhookIntake,
    WebhookConfigService,
    WebhookHandlerRegistry,
    WebhookSubscriberRegistry,
    BackfillRegistry,
    WebhookStatsService,
    WebhookCanary,
    WebhookRefusals,
    WebhookSubscriptionsApi,
    AppSubscriptionCheck,
    SubscriptionChecksRepository,
  ],
})
export class WebhooksModule {}

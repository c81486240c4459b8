import { Module } from '@nestjs/common';
import { ConversationsModule } from '../../conversations/conversations.module';
import { CryptoModule } from '../../crypto/crypto.module';
import { IdentityModule } from '../../identity/identity.module';
import { MediaModule } from '../../media/media.module';
import { PublicEventsModule } from '../../public-events/public-events.module';
import { QueueModule } from '../../queue/queue.module';
import { EndpointDeliveriesController } from './deliveries.controller';
import { EndpointDeliveriesService } from './deliveries.service';
import { DeliveryClaims } from './delivery-claims.repository';
import { DeliveryErasure } from './delivery-erasure.repository';
import { DeliveryHolding } from './delivery-holding.repository';
import { DeliveryList } from './delivery-list.repository';
import { DeliveryReplays } from './delivery-replays.repository';
import { DeliveryResults } from './delivery-results.repository';
import { DeliveryWriter } from './delivery-writer.repository';
import { DeliveryWorker } from './delivery.worker';
import { EndpointCall } from './endpoint-call';
import { EndpointDeliveriesSubscriber } from './endpoint-deliveries.subscriber';
import { EndpointHealthRecords } from './endpoint-health.repository';
import { EndpointMetrics } from './endpoint.metrics';
import { EndpointRetention } from './endpoint-retention.scheduler';
import { EndpointSigner } from './endpoint-signer';
import { EndpointsController } from './endpoints.controller';
import { EndpointsRepository } from './endpoints.repository';
import { EndpointsService } from './endpoints.service';
import { EventPlaces } from './event-places';

/** Outbound webhooks: customers' own systems are told of what happens. */
@Module({
  imports: [ConversationsModule, CryptoModule, IdentityModule, MediaModule, PublicEventsModule, QueueModule],
  controllers: [EndpointsController, EndpointDeliveriesController],
  providers: [
    DeliveryClaims,
    DeliveryErasure,
    DeliveryHolding,
    DeliveryList,
    DeliveryReplays,
    DeliveryResults,
    DeliveryWorker,
    DeliveryWriter,
    EndpointCall,
    EndpointDeliveriesService,
    EndpointDeliveriesSubscriber,
    EndpointHealthRecords,
    EndpointMetrics,
    EndpointRetention,
    EndpointSigner,
    EndpointsRepository,
    EndpointsService,
    EventPlaces,
  ],
})
export class NotificationEndpointsModule {}

import { Module } from '@nestjs/common';
import { IdentityModule } from '../identity/identity.module';
import { WebhooksModule } from '../webhooks/webhooks.module';
import { NotificationEndpointsModule } from './endpoints/endpoints.module';
import { NotificationPreferencesController } from './notification-preferences.controller';
import { NotificationsController } from './notifications.controller';
import { NotificationList } from './reading/notification-list.repository';
import { NotificationPreferences } from './reading/notification-preferences.repository';
import { NotificationReads } from './reading/notification-reads.repository';
import { BoardRepository } from './writing/board.repository';
import { ConversationChannels } from './writing/conversation-channels';
import { NotificationMetrics } from './writing/notification.metrics';
import { NotificationRetention } from './writing/notification-retention.scheduler';
import { NotificationWriter } from './writing/notification-writer';
import { NotificationsSubscriber } from './writing/notifications.subscriber';
import { ServiceWatch } from './writing/service-watch.scheduler';
import { SubjectNames } from './writing/subject-names';

/** What is worth a person's attention. Listens to the others; nobody imports it. */
@Module({
  // `endpoints` and `preferences` before `:id`.
  imports: [NotificationEndpointsModule, IdentityModule, WebhooksModule],
  controllers: [NotificationPreferencesController, NotificationsController],
  providers: [
    BoardRepository,
    ConversationChannels,
    NotificationList,
    NotificationPreferences,
    NotificationMetrics,
    NotificationReads,
    NotificationRetention,
    NotificationWriter,
    NotificationsSubscriber,
    ServiceWatch,
    SubjectNames,
  ],
})
export class NotificationsModule {}

import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { AnalyticsModule } from './analytics/analytics.module';
import { ReportsModule } from './analytics/reports/reports.module';
import { AssetsModule } from './assets/assets.module';
import { AuditModule } from './audit/audit.module';
import { ConfigModule } from './config/config.module';
import { parseEnv } from './config/env';
import { ConversationsModule } from './conversations/conversations.module';
import { DataProtectionModule } from './conversations/erasure/data-protection.module';
import { CryptoModule } from './crypto/crypto.module';
import { DatabaseModule } from './database/database.module';
import { DoctorModule } from './doctor/doctor.module';
import { DomainEventsModule } from './domain-events/domain-events.module';
import { FacebookModule } from './facebook/facebook.module';
import { GraphClientModule } from './graph-client/graph-client.module';
import { IdempotencyModule } from './http/idempotency.module';
import { IdentityModule } from './identity/identity.module';
import { InstagramModule } from './instagram/instagram.module';
import { MetaAuthModule } from './meta-auth/meta-auth.module';
import { NotificationsModule } from './notifications/notifications.module';
import { MetricsModule } from './operations/metrics/metrics.module';
import { OperationsModule } from './operations/operations.module';
import { QueueDashboardModule } from './operations/queue-dashboard/queue-dashboard.module';
import { QueueModule } from './queue/queue.module';
import { RateLimitsModule } from './rate-limits/rate-limits.module';
import { RealtimeModule } from './realtime/realtime.module';
import { SentimentBatchesModule } from './sentiment/batches/sentiment-batches.module';
import { SentimentLaneModule } from './sentiment/lane/sentiment-lane.module';
import { SentimentAnalysisModule } from './sentiment/analysis/sentiment-analysis.module';
import { TimelinesModule } from './timelines/timelines.module';
import { TracingModule } from './tracing/tracing.module';
import { WebhooksModule } from './webhooks/webhooks.module';
import { WhatsAppModule } from './whatsapp/whatsapp.module';

@Module({})
export class AppModule {
  /**
   * @param env the environment, unchecked
   * @param extra modules beside the product's own
   */
  static forEnvironment(
    env: Readonly<Record<string, string | undefined>>,
    extra: readonly (Type | DynamicModule)[] = [],
  ): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.forEnvironment(env),
        TracingModule,
        OperationsModule,
        MetricsModule,
        QueueDashboardModule,
        DatabaseModule,
        ScheduleModule.forRoot(),
        CryptoModule,
        QueueModule,
        GraphClientModule,
        IdempotencyModule,
        RateLimitsModule,
        DomainEventsModule,
        AssetsModule,
        IdentityModule,
        AuditModule,
        WebhooksModule,
        MetaAuthModule,
        ConversationsModule,
        DataProtectionModule,
        WhatsAppModule,
        FacebookModule,
        InstagramModule,
        AnalyticsModule,
        ReportsModule,
        SentimentLaneModule,
        SentimentBatchesModule,
        NotificationsModule,
        TimelinesModule,
        SentimentAnalysisModule,
        RealtimeModule.forRoles(parseEnv(env).APP_ROLES),
        DoctorModule,
        ...extra,
      ],
    };
  }
}

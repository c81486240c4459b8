import { Module } from '@nestjs/common';
import { WhatsAppModule } from '../whatsapp/whatsapp.module';
import { MessageCounting } from './counting/message-counting.service';
import { MessageCountingSubscriber } from './counting/message-counting.subscriber';
import { MessageCountingSweeper } from './counting/message-counting.sweeper';
import { ErrorExplanationsController } from './error-explanations/error-explanations.controller';
import { FailuresRepository } from './message-metrics/failures.repository';
import { FailuresService } from './message-metrics/failures.service';
import { MessageMetricsController } from './message-metrics/message-metrics.controller';
import { MessageMetricsService } from './message-metrics/message-metrics.service';
import { MetricChannels } from './message-metrics/metric-channels.repository';
import { MetricsRepository } from './message-metrics/metrics.repository';

/** What happened, in figures. Listens to the others; nobody imports it. */
@Module({
  imports: [WhatsAppModule],
  controllers: [MessageMetricsController, ErrorExplanationsController],
  providers: [
    MessageCounting,
    MessageCountingSubscriber,
    MessageCountingSweeper,
    FailuresRepository,
    FailuresService,
    MessageMetricsService,
    MetricChannels,
    MetricsRepository,
  ],
})
export class AnalyticsModule {}

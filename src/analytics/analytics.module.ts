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
import { CaseCounting } from './counting/case-counting.service';
import { CaseCountsRepository } from './overview/case-counts.repository';
import { OverviewController } from './overview/overview.controller';
import { OverviewService } from './overview/overview.service';
import { SeriesGroups } from './overview/series-groups';
import { TimeseriesController } from './overview/timeseries.controller';
import { TimeseriesService } from './overview/timeseries.service';
import { RollupReader } from './rollups/rollup-reader';
import { AnalyticsScopes } from './scope/analytics-scopes.service';
import { AnalyticsDatasets } from './tables/analytics-datasets';

/** What happened, in figures. Listens to the others; nobody imports it. */
@Module({
  imports: [WhatsAppModule],
  controllers: [MessageMetricsController, ErrorExplanationsController, OverviewController, TimeseriesController],
  providers: [
    MessageCounting,
    MessageCountingSubscriber,
    MessageCountingSweeper,
    FailuresRepository,
    FailuresService,
    MessageMetricsService,
    MetricChannels,
    RollupReader,
    AnalyticsDatasets,
    AnalyticsScopes,
    CaseCounting,
    CaseCountsRepository,
    OverviewService,
    SeriesGroups,
    TimeseriesService,
  ],
})
export class AnalyticsModule {}

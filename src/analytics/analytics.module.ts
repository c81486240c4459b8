import { Module } from '@nestjs/common';
import { WhatsAppModule } from '../whatsapp/whatsapp.module';
import { CommentCounting } from './counting/comment-counting.service';
import { MessageCounting } from './counting/message-counting.service';
import { MessageCountingSubscriber } from './counting/message-counting.subscriber';
import { MessageCountingSweeper } from './counting/message-counting.sweeper';
import { ErrorExplanationsController } from './error-explanations/error-explanations.controller';
import { FailureGroups } from './message-metrics/failure-groups';
import { FailuresRepository } from './message-metrics/failures.repository';
import { FailuresService } from './message-metrics/failures.service';
import { MessageMetricsController } from './message-metrics/message-metrics.controller';
import { MessageMetricsService } from './message-metrics/message-metrics.service';
import { MetricChannels } from './message-metrics/metric-channels.repository';
import { CaseCounting } from './counting/case-counting.service';
import { CostsController } from './costs/costs.controller';
import { CostsService } from './costs/costs.service';
import { DifferencesController } from './costs/differences.controller';
import { DifferencesService } from './costs/differences.service';
import { AgentFiguresService } from './funnels/agent-figures.service';
import { CampaignFunnelsService } from './funnels/campaign-funnels.service';
import { ErrorFiguresService } from './funnels/error-figures.service';
import { FunnelsController } from './funnels/funnels.controller';
import { TemplateFunnelsService } from './funnels/template-funnels.service';
import { TemplateParts } from './funnels/template-parts.service';
import { AgentNames } from './response-times/agent-names.repository';
import { DurationMonthsRepository } from './response-times/duration-months.repository';
import { DurationMonths } from './response-times/duration-months.service';
import { DurationsService } from './response-times/durations.service';
import { OpenWaitsRepository } from './response-times/open-waits.repository';
import { ResponseTimesController } from './response-times/response-times.controller';
import { ResponseTimesService } from './response-times/response-times.service';
import { EngagedPostsRepository } from './engagement/engaged-posts.repository';
import { EngagementController } from './engagement/engagement.controller';
import { EngagementService } from './engagement/engagement.service';
import { MetaFiguresRepository } from './engagement/meta-figures.repository';
import { MoodsController } from './moods/moods.controller';
import { MoodsService } from './moods/moods.service';
import { CaseCountsRepository } from './overview/case-counts.repository';
import { CaseCountsService } from './overview/case-counts.service';
import { OverviewController } from './overview/overview.controller';
import { OverviewService } from './overview/overview.service';
import { SeriesGroups } from './overview/series-groups';
import { TimeseriesController } from './overview/timeseries.controller';
import { TimeseriesService } from './overview/timeseries.service';
import { FigureDays } from './rollups/figure-days.repository';
import { RememberedSums } from './rollups/remembered-sums.service';
import { RollupReader } from './rollups/rollup-reader';
import { SumsRepository } from './rollups/sums.repository';
import { AnalyticsScopes } from './scope/analytics-scopes.service';
import { AnalyticsDatasets } from './tables/analytics-datasets';

/** What happened, in figures. Listens to the others; nobody imports it. */
@Module({
  imports: [WhatsAppModule],
  controllers: [
    CostsController,
    DifferencesController,
    FunnelsController,
    ResponseTimesController,
    MessageMetricsController,
    ErrorExplanationsController,
    EngagementController,
    OverviewController,
    TimeseriesController,
    MoodsController,
  ],
  providers: [
    CommentCounting,
    MessageCounting,
    MessageCountingSubscriber,
    MessageCountingSweeper,
    FailureGroups,
    FailuresRepository,
    FailuresService,
    MessageMetricsService,
    MetricChannels,
    FigureDays,
    RememberedSums,
    RollupReader,
    SumsRepository,
    AnalyticsDatasets,
    AnalyticsScopes,
    CaseCounting,
    CaseCountsRepository,
    CaseCountsService,
    CostsService,
    DifferencesService,
    AgentFiguresService,
    AgentNames,
    CampaignFunnelsService,
    DurationMonths,
    DurationMonthsRepository,
    DurationsService,
    ErrorFiguresService,
    OpenWaitsRepository,
    ResponseTimesService,
    TemplateFunnelsService,
    TemplateParts,
    OverviewService,
    SeriesGroups,
    TimeseriesService,
    MoodsService,
    EngagedPostsRepository,
    EngagementService,
    MetaFiguresRepository,
  ],
  exports: [AnalyticsDatasets, AnalyticsScopes],
})
export class AnalyticsModule {}

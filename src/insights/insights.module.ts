import { Module } from '@nestjs/common';
import { GraphClientModule } from '../graph-client/graph-client.module';
import { QueueModule } from '../queue/queue.module';
import { InsightObjectsRepository } from './insight-objects.repository';
import { InsightSources } from './insight-source';
import { InsightAssetsRepository } from './pulling/insight-assets.repository';
import { InsightPuller } from './pulling/insight-puller';
import { InsightPullsProcessor } from './pulling/insight-pulls.processor';
import { InsightPullsScheduler } from './pulling/insight-pulls.scheduler';
import { InsightReadings } from './reading/insight-readings.service';
import { InsightValuesRepository } from './reading/insight-values.repository';
import { ObjectReader } from './reading/object-reader';
import { RefusalsRepository } from './reading/refusals.repository';
import { InsightFiguresRepository } from './reports/insight-figures.repository';
import { InsightRefresh } from './reports/insight-refresh.service';
import { InsightReports } from './reports/insight-reports.service';

/** Meta's own figures of Pages, posts, Instagram accounts and media: asked for, stored and told. Platforms register how. */
@Module({
  imports: [GraphClientModule, QueueModule],
  providers: [
    InsightAssetsRepository,
    InsightFiguresRepository,
    InsightObjectsRepository,
    InsightPuller,
    InsightPullsProcessor,
    InsightPullsScheduler,
    InsightReadings,
    InsightRefresh,
    InsightReports,
    InsightSources,
    InsightValuesRepository,
    ObjectReader,
    RefusalsRepository,
  ],
  exports: [InsightObjectsRepository, InsightReports, InsightSources, InsightValuesRepository],
})
export class InsightsModule {}

import { Module } from '@nestjs/common';
import { IdentityModule } from '../../identity/identity.module';
import { MediaModule } from '../../media/media.module';
import { QueueModule } from '../../queue/queue.module';
import { AnalyticsModule } from '../analytics.module';
import { ReportBuilder } from './report-builder';
import { ReportClaims } from './report-claims.repository';
import { ReportDownloads } from './report-downloads.service';
import { ReportOrders } from './report-orders.service';
import { ReportRemovals } from './report-removal.repository';
import { ReportSchedulesController } from './report-schedules.controller';
import { ReportSchedulesRepository } from './report-schedules.repository';
import { ReportSchedules } from './report-schedules.service';
import { ReportScheduler } from './report.scheduler';
import { ReportWorker } from './report.worker';
import { ReportsController } from './reports.controller';
import { ReportsRepository } from './reports.repository';
import { ReportsService } from './reports.service';

/** Figures as files, once or regularly. */
@Module({
  imports: [AnalyticsModule, IdentityModule, MediaModule, QueueModule],
  controllers: [ReportsController, ReportSchedulesController],
  providers: [
    ReportBuilder,
    ReportClaims,
    ReportDownloads,
    ReportOrders,
    ReportRemovals,
    ReportScheduler,
    ReportSchedules,
    ReportSchedulesRepository,
    ReportWorker,
    ReportsRepository,
    ReportsService,
  ],
})
export class ReportsModule {}

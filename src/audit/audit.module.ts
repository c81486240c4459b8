import { Global, Module } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { AuditEventsController } from './audit-events.controller';
import { AuditEvents } from './audit-events.repository';
import { AuditExportController } from './audit-export.controller';
import { AuditInterceptor } from './audit.interceptor';
import { AuditRedaction } from './audit-redaction';
import { AuditRefusals } from './audit-refusals';
import { AuditRetention } from './audit-retention.scheduler';
import { AuditSnapshots } from './audit-snapshots.repository';
import { AuditTrails } from './audit-trail.service';
import { AuditViews } from './audit-views';
import { AuditWriterModule } from './audit-writer.module';

@Global()
@Module({
  imports: [AuditWriterModule],
  controllers: [AuditEventsController, AuditExportController],
  providers: [
    { provide: APP_INTERCEPTOR, useClass: AuditInterceptor },
    AuditEvents,
    AuditRedaction,
    AuditRefusals,
    AuditRetention,
    AuditSnapshots,
    AuditTrails,
    AuditViews,
  ],
  exports: [AuditRedaction, AuditWriterModule],
})
export class AuditModule {}

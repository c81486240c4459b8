import { Controller, Get, Query, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiProduces, ApiTags } from '@nestjs/swagger';
import { ApiErrors, RawResponse } from '../http/envelope';
import { Access, CurrentUser } from '../identity/access.decorators';
import type { AuthenticatedUser } from '../identity/authenticated-user';
import { RateLimit } from '../rate-limits/rate-limit.decorator';
import { auditEventsAsCsv } from './audit-csv';
import { AuditEvents } from './audit-events.repository';
import { AuditViews } from './audit-views';
import { AuditFilterQuery, filterOf } from './dto/audit-event.dto';

/** Read from the database at once; memory does not grow with the log. */
const EXPORT_PAGE = 500;

@ApiTags('Audit log')
@Controller('meta/audit-events.csv')
export class AuditExportController {
  constructor(
    private readonly events: AuditEvents,
    private readonly views: AuditViews,
  ) {}

  /**
   * Downloads who has changed what as a table, the latest first.
   *
   * @remarks The same events as the list shows to you, with `request`, `before` and `after` as JSON in columns of their own. Cells
   * that a spreadsheet would take for a formula are made plain text.
   */
  @RateLimit('heavy')
  @Get()
  @Access('agent')
  @RawResponse()
  @ApiProduces('text/csv')
  @ApiOkResponse({
    description: 'One line for each event.',
    content: { 'text/csv': { schema: { type: 'string' } } },
  })
  @ApiErrors('VALIDATION_FAILED', 'FORBIDDEN', 'ACCOUNT_NOT_FOUND')
  async export(
    @CurrentUser() user: AuthenticatedUser,
    @Query() query: AuditFilterQuery,
  ): Promise<StreamableFile> {
    const filter = filterOf(query);
    const view = await this.views.of(user, query.accountId);
    return new StreamableFile(auditEventsAsCsv(this.events.all(view, filter, EXPORT_PAGE)), {
      type: 'text/csv; charset=utf-8',
      disposition: 'attachment; filename="audit-events.csv"',
    });
  }
}

import { Body, Controller, Delete, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiEnvelope, ApiErrors, RawResponse } from '../../http/envelope';
import { IdempotencyKey, requestDigest } from '../../http/idempotency-key';
import { UuidParam } from '../../http/uuid-param.pipe';
import { Access, CurrentUser } from '../../identity/access.decorators';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { RateLimit } from '../../rate-limits/rate-limit.decorator';
import { CreateReportDto, ReportDownloadQuery, ReportsQuery } from '../dto/report-requests.dto';
import { ReportDto, ReportPageDto, ReportRemovedDto } from '../dto/report.dto';
import { ApiIdempotencyKey, ApiReportFile, paginationOf, sliceOf } from './report-answers';
import { ReportDownloads } from './report-downloads.service';
import { ReportsService } from './reports.service';

const ROUTE = '/api/meta/analytics/reports';
const REPORT_ID = { name: 'id', description: 'The report.', format: 'uuid' };

@ApiTags('Analytics')
@Controller('meta/analytics/reports')
export class ReportsController {
  constructor(
    private readonly reports: ReportsService,
    private readonly downloads: ReportDownloads,
  ) {}

  /**
   * Asks for figures as a file.
   *
   * @remarks It is made in the background: `Location` says where to look how far it is, and you get a notification
   * (`report.ready` or `report.failed`). Its files are kept for `REPORT_RETENTION_DAYS`, 30 by default.
   */
  @RateLimit('heavy')
  @Post()
  @Access('agent')
  @ApiIdempotencyKey()
  @ApiEnvelope(ReportDto, 202, { description: 'It is going to be made.' })
  @ApiErrors(
    'VALIDATION_FAILED',
    'ACCOUNT_NOT_FOUND',
    'ACCOUNT_AMBIGUOUS',
    'NOT_FOUND',
    'CONFLICT',
    'IDEMPOTENCY_CONFLICT',
  )
  async create(
    @CurrentUser() user: AuthenticatedUser,
    @Body() body: CreateReportDto,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ReportDto> {
    const digest = requestDigest('POST', ROUTE, body);
    const { report, files } = await this.reports.create(user, body, { key, digest });
    void reply.header('location', `${ROUTE}/${report.id}`);
    return ReportDto.from(report, files);
  }

  /** Lists the reports of your accounts, newest first, with how far each is. */
  @Get()
  @Access('viewer')
  @ApiEnvelope(ReportPageDto)
  @ApiErrors('VALIDATION_FAILED', 'ACCOUNT_NOT_FOUND')
  async list(@CurrentUser() user: AuthenticatedUser, @Query() query: ReportsQuery): Promise<ReportPageDto> {
    const { accountId, state, scheduleId } = query;
    const found = await this.reports.page(user, {
      ...sliceOf(query),
      ...(accountId === undefined ? {} : { accountId }),
      state,
      scheduleId,
    });
    return {
      reports: found.map(({ report, files }) => ReportDto.from(report, files)),
      pagination: paginationOf(
        query.limit,
        found.map(({ report }) => report.id),
      ),
    };
  }

  /** Reads how far a report is, and what can be downloaded of it. */
  @Get(':id')
  @ApiParam(REPORT_ID)
  @Access('viewer')
  @ApiEnvelope(ReportDto)
  @ApiErrors('VALIDATION_FAILED', 'NOT_FOUND')
  async get(@CurrentUser() user: AuthenticatedUser, @Param('id', UuidParam) id: string): Promise<ReportDto> {
    const { report, files } = await this.reports.get(user, id);
    return ReportDto.from(report, files);
  }

  /**
   * Downloads a completed report.
   *
   * @remarks Parts of it can be asked for by `Range`. CSV with several tables is several files: `table` says which, and each has
   * its address in `files`. In CSV, words that a spreadsheet would take for a formula are made plain text. The HTML page runs no
   * scripts and loads nothing.
   */
  @RateLimit('heavy')
  @Get(':id/download')
  @ApiParam(REPORT_ID)
  @Access('viewer')
  @RawResponse()
  @ApiReportFile()
  @ApiErrors('VALIDATION_FAILED', 'NOT_FOUND', 'CONFLICT', 'GONE', 'RANGE_NOT_SATISFIABLE')
  async download(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
    @Query() { table }: ReportDownloadQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.downloads.send(await this.reports.file(user, id, table), request, reply);
  }

  /** Makes a report again that failed, was cancelled or has expired: of the same range, on your access. */
  @RateLimit('heavy')
  @Post(':id/retry')
  @ApiParam(REPORT_ID)
  @Access('agent')
  @ApiEnvelope(ReportDto, 202, { description: 'It is going to be made.' })
  @ApiErrors('VALIDATION_FAILED', 'NOT_FOUND', 'CONFLICT')
  async retry(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ReportDto> {
    const { report, files } = await this.reports.retry(user, id);
    void reply.header('location', `${ROUTE}/${report.id}`);
    return ReportDto.from(report, files);
  }

  /** Cancels a report that is being made; removes any other, with its files. */
  @Delete(':id')
  @ApiParam(REPORT_ID)
  @Access('agent')
  @ApiEnvelope(ReportRemovedDto)
  @ApiErrors('VALIDATION_FAILED', 'NOT_FOUND')
  async remove(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
  ): Promise<ReportRemovedDto> {
    return { id, state: await this.reports.remove(user, id) };
  }
}

import { Body, Controller, Delete, Get, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { ApiEnvelope, ApiErrors } from '../../http/envelope';
import { IdempotencyKey, requestDigest } from '../../http/idempotency-key';
import { UuidParam } from '../../http/uuid-param.pipe';
import { Access, CurrentUser } from '../../identity/access.decorators';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { RateLimit } from '../../rate-limits/rate-limit.decorator';
import {
  CreateReportScheduleDto,
  ReportSchedulesQuery,
  UpdateReportScheduleDto,
} from '../dto/report-requests.dto';
import { ReportScheduleDto, ReportSchedulePageDto } from '../dto/report-schedule.dto';
import { ReportDto } from '../dto/report.dto';
import { ApiIdempotencyKey, paginationOf, sliceOf } from './report-answers';
import { ReportSchedules } from './report-schedules.service';
import { ReportsService } from './reports.service';
import type { StoredSchedule } from './stored-schedule';

const ROUTE = '/api/meta/analytics/report-schedules';
const SCHEDULE_ID = { name: 'id', description: 'The schedule.', format: 'uuid' };

@ApiTags('Analytics')
@Controller('meta/analytics/report-schedules')
export class ReportSchedulesController {
  constructor(
    private readonly schedules: ReportSchedules,
    private readonly reports: ReportsService,
  ) {}

  /**
   * Has a report made regularly, and its recipients told.
   *
   * @remarks Each of its times makes one report. Of times that were missed while the service was down, the last is made up for.
   * Reports are made on the access of whoever made or changed the schedule last: where that ends, the schedule is stopped, and a
   * notification says so.
   */
  @Post()
  @Access('agent')
  @ApiIdempotencyKey()
  @ApiEnvelope(ReportScheduleDto, 201)
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
    @Body() body: CreateReportScheduleDto,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ReportScheduleDto> {
    const digest = requestDigest('POST', ROUTE, body);
    const schedule = await this.schedules.create(user, body, { key, digest });
    void reply.header('location', `${ROUTE}/${schedule.id}`);
    return this.shown(schedule);
  }

  /** Lists the schedules of your accounts, newest first. */
  @Get()
  @Access('viewer')
  @ApiEnvelope(ReportSchedulePageDto)
  @ApiErrors('VALIDATION_FAILED', 'ACCOUNT_NOT_FOUND')
  async list(
    @CurrentUser() user: AuthenticatedUser,
    @Query() query: ReportSchedulesQuery,
  ): Promise<ReportSchedulePageDto> {
    const { accountId } = query;
    const found = await this.schedules.page(user, {
      ...sliceOf(query),
      ...(accountId === undefined ? {} : { accountId }),
    });
    return {
      schedules: found.map((schedule) => this.shown(schedule)),
      pagination: paginationOf(
        query.limit,
        found.map(({ id }) => id),
      ),
    };
  }

  /** Reads a schedule, with its next five times. */
  @Get(':id')
  @ApiParam(SCHEDULE_ID)
  @Access('viewer')
  @ApiEnvelope(ReportScheduleDto)
  @ApiErrors('VALIDATION_FAILED', 'NOT_FOUND')
  async get(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
  ): Promise<ReportScheduleDto> {
    return this.shown(await this.schedules.get(user, id));
  }

  /** Changes a schedule, and takes it over. */
  @Patch(':id')
  @ApiParam(SCHEDULE_ID)
  @Access('agent')
  @ApiEnvelope(ReportScheduleDto)
  @ApiErrors('VALIDATION_FAILED', 'NOT_FOUND')
  async update(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
    @Body() body: UpdateReportScheduleDto,
  ): Promise<ReportScheduleDto> {
    return this.shown(await this.schedules.update(user, id, body));
  }

  /** Removes a schedule. The reports that it has made stay. */
  @Delete(':id')
  @ApiParam(SCHEDULE_ID)
  @Access('agent')
  @ApiEnvelope(null)
  @ApiErrors('VALIDATION_FAILED', 'NOT_FOUND')
  async remove(@CurrentUser() user: AuthenticatedUser, @Param('id', UuidParam) id: string): Promise<null> {
    await this.schedules.remove(user, id);
    return null;
  }

  /** Makes a report of it now, beside its times, on your access. */
  @RateLimit('heavy')
  @Post(':id/run')
  @ApiParam(SCHEDULE_ID)
  @Access('agent')
  @ApiIdempotencyKey()
  @ApiEnvelope(ReportDto, 202, { description: 'It is going to be made.' })
  @ApiErrors('VALIDATION_FAILED', 'NOT_FOUND', 'CONFLICT', 'IDEMPOTENCY_CONFLICT')
  async run(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ReportDto> {
    const digest = requestDigest('POST', `${ROUTE}/:id/run`, { id });
    const reportId = await this.schedules.run(user, id, { key, digest });
    void reply.header('location', `/api/meta/analytics/reports/${reportId}`);
    const { report, files } = await this.reports.get(user, reportId);
    return ReportDto.from(report, files);
  }

  private shown(schedule: StoredSchedule): ReportScheduleDto {
    return ReportScheduleDto.from(schedule, this.schedules.nextRuns(schedule));
  }
}

import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import { ConflictError, NotFoundError } from '../../errors/app.error';
import { ApiEnvelope, ApiErrors } from '../../http/envelope';
import { UuidParam } from '../../http/uuid-param.pipe';
import { Access, CurrentUser } from '../../identity/access.decorators';
import { AccountAccess } from '../../identity/account-access.service';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { RateLimit } from '../../rate-limits/rate-limit.decorator';
import { SentimentAnalyzer } from '../analysis/sentiment-analyzer';
import {
  ReanalysesQuery,
  ReanalysisDto,
  ReanalysisListDto,
  ReanalyzeDto,
  SentimentLaneDto,
} from '../dto/reanalysis.dto';
import type { StoredScan } from './sentiment-scan';
import { SentimentScanWorker } from './sentiment-scan.worker';
import { SentimentScans } from './sentiment-scans.repository';
import { SentimentWork } from './sentiment-work.repository';

const REANALYSIS_ID = { name: 'id', description: 'The reanalysis.', format: 'uuid' };

@ApiTags('Sentiment')
@Controller('meta/sentiment')
export class ReanalysisController {
  constructor(
    private readonly scans: SentimentScans,
    private readonly worker: SentimentScanWorker,
    private readonly work: SentimentWork,
    private readonly analyzer: SentimentAnalyzer,
    private readonly access: AccountAccess,
  ) {}

  /**
   * Has an account's messages and comments read again that another model has read, or none.
   *
   * @remarks It goes on by itself, in small steps and behind everything that comes in, also over a restart. What people have
   * put right stays. One at a time for each account.
   */
  @RateLimit('heavy')
  @Post('reanalyze')
  @Access('admin')
  @ApiEnvelope(ReanalysisDto, 202, { description: 'It has begun.' })
  @ApiErrors('VALIDATION_FAILED', 'ACCOUNT_NOT_FOUND', 'ACCOUNT_AMBIGUOUS', 'CONFLICT')
  async begin(@CurrentUser() user: AuthenticatedUser, @Body() dto: ReanalyzeDto): Promise<ReanalysisDto> {
    const accountId = await this.access.resolve(user, dto.accountId);
    const scan = await this.scans.begin(accountId, new Date(dto.since ?? 0), user.id);
    if (scan === null)
      throw new ConflictError('This account is being read again already. Wait for it, or cancel it.');
    this.worker.wake();
    return ReanalysisDto.from(scan);
  }

  /** Lists the latest reanalyses of an account, and how far each has come. */
  @Get('reanalyses')
  @Access('admin')
  @ApiEnvelope(ReanalysisListDto)
  @ApiErrors('VALIDATION_FAILED', 'ACCOUNT_NOT_FOUND', 'ACCOUNT_AMBIGUOUS')
  async list(
    @CurrentUser() user: AuthenticatedUser,
    @Query() query: ReanalysesQuery,
  ): Promise<ReanalysisListDto> {
    const scans = await this.scans.list(await this.access.resolve(user, query.accountId));
    return { reanalyses: scans.map((scan) => ReanalysisDto.from(scan)) };
  }

  /** Reads how far a reanalysis has come. */
  @Get('reanalyses/:id')
  @ApiParam(REANALYSIS_ID)
  @Access('admin')
  @ApiEnvelope(ReanalysisDto)
  @ApiErrors('VALIDATION_FAILED', 'NOT_FOUND')
  async get(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
  ): Promise<ReanalysisDto> {
    return ReanalysisDto.from(await this.find(user, id));
  }

  /** Ends a reanalysis. What it has found already is read all the same. */
  @Post('reanalyses/:id/cancel')
  @ApiParam(REANALYSIS_ID)
  @Access('admin')
  @ApiEnvelope(ReanalysisDto)
  @ApiErrors('VALIDATION_FAILED', 'NOT_FOUND')
  async cancel(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
  ): Promise<ReanalysisDto> {
    await this.scans.cancel(await this.find(user, id));
    return ReanalysisDto.from(await this.find(user, id));
  }

  /** Counts the texts of the whole service that wait to be read, and those that could not be. */
  @Get('lane')
  @Access('admin')
  @ApiEnvelope(SentimentLaneDto)
  async lane(): Promise<SentimentLaneDto> {
    return { model: this.analyzer.model, ...(await this.work.counts()) };
  }

  private async find(user: AuthenticatedUser, id: string): Promise<StoredScan> {
    const scan = await this.scans.find(await this.access.accountIdsOf(user.id), id);
    if (scan === null) throw new NotFoundError('There is no such reanalysis.');
    return scan;
  }
}

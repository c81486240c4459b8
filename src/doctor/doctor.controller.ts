import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApiEnvelope, ApiErrors } from '../http/envelope';
import { Access, CurrentUser } from '../identity/access.decorators';
import { AccountAccess } from '../identity/account-access.service';
import { type AuthenticatedUser, includesRole } from '../identity/authenticated-user';
import { RateLimit } from '../rate-limits/rate-limit.decorator';
import type { DoctorReport } from './doctor-report';
import { DoctorService } from './doctor.service';
import { DoctorQuery, DoctorReportDto, RunDoctorDto } from './dto/doctor.dto';

/** How old a report may be that a GET answers with: a page that polls does not make Meta be asked each time. */
const FRESH_MS = 15_000;
const MOST_REMEMBERED = 500;

/** Why messages would not arrive. */
@ApiTags('Operations')
@Controller('meta/doctor')
export class DoctorController {
  private readonly recent = new Map<string, { at: number; report: Promise<DoctorReport> }>();

  constructor(
    private readonly doctor: DoctorService,
    private readonly access: AccountAccess,
  ) {}

  /**
   * Compares what Meta has with what is needed, and says in plain words why messages would not arrive.
   *
   * @remarks It changes nothing: each finding names the route, or the place at Meta, that mends it. It takes some seconds,
   * half a minute at most; within 15 seconds the same report is given again. Without `accountId` an admin is told of the
   * service itself and of no account; with it, everybody who may see that account is told of it.
   */
  @Get()
  @Access('agent')
  @ApiEnvelope(DoctorReportDto)
  @ApiErrors('VALIDATION_FAILED', 'ACCOUNT_NOT_FOUND', 'ACCOUNT_AMBIGUOUS')
  async get(@CurrentUser() user: AuthenticatedUser, @Query() query: DoctorQuery): Promise<DoctorReportDto> {
    return DoctorReportDto.from(await this.remembered(user, query.accountId));
  }

  /** The same, looked at now in any case; and, if wished, a delivery to ourselves all the way through. */
  @RateLimit('connect')
  @Post('run')
  @Access('agent')
  @ApiEnvelope(DoctorReportDto)
  @ApiErrors('VALIDATION_FAILED', 'ACCOUNT_NOT_FOUND', 'ACCOUNT_AMBIGUOUS')
  async run(@CurrentUser() user: AuthenticatedUser, @Body() dto: RunDoctorDto): Promise<DoctorReportDto> {
    return DoctorReportDto.from(await this.examine(user, dto.accountId, dto.canary ?? false));
  }

  private async remembered(user: AuthenticatedUser, requested: string | undefined): Promise<DoctorReport> {
    const accountId = await this.accountFor(user, requested);
    const key = accountId ?? 'service';
    const known = this.recent.get(key);
    if (known !== undefined && Date.now() - known.at < FRESH_MS) return known.report;
    const report = this.examineKnown(accountId, false);
    this.recent.delete(key); // so that the map stays in order of age
    this.recent.set(key, { at: Date.now(), report });
    for (const oldest of this.recent.keys()) {
      if (this.recent.size <= MOST_REMEMBERED) break;
      this.recent.delete(oldest);
    }
    report.catch(() => this.recent.delete(key));
    return report;
  }

  private async examine(
    user: AuthenticatedUser,
    requested: string | undefined,
    canary: boolean,
  ): Promise<DoctorReport> {
    return this.examineKnown(await this.accountFor(user, requested), canary);
  }

  private async examineKnown(
    accountId: Awaited<ReturnType<AccountAccess['resolve']>> | null,
    canary: boolean,
  ): Promise<DoctorReport> {
    return accountId === null
      ? this.doctor.examineService(canary)
      : this.doctor.examineAccount(accountId, canary);
  }

  /** An admin of the service sees no more of other people's accounts than anybody else. */
  private async accountFor(user: AuthenticatedUser, requested: string | undefined) {
    if (requested === undefined && includesRole(user.role, 'admin')) return null;
    return this.access.resolve(user, requested);
  }
}

import { Injectable } from '@nestjs/common';
import type { AccountId } from '../../database/ids';
import { ConflictError, GoneError, NotFoundError, ValidationFailedError } from '../../errors/app.error';
import { IdempotencyKeys } from '../../http/idempotency-key';
import { AccountAccess } from '../../identity/account-access.service';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import type { CreateReportDto, ReportsQuery } from '../dto/report-requests.dto';
import { AnalyticsScopes } from '../scope/analytics-scopes.service';
import { daysOf } from './relative-range';
import { ReportOrders } from './report-orders.service';
import { MOST_UNDER_WAY, type ReportPage, ReportsRepository } from './reports.repository';
import type { ReportFile, ReportWish, StoredReport } from './stored-report';

/** A report with the files that can be had of it. */
export interface ReportWithFiles {
  report: StoredReport;
  files: readonly ReportFile[];
}

interface IdempotentOrder {
  key: string | undefined;
  digest: Buffer;
}

/** What people do with reports. Whose account it is not, to them there is no such report. */
@Injectable()
export class ReportsService {
  constructor(
    private readonly reports: ReportsRepository,
    private readonly orders: ReportOrders,
    private readonly scopes: AnalyticsScopes,
    private readonly access: AccountAccess,
    private readonly keys: IdempotencyKeys,
  ) {}

  /**
   * @throws ValidationFailedError for a range that cannot be answered
   * @throws ConflictError while the account has too many under way
   */
  async create(
    user: AuthenticatedUser,
    dto: CreateReportDto,
    { key, digest }: IdempotentOrder,
  ): Promise<ReportWithFiles> {
    const accountId = await this.access.resolve(user, dto.accountId);
    const wish = wishOf(dto);
    const { range } = await this.scopes.of(accountId, {
      ...daysAsked(dto),
      ...scopePartOf(wish),
      timeZone: dto.timeZone,
    });
    const id = await this.reports.transaction((tx) =>
      this.keys.replayOr(tx, { accountId, key, digest }, async () => {
        if (!(await this.reports.hasRoom(tx, accountId)))
          throw new ConflictError(
            `At most ${MOST_UNDER_WAY} reports are made at once. Wait for one of them.`,
          );
        return this.reports.insert(tx, {
          accountId,
          requestedBy: user.id,
          scheduleId: null,
          dueAt: null,
          title: dto.title ?? titleOf(range.from, range.until, range.timeZone),
          wish,
          format: dto.format,
          timeZone: range.timeZone,
          from: range.from,
          until: range.until,
          recipientIds: [user.id],
          expiresAt: this.orders.expiry(),
        });
      }),
    );
    await this.orders.wake();
    return this.get(user, id ?? '');
  }

  async page(
    user: AuthenticatedUser,
    { accountId, ...page }: Pick<ReportsQuery, 'accountId'> & ReportPage,
  ): Promise<ReportWithFiles[]> {
    const reports = await this.reports.page(await this.accountIds(user, accountId), page);
    const files = await this.reports.filesOf(reports);
    return reports.map((report) => ({ report, files: files.get(report.id) ?? [] }));
  }

  /** @throws NotFoundError */
  async get(user: AuthenticatedUser, id: string): Promise<ReportWithFiles> {
    const report = await this.reports.find(await this.access.accountIdsOf(user.id), id);
    if (report === null) throw new NotFoundError('There is no such report.');
    const files = await this.reports.filesOf([report]);
    return { report, files: files.get(report.id) ?? [] };
  }

  /**
   * The file that is meant.
   * @throws ConflictError while there is none, GoneError when there is none any more
   * @throws ValidationFailedError where it has to be said which
   */
  async file(user: AuthenticatedUser, id: string, table: string | undefined): Promise<ReportFile> {
    const { report, files } = await this.get(user, id);
    if (report.state === 'expired') throw new GoneError('The report has expired. Ask for it again.');
    if (report.state !== 'completed')
      throw new ConflictError(NOT_READY[report.state], { state: report.state, error: report.error });
    const [first] = files;
    if (table === undefined && files.length === 1 && first !== undefined) return first;
    const wanted = files.find((file) => file.table !== null && file.table === table);
    if (wanted !== undefined) return wanted;
    const names = files.flatMap((file) => file.table ?? []);
    throw ValidationFailedError.of(
      'table',
      'isIn',
      names.length === 0
        ? 'The report is one file: leave table out.'
        : `Say which of its files is meant: table must be one of ${names.join(', ')}.`,
    );
  }

  /** One that is being made is cancelled; any other goes. */
  async remove(user: AuthenticatedUser, id: string): Promise<'cancelled' | 'removed'> {
    const { report } = await this.get(user, id);
    if (await this.reports.cancel(report)) return 'cancelled';
    await this.reports.remove(report);
    return 'removed';
  }

  /** @throws ConflictError for one that is under way, or there */
  async retry(user: AuthenticatedUser, id: string): Promise<ReportWithFiles> {
    const { report } = await this.get(user, id);
    await this.reports.transaction(async (tx) => {
      if (!(await this.reports.hasRoom(tx, report.accountId)))
        throw new ConflictError(`At most ${MOST_UNDER_WAY} reports are made at once. Wait for one of them.`);
      const again = { requestedBy: user.id, expiresAt: this.orders.expiry() };
      if (!(await this.reports.queueAgain(tx, report, again)))
        throw new ConflictError('Only a report that failed, was cancelled or has expired is made again.', {
          state: report.state,
        });
    });
    await this.orders.wake();
    return this.get(user, id);
  }

  private async accountIds(user: AuthenticatedUser, accountId: string | undefined): Promise<AccountId[]> {
    return accountId === undefined
      ? this.access.accountIdsOf(user.id)
      : [await this.access.require(user, accountId)];
  }
}

const NOT_READY: Readonly<Record<Exclude<StoredReport['state'], 'completed' | 'expired'>, string>> = {
  queued: 'The report is waiting to be made.',
  running: 'The report is being made.',
  failed: 'The report could not be made.',
  cancelled: 'The report was cancelled.',
};

export function wishOf(dto: {
  datasets: ReportWish['datasets'];
  granularity: ReportWish['granularity'];
  platforms?: ReportWish['platforms'];
  channelIds?: ReportWish['channelIds'];
}): ReportWish {
  return {
    datasets: [...dto.datasets],
    granularity: dto.granularity,
    platforms: dto.platforms ?? null,
    // None named is all, as in a query.
    channelIds: (dto.channelIds ?? []).length === 0 ? null : (dto.channelIds ?? null),
  };
}

/** As figures are asked for. */
export function scopePartOf({ granularity, platforms, channelIds }: ReportWish): {
  granularity: ReportWish['granularity'];
  platform?: NonNullable<ReportWish['platforms']>;
  channelId?: string[];
} {
  return {
    granularity,
    ...(platforms === null ? {} : { platform: platforms }),
    ...(channelIds === null ? {} : { channelId: channelIds }),
  };
}

function daysAsked({ range, startDate, endDate, timeZone }: CreateReportDto): {
  startDate?: string;
  endDate?: string;
} {
  if (range !== undefined && (startDate !== undefined || endDate !== undefined))
    throw ValidationFailedError.of('range', 'exclusive', 'Give range, or startDate and endDate, not both.');
  if (range !== undefined) return daysOf(range, timeZone, new Date());
  return {
    ...(startDate === undefined ? {} : { startDate }),
    ...(endDate === undefined ? {} : { endDate }),
  };
}

function titleOf(from: Date, until: Date, timeZone: string): string {
  const days = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' });
  return `Report ${days.format(from)} – ${days.format(new Date(until.getTime() - 1))}`;
}

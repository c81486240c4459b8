import { Injectable } from '@nestjs/common';
import type { AccountId, UserId } from '../../database/ids';
import { ConflictError, NotFoundError, ValidationFailedError } from '../../errors/app.error';
import { IdempotencyKeys } from '../../http/idempotency-key';
import { AccountAccess } from '../../identity/account-access.service';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import type {
  CreateReportScheduleDto,
  ReportSchedulesQuery,
  UpdateReportScheduleDto,
} from '../dto/report-requests.dto';
import { AnalyticsScopes } from '../scope/analytics-scopes.service';
import { CronTimes } from './cron-times';
import { daysOf } from './relative-range';
import { ReportOrders } from './report-orders.service';
import { MOST_SCHEDULES, ReportSchedulesRepository } from './report-schedules.repository';
import { MOST_UNDER_WAY, ReportsRepository } from './reports.repository';
import { scopePartOf, wishOf } from './reports.service';
import type { ScheduleDraft, StoredSchedule } from './stored-schedule';

interface IdempotentOrder {
  key: string | undefined;
  digest: Buffer;
}

const NEXT_RUNS = 5;

/** What people do with schedules of reports. Whose account it is not, to them there is no such schedule. */
@Injectable()
export class ReportSchedules {
  constructor(
    private readonly schedules: ReportSchedulesRepository,
    private readonly reports: ReportsRepository,
    private readonly orders: ReportOrders,
    private readonly scopes: AnalyticsScopes,
    private readonly access: AccountAccess,
    private readonly keys: IdempotencyKeys,
  ) {}

  /** @throws ValidationFailedError for times, ranges and recipients that cannot be */
  async create(
    user: AuthenticatedUser,
    dto: CreateReportScheduleDto,
    { key, digest }: IdempotentOrder,
  ): Promise<StoredSchedule> {
    const accountId = await this.access.resolve(user, dto.accountId);
    const draft = await this.checked(accountId, {
      title: dto.title,
      wish: wishOf(dto),
      format: dto.format,
      range: dto.range,
      cron: dto.cron.trim(),
      timeZone: dto.timeZone,
      recipientIds: (dto.recipientIds ?? [user.id]) as UserId[],
      isEnabled: dto.enabled,
    });
    const id = await this.schedules.transaction((tx) =>
      this.keys.replayOr(tx, { accountId, key, digest }, async () => {
        const schedule = await this.schedules.insert(tx, { accountId, responsibleId: user.id }, draft);
        if (schedule === null) throw new ConflictError(`An account has at most ${MOST_SCHEDULES} schedules.`);
        return schedule.id;
      }),
    );
    return this.get(user, id);
  }

  async page(
    user: AuthenticatedUser,
    {
      accountId,
      ...page
    }: Pick<ReportSchedulesQuery, 'accountId' | 'limit'> & {
      before?: string | undefined;
      after?: string | undefined;
    },
  ): Promise<StoredSchedule[]> {
    const accountIds =
      accountId === undefined
        ? await this.access.accountIdsOf(user.id)
        : [await this.access.require(user, accountId)];
    return this.schedules.page(accountIds, page);
  }

  /** @throws NotFoundError */
  async get(user: AuthenticatedUser, id: string): Promise<StoredSchedule> {
    const schedule = await this.schedules.find(await this.access.accountIdsOf(user.id), id);
    if (schedule === null) throw new NotFoundError('There is no such schedule.');
    return schedule;
  }

  /** Whoever changes it takes it over. */
  async update(user: AuthenticatedUser, id: string, dto: UpdateReportScheduleDto): Promise<StoredSchedule> {
    const current = await this.get(user, id);
    const { wish } = current;
    const draft = await this.checked(current.accountId, {
      title: dto.title ?? current.title,
      wish: wishOf({
        datasets: dto.datasets ?? wish.datasets,
        granularity: dto.granularity ?? wish.granularity,
        platforms: dto.platforms === undefined ? wish.platforms : dto.platforms,
        channelIds: dto.channelIds === undefined ? wish.channelIds : dto.channelIds,
      }),
      format: dto.format ?? current.format,
      range: dto.range ?? current.range,
      cron: (dto.cron ?? current.cron).trim(),
      timeZone: dto.timeZone ?? current.timeZone,
      // Who has left since is no reason to refuse another change.
      recipientIds: (dto.recipientIds ?? (await this.stillThere(current))) as UserId[],
      isEnabled: dto.enabled ?? current.isEnabled,
    });
    const changed = await this.schedules.update(current, user.id, draft);
    if (changed === null) throw new NotFoundError('There is no such schedule.');
    return changed;
  }

  async remove(user: AuthenticatedUser, id: string): Promise<void> {
    await this.schedules.remove(await this.get(user, id));
  }

  /**
   * Orders a report of it now, beside its times.
   * @returns the report's id
   */
  async run(user: AuthenticatedUser, id: string, { key, digest }: IdempotentOrder): Promise<string> {
    const schedule = await this.get(user, id);
    const { accountId } = schedule;
    const reportId = await this.reports.transaction((tx) =>
      this.keys.replayOr(tx, { accountId, key, digest }, async () => {
        if (!(await this.reports.hasRoom(tx, accountId)))
          throw new ConflictError(
            `At most ${MOST_UNDER_WAY} reports are made at once. Wait for one of them.`,
          );
        return this.orders.order(tx, schedule, { requestedBy: user.id, dueAt: null, now: new Date() });
      }),
    );
    await this.orders.wake();
    return reportId ?? '';
  }

  nextRuns({ isEnabled, cron, timeZone }: StoredSchedule, now = new Date()): Date[] {
    return isEnabled ? new CronTimes(cron, timeZone).next(NEXT_RUNS, now) : [];
  }

  private async checked(
    accountId: AccountId,
    { isEnabled, ...draft }: Omit<ScheduleDraft, 'nextRunAt'> & { isEnabled: boolean },
  ): Promise<ScheduleDraft> {
    const now = new Date();
    const next = new CronTimes(draft.cron, draft.timeZone).after(now);
    // The range and the channels as they would be asked for now.
    await this.scopes.of(accountId, {
      ...daysOf(draft.range, draft.timeZone, now),
      ...scopePartOf(draft.wish),
      timeZone: draft.timeZone,
    });
    const strangers = await this.schedules.strangersAmong(accountId, draft.recipientIds);
    if (strangers.length > 0)
      throw ValidationFailedError.of(
        'recipientIds',
        'isMember',
        `Only members of the account can be told. These are none: ${strangers.join(', ')}.`,
      );
    return { ...draft, nextRunAt: isEnabled ? next : null };
  }

  private async stillThere({ accountId, recipientIds }: StoredSchedule): Promise<string[]> {
    const gone = new Set(await this.schedules.strangersAmong(accountId, recipientIds));
    return recipientIds.filter((id) => !gone.has(id));
  }
}

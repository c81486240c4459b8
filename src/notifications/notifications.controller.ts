import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import type { AccountId } from '../database/ids';
import { NotFoundError, ValidationFailedError } from '../errors/app.error';
import { decodeCursor, encodeCursor } from '../http/cursor';
import { ApiEnvelope, ApiErrors } from '../http/envelope';
import { UuidParam } from '../http/uuid-param.pipe';
import { Access, CurrentUser } from '../identity/access.decorators';
import { AccountAccess } from '../identity/account-access.service';
import type { AuthenticatedUser } from '../identity/authenticated-user';
import {
  NotificationsQuery,
  ReadAllDto,
  ReadNotificationDto,
  UnreadCountQuery,
} from './dto/notification-requests.dto';
import { NotificationDto, NotificationPageDto, UnreadCountDto } from './dto/notification.dto';
import { NotificationList } from './reading/notification-list.repository';
import { NOTHING_MUTED, NotificationPreferences } from './reading/notification-preferences.repository';
import { NotificationReads } from './reading/notification-reads.repository';

@ApiTags('Notifications')
@Controller('meta/notifications')
export class NotificationsController {
  constructor(
    private readonly list: NotificationList,
    private readonly reads: NotificationReads,
    private readonly preferences: NotificationPreferences,
    private readonly access: AccountAccess,
  ) {}

  /**
   * Lists what is worth your attention in all accounts that you may see, the latest news first.
   *
   * @remarks A notification that becomes news again moves to the front, so `after` also gives those. Admins of the service
   * see besides what is wrong with the service itself.
   */
  @Get()
  @Access('viewer')
  @ApiEnvelope(NotificationPageDto)
  @ApiErrors('VALIDATION_FAILED', 'ACCOUNT_NOT_FOUND')
  async page(
    @CurrentUser() user: AuthenticatedUser,
    @Query() query: NotificationsQuery,
  ): Promise<NotificationPageDto> {
    const { limit, before, after } = query;
    if (before !== undefined && after !== undefined)
      throw ValidationFailedError.of('after', 'exclusive', 'Send before or after, not both.');
    const rows = await this.list.page(user, {
      accountId: await this.accountOf(user, query.accountId),
      isUnread: query.unread,
      isResolved: query.resolved,
      severities: query.severity,
      kinds: query.kind,
      muted: query.muted === true ? NOTHING_MUTED : await this.preferences.mutedInApp(user.id),
      limit,
      before: placeIn('before', before) ?? undefined,
      after: placeIn('after', after) ?? undefined,
    });
    const last = rows.length < limit ? undefined : rows.at(-1);
    const first = rows[0];
    return {
      notifications: rows.map((row) => NotificationDto.from(row)),
      pagination: {
        limit,
        before: last === undefined ? null : encodeCursor(last.news_seq),
        after: first === undefined ? null : encodeCursor(first.news_seq),
      },
    };
  }

  /** Counts what you have not read. */
  @Get('unread-count')
  @Access('viewer')
  @ApiEnvelope(UnreadCountDto)
  @ApiErrors('VALIDATION_FAILED', 'ACCOUNT_NOT_FOUND')
  async unreadCount(
    @CurrentUser() user: AuthenticatedUser,
    @Query() query: UnreadCountQuery,
  ): Promise<UnreadCountDto> {
    const accountId = await this.accountOf(user, query.accountId);
    const muted = await this.preferences.mutedInApp(user.id);
    return UnreadCountDto.from(await this.list.countUnread(user, accountId, muted));
  }

  /** Marks everything as read for you, or everything up to a place. */
  @Post('read-all')
  @Access('viewer')
  @ApiEnvelope(UnreadCountDto, 200, { description: 'What is unread now.' })
  @ApiErrors('VALIDATION_FAILED', 'ACCOUNT_NOT_FOUND')
  async readAll(@CurrentUser() user: AuthenticatedUser, @Body() dto: ReadAllDto): Promise<UnreadCountDto> {
    const accountId = await this.accountOf(user, dto.accountId);
    await this.reads.readAll(user, accountId, placeIn('upTo', dto.upTo));
    const muted = await this.preferences.mutedInApp(user.id);
    return UnreadCountDto.from(await this.list.countUnread(user, accountId, muted));
  }

  /** Reads one notification; this does not mark it as read. */
  @Get(':id')
  @ApiParam({ name: 'id', description: 'The notification.', format: 'uuid' })
  @Access('viewer')
  @ApiEnvelope(NotificationDto)
  @ApiErrors('VALIDATION_FAILED', 'NOT_FOUND')
  async get(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
  ): Promise<NotificationDto> {
    const row = await this.list.find(user, id);
    if (row === null) throw new NotFoundError(NO_SUCH);
    return NotificationDto.from(row);
  }

  /** Marks one notification as read for you. Others who see the account are not concerned. */
  @Post(':id/read')
  @ApiParam({ name: 'id', description: 'The notification.', format: 'uuid' })
  @Access('viewer')
  @ApiEnvelope(NotificationDto)
  @ApiErrors('VALIDATION_FAILED', 'NOT_FOUND')
  async read(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
    @Body() dto: ReadNotificationDto,
  ): Promise<NotificationDto> {
    if (!(await this.reads.read(user, id, placeIn('place', dto.place)))) throw new NotFoundError(NO_SUCH);
    return this.get(user, id);
  }

  private async accountOf(
    user: AuthenticatedUser,
    requested: string | undefined,
  ): Promise<AccountId | undefined> {
    return requested === undefined ? undefined : this.access.require(user, requested);
  }
}

const NO_SUCH = 'There is no such notification.';

function placeIn(field: string, text: string | undefined): string | null {
  if (text === undefined) return null;
  return decodeCursor(field, text, (place) =>
    typeof place === 'string' && /^\d{1,18}$/.test(place) ? place : undefined,
  );
}

import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import { isUuid } from '../database/ids';
import { ForbiddenError, NotFoundError, ValidationFailedError } from '../errors/app.error';
import { decodeCursor, encodeCursor } from '../http/cursor';
import { ApiEnvelope, ApiErrors } from '../http/envelope';
import { UuidParam } from '../http/uuid-param.pipe';
import { Access, CurrentUser } from '../identity/access.decorators';
import { AccountAccess } from '../identity/account-access.service';
import type { AuthenticatedUser } from '../identity/authenticated-user';
import { AuditEvents, type AuditView } from './audit-events.repository';
import {
  AuditEventDetailDto,
  AuditEventPageDto,
  AuditEventDto,
  AuditEventsQuery,
} from './dto/audit-event.dto';

@ApiTags('Audit log')
@Controller('meta/audit-events')
export class AuditEventsController {
  constructor(
    private readonly events: AuditEvents,
    private readonly access: AccountAccess,
  ) {}

  /**
   * Lists who has changed what, the latest first.
   *
   * @remarks Owners see what was done in their accounts, and so do admins of the service who are members of them. Admins also see
   * what is no account's: users, logins, API keys, commands. Everybody else gets 403. A write is listed from the moment it is
   * begun, so the list may show one that is still `unknown`.
   */
  @Get()
  @Access('agent')
  @ApiEnvelope(AuditEventPageDto)
  @ApiErrors('VALIDATION_FAILED', 'FORBIDDEN', 'ACCOUNT_NOT_FOUND')
  async page(
    @CurrentUser() user: AuthenticatedUser,
    @Query() query: AuditEventsQuery,
  ): Promise<AuditEventPageDto> {
    const { limit, before, after, accountId, from, to, ...filter } = query;
    if (before !== undefined && after !== undefined)
      throw ValidationFailedError.of('after', 'exclusive', 'Send before or after, not both.');
    if (filter.resourceId !== undefined && filter.resourceType === undefined)
      throw ValidationFailedError.of('resourceType', 'required', 'Send resourceType beside resourceId.');
    const rows = await this.events.page(await this.viewOf(user, accountId), {
      ...filter,
      from: from === undefined ? undefined : new Date(from),
      to: to === undefined ? undefined : new Date(to),
      limit,
      before: placeIn('before', before),
      after: placeIn('after', after),
    });
    const last = rows.length < limit ? undefined : rows.at(-1);
    const first = rows[0];
    return {
      events: rows.map((row) => AuditEventDto.from(row)),
      pagination: {
        limit,
        before: last === undefined ? null : encodeCursor(last.id),
        after: first === undefined ? null : encodeCursor(first.id),
      },
    };
  }

  /** Reads one, with what was sent and what has changed. */
  @Get(':id')
  @ApiParam({ name: 'id', description: 'The event.', format: 'uuid' })
  @Access('agent')
  @ApiEnvelope(AuditEventDetailDto)
  @ApiErrors('VALIDATION_FAILED', 'NOT_FOUND')
  async get(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
  ): Promise<AuditEventDetailDto> {
    const row = await this.events.find(await this.all(user), id);
    if (row === null) throw new NotFoundError('There is no such audit event.');
    return AuditEventDetailDto.from(row);
  }

  private async viewOf(user: AuthenticatedUser, accountId: string | undefined): Promise<AuditView> {
    if (accountId !== undefined)
      return { accountIds: [await this.access.requireManager(user, accountId)], ofService: false };
    const view = await this.all(user);
    if (view.accountIds.length === 0 && !view.ofService)
      throw new ForbiddenError('Only owners of an account and admins may see the audit log.');
    return view;
  }

  private async all(user: AuthenticatedUser): Promise<AuditView> {
    return { accountIds: await this.access.managedBy(user), ofService: user.role === 'admin' };
  }
}

function placeIn(field: 'before' | 'after', cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  return decodeCursor(field, cursor, (position) =>
    typeof position === 'string' && isUuid(position) ? position : undefined,
  );
}

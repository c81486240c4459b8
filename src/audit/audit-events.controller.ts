import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import { isUuid } from '../database/ids';
import { NotFoundError, ValidationFailedError } from '../errors/app.error';
import { decodeCursor, encodeCursor } from '../http/cursor';
import { ApiEnvelope, ApiErrors } from '../http/envelope';
import { UuidParam } from '../http/uuid-param.pipe';
import { Access, CurrentUser } from '../identity/access.decorators';
import type { AuthenticatedUser } from '../identity/authenticated-user';
import { AuditEvents } from './audit-events.repository';
import { AuditViews } from './audit-views';
import {
  AuditEventDetailDto,
  AuditEventPageDto,
  AuditEventDto,
  AuditEventsQuery,
  filterOf,
} from './dto/audit-event.dto';

@ApiTags('Audit log')
@Controller('meta/audit-events')
export class AuditEventsController {
  constructor(
    private readonly events: AuditEvents,
    private readonly views: AuditViews,
  ) {}

  /**
   * Lists who has changed what, the latest first.
   *
   * @remarks Owners see what was done in their accounts, and so do admins of the service who are members of them. Admins also see
   * what is no account's: users, logins, API keys, commands, and events of accounts that nobody is a member of since they were
   * disconnected. Everybody else gets 403. A write is listed from the moment it is
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
    const { limit, before, after } = query;
    if (before !== undefined && after !== undefined)
      throw ValidationFailedError.of('after', 'exclusive', 'Send before or after, not both.');
    const filter = filterOf(query);
    const rows = await this.events.page(await this.views.of(user, query.accountId), filter, {
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
    const row = await this.events.find(await this.views.all(user), id);
    if (row === null) throw new NotFoundError('There is no such audit event.');
    return AuditEventDetailDto.from(row);
  }
}

function placeIn(field: 'before' | 'after', cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  return decodeCursor(field, cursor, (position) =>
    typeof position === 'string' && isUuid(position) ? position : undefined,
  );
}

import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { isUuid } from '../../database/ids';
import { ValidationFailedError } from '../../errors/app.error';
import { decodeCursor, encodeCursor } from '../../http/cursor';
import { ApiEnvelope, ApiErrors } from '../../http/envelope';
import { Access, CurrentUser } from '../../identity/access.decorators';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { AccountScope } from '../account-scope';
import { AccountEventDto, AccountEventPageDto, AccountEventsQuery } from '../dto/account-event.dto';
import { AccountHistory } from './account-history';

@ApiTags('WhatsApp accounts')
@Controller('meta/whatsapp/account/events')
export class AccountEventsController {
  constructor(
    private readonly history: AccountHistory,
    private readonly scope: AccountScope,
  ) {}

  /**
   * What happened to accounts and numbers, newest first.
   *
   * @remarks Restrictions, violations, reviews, limits, quality, names, security, registrations; what Meta's webhooks told,
   * what was found when a number was read, and what was done here. Kept for two years.
   */
  @Get()
  @Access('viewer')
  @ApiEnvelope(AccountEventPageDto)
  @ApiErrors('VALIDATION_FAILED', 'ACCOUNT_NOT_FOUND', 'NOT_FOUND', 'ACCOUNT_AMBIGUOUS')
  async list(
    @CurrentUser() user: AuthenticatedUser,
    @Query() query: AccountEventsQuery,
  ): Promise<AccountEventPageDto> {
    const { limit, before, after, wabaId, phoneNumberId } = query;
    if (before !== undefined && after !== undefined)
      throw ValidationFailedError.of('after', 'exclusive', 'Send before or after, not both.');
    const rows = await this.history.page({
      accountId: await this.scope.resolve(user, query),
      wabaId,
      phoneNumberId,
      limit,
      before: before === undefined ? undefined : decodeCursor('before', before, parseId),
      after: after === undefined ? undefined : decodeCursor('after', after, parseId),
    });
    const last = rows.length < limit ? undefined : rows.at(-1);
    const first = rows[0];
    return {
      events: rows.map((row) => AccountEventDto.from(row)),
      pagination: {
        limit,
        before: last === undefined ? null : encodeCursor(last.id),
        after: first === undefined ? null : encodeCursor(first.id),
      },
    };
  }
}

function parseId(position: unknown): string | undefined {
  return typeof position === 'string' && isUuid(position) ? position : undefined;
}

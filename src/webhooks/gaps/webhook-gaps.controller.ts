import { Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import { isUuid } from '../../database/ids';
import { ValidationFailedError } from '../../errors/app.error';
import { decodeCursor, encodeCursor } from '../../http/cursor';
import { ApiEnvelope, ApiErrors } from '../../http/envelope';
import { UuidParam } from '../../http/uuid-param.pipe';
import { Access, CurrentUser } from '../../identity/access.decorators';
import { AccountAccess } from '../../identity/account-access.service';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { WebhookGapDto, WebhookGapPageDto, WebhookGapsQuery } from '../dto/webhook-gap.dto';
import { WebhookGapsService } from './webhook-gaps.service';

@ApiTags('Webhooks')
@Controller('meta/webhook/gaps')
export class WebhookGapsController {
  constructor(
    private readonly gaps: WebhookGapsService,
    private readonly access: AccountAccess,
  ) {}

  /** Lists the times in which events of an account may have been missed, and what was had of them since. */
  @Get()
  @Access('agent')
  @ApiEnvelope(WebhookGapPageDto)
  @ApiErrors('VALIDATION_FAILED', 'ACCOUNT_NOT_FOUND', 'ACCOUNT_AMBIGUOUS')
  async list(
    @CurrentUser() user: AuthenticatedUser,
    @Query() query: WebhookGapsQuery,
  ): Promise<WebhookGapPageDto> {
    const { accountId, before, after, limit, state } = query;
    if (before !== undefined && after !== undefined)
      throw ValidationFailedError.of('after', 'exclusive', 'Send before or after, not both.');
    const rows = await this.gaps.page(await this.access.resolve(user, accountId), {
      limit,
      state,
      before: before === undefined ? undefined : decodeCursor('before', before, parseGapId),
      after: after === undefined ? undefined : decodeCursor('after', after, parseGapId),
    });
    const last = rows.length < limit ? undefined : rows.at(-1);
    const first = rows[0];
    return {
      gaps: rows.map((row) => WebhookGapDto.from(row)),
      pagination: {
        limit,
        before: last === undefined ? null : encodeCursor(last.id),
        after: first === undefined ? null : encodeCursor(first.id),
      },
    };
  }

  /** Reads again from Meta what may have been missed in a gap. Safe at any time: nothing is stored twice. */
  @Post(':id/repair')
  @Access('agent')
  @ApiParam({ name: 'id', description: 'The gap.', format: 'uuid' })
  @ApiEnvelope(WebhookGapDto, 202)
  @ApiErrors('VALIDATION_FAILED', 'NOT_FOUND')
  async repair(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
  ): Promise<WebhookGapDto> {
    return WebhookGapDto.from(await this.gaps.repairAgain(await this.access.accountIdsOf(user.id), id));
  }
}

function parseGapId(id: unknown): string | undefined {
  return typeof id === 'string' && isUuid(id) ? id : undefined;
}

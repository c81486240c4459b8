import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import { MentionStore } from '../../conversations/direct/mention-store';
import { parsePosition } from '../../conversations/page-position';
import { NotFoundError, ValidationFailedError } from '../../errors/app.error';
import { decodeCursor, encodeCursor } from '../../http/cursor';
import { ApiEnvelope, ApiErrors } from '../../http/envelope';
import { Access, CurrentUser } from '../../identity/access.decorators';
import { AccountAccess } from '../../identity/account-access.service';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { AccountsRepository } from './accounts.repository';
import { InstagramMentionDto, InstagramMentionPageDto, InstagramMentionsQuery } from '../dto/mention.dto';

@ApiTags('Instagram accounts')
@Controller('meta/instagram/accounts')
export class InstagramMentionsController {
  constructor(
    private readonly access: AccountAccess,
    private readonly accounts: AccountsRepository,
    private readonly mentions: MentionStore,
  ) {}

  /**
   * Where others named an Instagram account, the latest first.
   *
   * @remarks Meta tells only that it happened; what was said is read a moment later. It cannot be read where the other
   * account is a private one.
   */
  @Get(':accountId/mentions')
  @Access('viewer')
  @ApiParam({
    name: 'accountId',
    description: "Meta's id of the Instagram account, or ours.",
    example: '17841405822304914',
  })
  @ApiEnvelope(InstagramMentionPageDto)
  @ApiErrors('VALIDATION_FAILED', 'NOT_FOUND', 'ACCOUNT_NOT_FOUND')
  async list(
    @CurrentUser() user: AuthenticatedUser,
    @Param('accountId') ref: string,
    @Query() { accountId, limit, before }: InstagramMentionsQuery,
  ): Promise<InstagramMentionPageDto> {
    if (!/^(\d{1,32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i.test(ref))
      throw ValidationFailedError.of(
        'accountId',
        'isInstagramAccountId',
        'accountId must be an id of an Instagram account: digits, or a UUID.',
      );
    const mine =
      accountId === undefined
        ? await this.access.accountIdsOf(user.id)
        : [await this.access.resolve(user, accountId)];
    const found = await this.accounts.find(mine, ref.toLowerCase());
    const account = found.find(({ status }) => status !== 'available') ?? found[0];
    if (account === undefined) throw new NotFoundError('There is no such Instagram account.');
    const rows = await this.mentions.page(account.accountId, account.id, {
      limit,
      before: before === undefined ? undefined : decodeCursor('before', before, parsePosition),
    });
    const last = rows.length < limit ? undefined : rows.at(-1);
    return {
      mentions: rows.map((row) => InstagramMentionDto.from(row)),
      pagination: {
        limit,
        before: last === undefined ? null : encodeCursor({ at: last.mentionedAt, id: last.id }),
      },
    };
  }
}

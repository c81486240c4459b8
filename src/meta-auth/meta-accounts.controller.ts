import { Body, Controller, Delete, Get, Param, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { UserId } from '../database/ids';
import { ApiEnvelope, ApiErrors } from '../http/envelope';
import { UuidParam } from '../http/uuid-param.pipe';
import { Access, CurrentUser } from '../identity/access.decorators';
import type { AuthenticatedUser } from '../identity/authenticated-user';
import { Clock } from './clock';
import {
  AccountMemberListDto,
  DisconnectedDto,
  MetaAccountDto,
  MetaAccountListDto,
  SetMemberDto,
} from './dto/meta-account.dto';
import { MetaAccountsService } from './meta-accounts.service';

@ApiTags('Meta account')
@Controller('meta/auth/accounts')
export class MetaAccountsController {
  constructor(
    private readonly accounts: MetaAccountsService,
    private readonly clock: Clock,
  ) {}

  /** The connected accounts that the user may use, oldest first. */
  @Get()
  @Access('viewer')
  @ApiEnvelope(MetaAccountListDto)
  async list(@CurrentUser() user: AuthenticatedUser): Promise<MetaAccountListDto> {
    const accounts = await this.accounts.list(user);
    return { accounts: accounts.map((account) => MetaAccountDto.from(account, this.clock.now())) };
  }

  /** One connected account. */
  @Get(':id')
  @Access('viewer')
  @ApiEnvelope(MetaAccountDto)
  @ApiErrors('VALIDATION_FAILED', 'ACCOUNT_NOT_FOUND')
  async get(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
  ): Promise<MetaAccountDto> {
    return MetaAccountDto.from(await this.accounts.resolve(user, id), this.clock.now());
  }

  /**
   * Disconnects an account.
   *
   * @remarks Revokes its tokens at Meta, forgets them here and frees its phone numbers and Pages for others. What Meta
   * answers does not keep it from happening; the answer says whether Meta confirmed. Owners only.
   */
  @Delete(':id')
  @Access('agent')
  @ApiEnvelope(DisconnectedDto)
  @ApiErrors('VALIDATION_FAILED', 'FORBIDDEN', 'ACCOUNT_NOT_FOUND')
  async disconnect(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
  ): Promise<DisconnectedDto> {
    const revocation = await this.accounts.disconnect(user, id);
    return { accountId: id, status: 'disconnected', revokedAtMeta: revocation === 'revoked', revocation };
  }

  /** Who may use the account. */
  @Get(':id/members')
  @Access('viewer')
  @ApiEnvelope(AccountMemberListDto)
  @ApiErrors('VALIDATION_FAILED', 'ACCOUNT_NOT_FOUND')
  async members(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
  ): Promise<AccountMemberListDto> {
    return AccountMemberListDto.from(await this.accounts.members(user, id));
  }

  /**
   * Shares the account with another user of this service, or changes what they are to it and see of it.
   *
   * @remarks Owners only.
   */
  @Put(':id/members/:userId')
  @Access('agent')
  @ApiEnvelope(AccountMemberListDto)
  @ApiErrors('VALIDATION_FAILED', 'FORBIDDEN', 'ACCOUNT_NOT_FOUND', 'NOT_FOUND', 'CONFLICT')
  async setMember(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
    @Param('userId', UuidParam) userId: string,
    @Body() { role = 'member', sees }: SetMemberDto,
  ): Promise<AccountMemberListDto> {
    return AccountMemberListDto.from(
      await this.accounts.setMember(user, id, { userId: userId as UserId, role, sees }),
    );
  }

  /**
   * Ends the sharing with a user.
   *
   * @remarks Owners only; the last owner cannot be removed.
   */
  @Delete(':id/members/:userId')
  @Access('agent')
  @ApiEnvelope(null)
  @ApiErrors('VALIDATION_FAILED', 'FORBIDDEN', 'ACCOUNT_NOT_FOUND', 'NOT_FOUND', 'CONFLICT')
  async removeMember(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
    @Param('userId', UuidParam) userId: string,
  ): Promise<void> {
    await this.accounts.removeMember(user, id, userId as UserId);
  }
}

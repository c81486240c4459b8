import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiEnvelope, ApiErrors } from '../../http/envelope';
import { Access, CurrentUser } from '../../identity/access.decorators';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { RateLimit } from '../../rate-limits/rate-limit.decorator';
import { AccountScope } from '../account-scope';
import { AccountsService } from './accounts.service';
import { AccountSyncDto, SyncFailureDto, WabaDto, WabaListDto, WhatsAppAccountDto } from '../dto/account.dto';
import { AccountQuery, PhoneNumberQuery } from '../dto/account-query.dto';

@ApiTags('WhatsApp accounts')
@ApiErrors('VALIDATION_FAILED', 'UNAUTHORIZED', 'FORBIDDEN', 'ACCOUNT_NOT_FOUND', 'ACCOUNT_AMBIGUOUS')
@ApiErrors('META_REAUTH_REQUIRED', 'META_RATE_LIMITED', 'META_REJECTED', 'META_UNAVAILABLE', 'SERVER_ERROR')
@Controller('meta/whatsapp')
export class AccountsController {
  constructor(
    private readonly accounts: AccountsService,
    private readonly scope: AccountScope,
  ) {}

  @Get('account')
  @Access('viewer')
  @ApiOperation({
    summary: 'The WhatsApp account with its phone number and profile',
    description:
      'The first call looks for it at Meta and stores it; later ones answer from what is stored. With several numbers and none named the answer is 409 with the choices.',
  })
  @ApiEnvelope(WhatsAppAccountDto)
  @ApiErrors('NOT_FOUND', 'CONFLICT')
  async account(
    @CurrentUser() user: AuthenticatedUser,
    @Query() query: PhoneNumberQuery,
  ): Promise<WhatsAppAccountDto> {
    const accountId = await this.scope.resolve(user, query);
    const { waba, number } = await this.accounts.choose(accountId, query);
    return WhatsAppAccountDto.from(waba, number);
  }

  @Get('accounts')
  @Access('viewer')
  @ApiOperation({ summary: 'All WhatsApp Business Accounts of a connected account, with their numbers' })
  @ApiEnvelope(WabaListDto)
  @ApiErrors('NOT_FOUND', 'CONFLICT')
  async list(@CurrentUser() user: AuthenticatedUser, @Query() query: AccountQuery): Promise<WabaListDto> {
    const accounts = await this.accounts.list(await this.scope.resolve(user, query));
    return { accounts: accounts.map(({ waba, numbers }) => WabaDto.from(waba, numbers)) };
  }

  @RateLimit('heavy')
  @Post('account/sync')
  @Access('agent')
  @ApiOperation({
    summary: 'Read accounts, numbers and profiles from Meta again',
    description:
      'Also subscribes the webhooks of each account. What one account refuses does not keep the others from being read: `failures` lists it.',
  })
  @ApiEnvelope(AccountSyncDto)
  async sync(@CurrentUser() user: AuthenticatedUser, @Body() body: AccountQuery): Promise<AccountSyncDto> {
    const { accounts, result } = await this.accounts.sync(await this.scope.resolve(user, body));
    return {
      accounts: accounts.map(({ waba, numbers }) => WabaDto.from(waba, numbers)),
      failures: result.failures.map(({ wabaId, step, error }) =>
        Object.assign(new SyncFailureDto(), { wabaId, step, code: error.code, message: error.message }),
      ),
    };
  }
}

import { Body, Controller, Get, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ValidationFailedError } from '../../errors/app.error';
import { ApiEnvelope, ApiErrors } from '../../http/envelope';
import { Access, CurrentUser } from '../../identity/access.decorators';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { AccountScope, type NamedAssets } from '../account-scope';
import { AccountsService } from '../accounts/accounts.service';
import type { NumberOfAccount } from '../accounts/number-scope';
import { PhoneSettingsService } from '../accounts/phone-settings.service';
import { PhoneNumberQuery } from '../dto/account-query.dto';
import { CallPermissionStateDto, CallPermissionQuery } from '../dto/call.dto';
import { CallSettingsDto, ChangeCallSettingsDto } from '../dto/call-settings.dto';
import { callSettingsOf, callingOf } from './call-settings';
import { CallsService } from './calls.service';

@ApiTags('WhatsApp calls')
@Controller('meta/whatsapp/calls')
export class CallSettingsController {
  constructor(
    private readonly calls: CallsService,
    private readonly settings: PhoneSettingsService,
    private readonly accounts: AccountsService,
    private readonly scope: AccountScope,
  ) {}

  /** Whether and when a number can be called, as Meta has it now. */
  @Get('settings')
  @Access('viewer')
  @ApiEnvelope(CallSettingsDto)
  @ApiErrors('VALIDATION_FAILED', 'ACCOUNT_NOT_FOUND', 'NOT_FOUND', 'ACCOUNT_AMBIGUOUS')
  @ApiErrors('META_REAUTH_REQUIRED', 'META_RATE_LIMITED', 'META_REJECTED', 'META_UNAVAILABLE')
  async getSettings(
    @CurrentUser() user: AuthenticatedUser,
    @Query() query: PhoneNumberQuery,
  ): Promise<CallSettingsDto> {
    return callSettingsOf(await this.settings.settings(await this.numberOf(user, query)));
  }

  /**
   * Changes whether and when a number can be called, and answers with what Meta has then.
   *
   * @remarks Meta lets numbers call only above a messaging limit of 250, and once the app is subscribed to the field `calls`.
   */
  @Put('settings')
  @Access('agent')
  @ApiEnvelope(CallSettingsDto)
  @ApiErrors('VALIDATION_FAILED', 'ACCOUNT_NOT_FOUND', 'NOT_FOUND', 'ACCOUNT_AMBIGUOUS')
  @ApiErrors('META_REAUTH_REQUIRED', 'META_RATE_LIMITED', 'META_REJECTED', 'META_UNAVAILABLE')
  async putSettings(
    @CurrentUser() user: AuthenticatedUser,
    @Query() query: PhoneNumberQuery,
    @Body() body: ChangeCallSettingsDto,
  ): Promise<CallSettingsDto> {
    const calling = callingOf(body);
    if (Object.keys(calling).length === 0)
      throw ValidationFailedError.of('', 'isNotEmpty', 'Name at least one setting.');
    const of = await this.numberOf(user, query);
    await this.settings.changeSettings(of, { calling });
    return callSettingsOf(await this.settings.settings(of));
  }

  /**
   * Whether a person may be called, and may be asked for it.
   *
   * @remarks Read from Meta: people change it in their own settings. Asking is a message, `interactive` of type
   * `call_permission_request`.
   */
  @Get('permissions')
  @Access('viewer')
  @ApiEnvelope(CallPermissionStateDto)
  @ApiErrors('VALIDATION_FAILED', 'ACCOUNT_NOT_FOUND', 'NOT_FOUND', 'ACCOUNT_AMBIGUOUS')
  @ApiErrors('META_REAUTH_REQUIRED', 'META_RATE_LIMITED', 'META_REJECTED', 'META_UNAVAILABLE')
  async permission(
    @CurrentUser() user: AuthenticatedUser,
    @Query() query: CallPermissionQuery,
  ): Promise<CallPermissionStateDto> {
    return CallPermissionStateDto.from(await this.calls.permission(user, query, query));
  }

  private async numberOf(user: AuthenticatedUser, named: NamedAssets): Promise<NumberOfAccount> {
    const accountId = await this.scope.resolve(user, named);
    return { accountId, ...(await this.accounts.chooseNumber(accountId, named)) };
  }
}

import { Body, Controller, Delete, Get, Param, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApiEnvelope, ApiErrors } from '../../http/envelope';
import { Access, CurrentUser } from '../../identity/access.decorators';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { AccountScope } from '../account-scope';
import { WabaQuery } from '../dto/account-query.dto';
import {
  CallbackOverrideWishDto,
  CallbackRouteDto,
  WabaCallbackOverrideDto,
  WabaSubscriptionListDto,
} from '../dto/account-routing.dto';
import type { WhatsAppBusinessAccountEntity } from '../entities/whatsapp-business-account.entity';
import { AccountSubscriptions } from './account-subscriptions.service';
import { AccountsService } from './accounts.service';
import { CallbackOverrideService } from './callback-override.service';
import { ApiNumber } from './number-path';
import { NumberScope } from './number-scope';

/** Where Meta sends the events of accounts and numbers. */
@ApiTags('WhatsApp accounts')
@ApiErrors('VALIDATION_FAILED', 'ACCOUNT_NOT_FOUND', 'NOT_FOUND', 'CONFLICT', 'ACCOUNT_AMBIGUOUS')
@ApiErrors('META_REAUTH_REQUIRED', 'META_RATE_LIMITED', 'META_REJECTED', 'META_UNAVAILABLE')
@Controller('meta/whatsapp')
export class AccountRoutingController {
  constructor(
    private readonly accounts: AccountsService,
    private readonly subscriptions: AccountSubscriptions,
    private readonly overrides: CallbackOverrideService,
    private readonly scope: AccountScope,
    private readonly numberScope: NumberScope,
  ) {}

  /** Whether Meta sends us the events of each WhatsApp Business Account. Asked of Meta now. */
  @Get('account/subscriptions')
  @Access('viewer')
  @ApiEnvelope(WabaSubscriptionListDto)
  async listSubscriptions(
    @CurrentUser() user: AuthenticatedUser,
    @Query() query: WabaQuery,
  ): Promise<WabaSubscriptionListDto> {
    const accountId = await this.scope.resolve(user, query);
    return { subscriptions: await this.subscriptions.list(accountId, query.wabaId) };
  }

  /** Subscribes the app to one WhatsApp Business Account again, or to all of them, and tells how it stands then. */
  @Post('account/subscriptions')
  @Access('agent')
  @ApiEnvelope(WabaSubscriptionListDto)
  async subscribe(
    @CurrentUser() user: AuthenticatedUser,
    @Body() body: WabaQuery,
  ): Promise<WabaSubscriptionListDto> {
    const accountId = await this.scope.resolve(user, body);
    await this.subscriptions.subscribe(accountId, body.wabaId);
    return { subscriptions: await this.subscriptions.list(accountId, body.wabaId) };
  }

  /** Where the messages of a WhatsApp Business Account go. */
  @Get('account/callback-override')
  @Access('viewer')
  @ApiEnvelope(CallbackRouteDto)
  async getForAccount(
    @CurrentUser() user: AuthenticatedUser,
    @Query() query: WabaQuery,
  ): Promise<CallbackRouteDto> {
    return this.overrides.ofWaba(await this.waba(user, query));
  }

  /**
   * Sends the messages of a WhatsApp Business Account to another address than the Meta app's.
   *
   * @remarks Meta asks the address at once whether it knows the verify token. Only messages and their statuses follow it:
   * all other events go on coming to the app's address. An address of a single number goes before it.
   */
  @Put('account/callback-override')
  @Access('agent')
  @ApiEnvelope(CallbackRouteDto)
  async putForAccount(
    @CurrentUser() user: AuthenticatedUser,
    @Body() body: WabaCallbackOverrideDto,
  ): Promise<CallbackRouteDto> {
    const waba = await this.waba(user, body);
    await this.overrides.setForWaba(waba, { url: body.url, verifyToken: body.verifyToken });
    return this.overrides.ofWaba(waba);
  }

  /** Lets the messages of a WhatsApp Business Account go to the Meta app's address again. */
  @Delete('account/callback-override')
  @Access('agent')
  @ApiEnvelope(CallbackRouteDto)
  async deleteForAccount(
    @CurrentUser() user: AuthenticatedUser,
    @Query() query: WabaQuery,
  ): Promise<CallbackRouteDto> {
    const waba = await this.waba(user, query);
    await this.overrides.setForWaba(waba, null);
    return this.overrides.ofWaba(waba);
  }

  /** Where the messages of a number go. */
  @Get('phone-numbers/:id/callback-override')
  @Access('viewer')
  @ApiNumber()
  @ApiEnvelope(CallbackRouteDto)
  async getForNumber(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id') id: string,
  ): Promise<CallbackRouteDto> {
    return this.overrides.ofNumber(await this.numberScope.of(user, id));
  }

  /** Sends the messages of one number to another address, before that of its account and of the Meta app. */
  @Put('phone-numbers/:id/callback-override')
  @Access('agent')
  @ApiNumber()
  @ApiEnvelope(CallbackRouteDto)
  async putForNumber(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id') id: string,
    @Body() { url, verifyToken }: CallbackOverrideWishDto,
  ): Promise<CallbackRouteDto> {
    const of = await this.numberScope.of(user, id);
    await this.overrides.setForNumber(of, { url, verifyToken });
    return this.overrides.ofNumber(of);
  }

  /** Takes a number's own address away. */
  @Delete('phone-numbers/:id/callback-override')
  @Access('agent')
  @ApiNumber()
  @ApiEnvelope(CallbackRouteDto)
  async deleteForNumber(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id') id: string,
  ): Promise<CallbackRouteDto> {
    const of = await this.numberScope.of(user, id);
    await this.overrides.setForNumber(of, null);
    return this.overrides.ofNumber(of);
  }

  private async waba(user: AuthenticatedUser, named: WabaQuery): Promise<WhatsAppBusinessAccountEntity> {
    return this.accounts.chooseWaba(await this.scope.resolve(user, named), named.wabaId);
  }
}

import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApiEnvelope, ApiErrors } from '../http/envelope';
import { Access, CurrentUser } from '../identity/access.decorators';
import type { AuthenticatedUser } from '../identity/authenticated-user';
import { RateLimit } from '../rate-limits/rate-limit.decorator';
import { Clock } from './clock';
import { ConnectDto, ConnectedDto, LoginUrlDto, LoginUrlQuery } from './dto/connect.dto';
import { ConnectionStatusDto, StatusQuery } from './dto/connection-status.dto';
import { RefreshMetaTokenDto, RefreshedMetaTokenDto } from './dto/meta-account.dto';
import { MetaAccountsService } from './meta-accounts.service';
import { OAuthService } from './oauth.service';
import { TokenRefreshService } from './token-refresh.service';

@ApiTags('Meta account')
@Controller('meta/auth')
export class OAuthController {
  constructor(
    private readonly oauth: OAuthService,
    private readonly accounts: MetaAccountsService,
    private readonly refreshing: TokenRefreshService,
    private readonly clock: Clock,
  ) {}

  /** The address of Meta's login dialog, with a `state` that `connect` checks. */
  @RateLimit('connect')
  @Get('url')
  @Access('agent')
  @ApiEnvelope(LoginUrlDto)
  @ApiErrors('VALIDATION_FAILED')
  async url(@CurrentUser() user: AuthenticatedUser, @Query() query: LoginUrlQuery): Promise<LoginUrlDto> {
    const { redirectUri, platform = 'facebook', rerequest = false } = query;
    return this.oauth.begin(user, { redirectUri, platform, rerequest });
  }

  /**
   * Connects a Meta account with the code from the login dialog or from Embedded Signup.
   *
   * @remarks Connecting the same person again renews the account under its old id. Pages, phone numbers and the like are looked
   * up in the background afterwards. After Embedded Signup `onboarding` tells what of it is done: what is not does not fail
   * this request, and goes on by itself. Of a wrong `state`, `details.fields[].rule` says what was wrong: `signature`,
   * `expired`, `used`, `user`, `redirectUri` or `platform`.
   */
  @RateLimit('connect')
  @Post('connect')
  @Access('agent')
  @ApiEnvelope(ConnectedDto)
  @ApiErrors('VALIDATION_FAILED', 'CONFLICT', 'META_REJECTED', 'META_RATE_LIMITED', 'META_UNAVAILABLE')
  async connect(@CurrentUser() user: AuthenticatedUser, @Body() dto: ConnectDto): Promise<ConnectedDto> {
    const { accountId, login, onboarding } = await this.oauth.connect(user, dto);
    return {
      accountId,
      status: 'connected',
      permissions: login.permissions,
      declinedPermissions: login.declinedPermissions,
      expiresAt: login.tokenExpiry?.toISOString() ?? null,
      onboarding,
    };
  }

  /** Whether an account is connected and what it may do; `{connected: false}` if none ever was. */
  @Get('status')
  @Access('viewer')
  @ApiEnvelope(ConnectionStatusDto)
  @ApiErrors('VALIDATION_FAILED', 'ACCOUNT_NOT_FOUND', 'ACCOUNT_AMBIGUOUS')
  async status(
    @CurrentUser() user: AuthenticatedUser,
    @Query() query: StatusQuery,
  ): Promise<ConnectionStatusDto> {
    return ConnectionStatusDto.from(
      await this.accounts.findConnected(user, query.accountId),
      this.clock.now(),
    );
  }

  /**
   * Renews the account's token at Meta now.
   *
   * @remarks It happens by itself long before the token expires; this is for the impatient, and for finding out whether
   * the token works.
   */
  @RateLimit('connect')
  @Post('refresh-token')
  @Access('agent')
  @ApiEnvelope(RefreshedMetaTokenDto)
  @ApiErrors(
    'VALIDATION_FAILED',
    'ACCOUNT_NOT_FOUND',
    'ACCOUNT_AMBIGUOUS',
    'META_REJECTED',
    'META_REAUTH_REQUIRED',
    'META_RATE_LIMITED',
    'META_UNAVAILABLE',
  )
  async refresh(
    @CurrentUser() user: AuthenticatedUser,
    @Body() dto: RefreshMetaTokenDto,
  ): Promise<RefreshedMetaTokenDto> {
    const { id } = await this.accounts.resolve(user, dto.accountId);
    const expiresAt = await this.refreshing.refreshNow(id);
    return { expiresAt: expiresAt?.toISOString() ?? null };
  }
}

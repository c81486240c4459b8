import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApiEnvelope, ApiErrors } from '../../http/envelope';
import { Access, CurrentUser } from '../../identity/access.decorators';
import { AccountAccess } from '../../identity/account-access.service';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { WebhookAccountQuery } from '../dto/webhook-config.dto';
import { CheckSubscriptionsDto, SubscriptionsDto } from '../dto/webhook-subscriptions.dto';
import { SubscriptionCheckService } from './subscription-check.service';
import { SubscriptionReportService } from './subscription-report.service';

/** Why nothing arrives. */
@ApiTags('Webhooks')
@Controller('meta/webhook/subscriptions')
export class WebhookSubscriptionsController {
  constructor(
    private readonly report: SubscriptionReportService,
    private readonly checks: SubscriptionCheckService,
    private readonly access: AccountAccess,
  ) {}

  /**
   * Compares what Meta has of an account's webhook subscriptions with what is needed, and says what is wrong.
   *
   * @remarks As the last look showed: about once an hour, and after every outage, each subscription is looked at and put back
   * where it is gone.
   */
  @Get()
  @Access('agent')
  @ApiEnvelope(SubscriptionsDto)
  @ApiErrors('VALIDATION_FAILED', 'ACCOUNT_NOT_FOUND', 'ACCOUNT_AMBIGUOUS')
  async get(
    @CurrentUser() user: AuthenticatedUser,
    @Query() query: WebhookAccountQuery,
  ): Promise<SubscriptionsDto> {
    return this.report.of(await this.access.resolve(user, query.accountId));
  }

  /** Looks at Meta now, puts back what is gone, and tells how it stands then. */
  @Post('check')
  @Access('agent')
  @ApiEnvelope(SubscriptionsDto)
  @ApiErrors('VALIDATION_FAILED', 'ACCOUNT_NOT_FOUND', 'ACCOUNT_AMBIGUOUS')
  async check(
    @CurrentUser() user: AuthenticatedUser,
    @Body() dto: CheckSubscriptionsDto,
  ): Promise<SubscriptionsDto> {
    const accountId = await this.access.resolve(user, dto.accountId);
    await this.checks.checkApp();
    await this.checks.checkAccount(accountId);
    return this.report.of(accountId);
  }
}

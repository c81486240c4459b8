import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApiEnvelope, ApiErrors } from '../http/envelope';
import { Access, CurrentUser } from '../identity/access.decorators';
import { AccountAccess } from '../identity/account-access.service';
import type { AuthenticatedUser } from '../identity/authenticated-user';
import {
  ConfigureWebhookDto,
  ConfiguredWebhookDto,
  WebhookAccountQuery,
  WebhookConfigDto,
} from './dto/webhook-config.dto';
import { WebhookConfigService } from './webhook-config.service';

@ApiTags('Webhooks')
@Controller('meta/webhook')
export class WebhookConfigController {
  constructor(
    private readonly configs: WebhookConfigService,
    private readonly access: AccountAccess,
  ) {}

  /** Reads the webhook configuration of an account. */
  @Get()
  @Access('agent')
  @ApiEnvelope(WebhookConfigDto)
  @ApiErrors('VALIDATION_FAILED', 'ACCOUNT_NOT_FOUND', 'NOT_FOUND', 'ACCOUNT_AMBIGUOUS')
  async get(
    @CurrentUser() user: AuthenticatedUser,
    @Query() query: WebhookAccountQuery,
  ): Promise<WebhookConfigDto> {
    const { config, verifyToken } = await this.configs.get(await this.access.resolve(user, query.accountId));
    return WebhookConfigDto.of(config, verifyToken);
  }

  /**
   * Chooses which events Meta sends, and subscribes them.
   *
   * @remarks Subscribes the app at Meta, then each WhatsApp Business Account and Page. Meta verifies the address meanwhile,
   * so this service has to be reachable at its public address.
   */
  @Post('configure')
  @HttpCode(200)
  @Access('agent')
  @ApiEnvelope(ConfiguredWebhookDto)
  @ApiErrors('VALIDATION_FAILED', 'ACCOUNT_NOT_FOUND', 'ACCOUNT_AMBIGUOUS')
  async configure(
    @CurrentUser() user: AuthenticatedUser,
    @Body() dto: ConfigureWebhookDto,
  ): Promise<ConfiguredWebhookDto> {
    const accountId = await this.access.resolve(user, dto.accountId);
    return ConfiguredWebhookDto.from(await this.configs.configure(accountId, dto));
  }

  /** The same as `POST /configure`, under the address that the configuration is read at. */
  @Post()
  @HttpCode(200)
  @Access('agent')
  @ApiEnvelope(ConfiguredWebhookDto)
  @ApiErrors('VALIDATION_FAILED', 'ACCOUNT_NOT_FOUND', 'ACCOUNT_AMBIGUOUS')
  async configureToo(
    @CurrentUser() user: AuthenticatedUser,
    @Body() dto: ConfigureWebhookDto,
  ): Promise<ConfiguredWebhookDto> {
    return this.configure(user, dto);
  }
}

import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApiEnvelope, ApiErrors } from '../../http/envelope';
import { Access, CurrentUser } from '../../identity/access.decorators';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { AccountScope } from '../account-scope';
import { WabaQuery } from '../dto/account-query.dto';
import { FlowKeyReportDto, ProvideFlowKeyDto } from '../dto/flow-key.dto';
import { FlowKeysService } from './flow-keys.service';

@ApiTags('WhatsApp flows')
@Controller('meta/whatsapp/flows/encryption')
export class FlowKeysController {
  constructor(
    private readonly keys: FlowKeysService,
    private readonly scope: AccountScope,
  ) {}

  /** The key pair of the business account, and which of its numbers have it at Meta. */
  @Get()
  @Access('viewer')
  @ApiEnvelope(FlowKeyReportDto)
  @ApiErrors(
    'VALIDATION_FAILED',
    'ACCOUNT_NOT_FOUND',
    'NOT_FOUND',
    'ACCOUNT_AMBIGUOUS',
    'META_REAUTH_REQUIRED',
  )
  async get(@CurrentUser() user: AuthenticatedUser, @Query() query: WabaQuery): Promise<FlowKeyReportDto> {
    return this.keys.report(await this.scope.resolve(user, query), query.wabaId);
  }

  /**
   * Makes the key pair if there is none, and uploads its public half for every number of the business account.
   *
   * @remarks May be called again at any time, as after a number was added or registered anew. What Meta refused is told
   * with the number.
   */
  @Post()
  @Access('admin')
  @ApiEnvelope(FlowKeyReportDto)
  @ApiErrors(
    'VALIDATION_FAILED',
    'ACCOUNT_NOT_FOUND',
    'NOT_FOUND',
    'ACCOUNT_AMBIGUOUS',
    'META_REAUTH_REQUIRED',
  )
  async provide(
    @CurrentUser() user: AuthenticatedUser,
    @Body() body: ProvideFlowKeyDto,
  ): Promise<FlowKeyReportDto> {
    const accountId = await this.scope.resolve(user, body);
    return this.keys.provide(accountId, body.wabaId, body.rotate === true);
  }
}

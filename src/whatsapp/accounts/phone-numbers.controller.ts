import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { NotFoundError } from '../../errors/app.error';
import { BodyExample } from '../../http/body-example';
import { ApiEnvelope, ApiErrors } from '../../http/envelope';
import { Access, CurrentUser } from '../../identity/access.decorators';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { AccountScope } from '../account-scope';
import { PhoneNumberDto, PhoneNumberListDto } from '../dto/account.dto';
import { WabaQuery } from '../dto/account-query.dto';
import {
  AddPhoneNumberDto,
  DisplayNameDto,
  NumberHealthDto,
  PhoneNumberDetailDto,
  ReadNumberQuery,
} from '../dto/phone-number.dto';
import { textAt } from '../meta-values';
import { AccountsService } from './accounts.service';
import { healthProblems, healthSummary } from './number-health';
import { ApiNumber } from './number-path';
import { NumberScope } from './number-scope';
import { PhoneNumbersService, type ReadNumber } from './phone-numbers.service';
import { sendingLimitsOf } from './sending-limits';

@ApiTags('WhatsApp accounts')
@Controller('meta/whatsapp/phone-numbers')
export class PhoneNumbersController {
  constructor(
    private readonly accounts: AccountsService,
    private readonly numbers: PhoneNumbersService,
    private readonly scope: AccountScope,
    private readonly numberScope: NumberScope,
  ) {}

  @Get()
  @Access('viewer')
  @ApiOperation({
    summary: 'Phone numbers with quality rating, messaging limit, throughput and name review',
    description:
      'Of all WhatsApp Business Accounts of the connected account, or of the named one. Answers from what is stored, which webhooks and `POST /account/sync` keep true.',
  })
  @ApiEnvelope(PhoneNumberListDto)
  @ApiErrors(
    'VALIDATION_FAILED',
    'UNAUTHORIZED',
    'FORBIDDEN',
    'ACCOUNT_NOT_FOUND',
    'NOT_FOUND',
    'CONFLICT',
    'ACCOUNT_AMBIGUOUS',
    'META_REAUTH_REQUIRED',
    'META_RATE_LIMITED',
    'META_UNAVAILABLE',
    'SERVER_ERROR',
  )
  async list(@CurrentUser() user: AuthenticatedUser, @Query() query: WabaQuery): Promise<PhoneNumberListDto> {
    const all = await this.accounts.list(await this.scope.resolve(user, query));
    const named = query.wabaId === undefined ? all : all.filter(({ waba }) => waba.wabaId === query.wabaId);
    if (named.length === 0) throw new NotFoundError('There is no such WhatsApp Business Account.');
    return {
      phoneNumbers: named.flatMap(({ waba, numbers }) =>
        numbers.map((number) => PhoneNumberDto.from(number, waba)),
      ),
    };
  }

  /**
   * Adds a number to a WhatsApp Business Account.
   *
   * @remarks Then it is proven to be yours with `request-code` and `verify-code`, and put on the Cloud API with `register`.
   */
  @Post()
  @Access('agent')
  @ApiEnvelope(PhoneNumberDto, 201)
  @ApiErrors('VALIDATION_FAILED', 'ACCOUNT_NOT_FOUND', 'NOT_FOUND', 'CONFLICT', 'ACCOUNT_AMBIGUOUS')
  @ApiErrors('META_REAUTH_REQUIRED', 'META_RATE_LIMITED', 'META_REJECTED', 'META_UNAVAILABLE')
  async add(
    @CurrentUser() user: AuthenticatedUser,
    @Body() body: AddPhoneNumberDto,
  ): Promise<PhoneNumberDto> {
    const accountId = await this.scope.resolve(user, body);
    const waba = await this.accounts.chooseWaba(accountId, body.wabaId);
    const { number } = await this.numbers.add(waba, body);
    return PhoneNumberDto.from(number, waba);
  }

  /** One number, from what is stored or, with `refresh=true`, as Meta has it now. */
  @Get(':id')
  @Access('viewer')
  @ApiNumber()
  @ApiEnvelope(PhoneNumberDetailDto)
  async get(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id') id: string,
    @Query() { refresh = false }: ReadNumberQuery,
  ): Promise<PhoneNumberDetailDto> {
    const of = await this.numberScope.of(user, id);
    const { number, waba, isStale } = refresh ? await this.numbers.refresh(of) : { ...of, isStale: false };
    return Object.assign(new PhoneNumberDetailDto(), PhoneNumberDto.from(number, waba), { stale: isStale });
  }

  /** Whether Meta lets the number send, who or what hinders it, and what to do about that. Asked of Meta now. */
  @Get(':id/health')
  @Access('viewer')
  @ApiNumber()
  @ApiEnvelope(NumberHealthDto)
  async health(@CurrentUser() user: AuthenticatedUser, @Param('id') id: string): Promise<NumberHealthDto> {
    return healthOf(await this.numbers.refresh(await this.numberScope.of(user, id)));
  }

  /**
   * Asks Meta for another display name.
   *
   * @remarks Meta reviews it and tells by webhook. Once it is approved, register the number again within 14 days: until
   * then customers see the old name.
   */
  @BodyExample({ displayName: 'Greenhouse Pumpkins' })
  @Post(':id/display-name')
  @Access('agent')
  @ApiNumber()
  @ApiEnvelope(PhoneNumberDto)
  async displayName(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id') id: string,
    @Body() { displayName }: DisplayNameDto,
  ): Promise<PhoneNumberDto> {
    const { number, waba } = await this.numbers.requestDisplayName(
      await this.numberScope.of(user, id),
      displayName,
    );
    return PhoneNumberDto.from(number, waba);
  }
}

function healthOf({ number, waba, isStale }: ReadNumber): NumberHealthDto {
  const limits = sendingLimitsOf(number, waba, new Date());
  return {
    phoneNumberId: number.phoneNumberId,
    verdict: textAt(number.healthStatus, 'can_send_message') ?? null,
    summary: healthSummary(number.healthStatus),
    problems: healthProblems(number.healthStatus),
    canSend: limits.canSend,
    sendingProblem: limits.reason,
    stale: isStale,
  };
}

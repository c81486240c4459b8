import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { NotFoundError } from '../../errors/app.error';
import { ApiEnvelope, ApiErrors } from '../../http/envelope';
import { Access, CurrentUser } from '../../identity/access.decorators';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { AccountScope } from '../account-scope';
import { AccountsService } from './accounts.service';
import { PhoneNumberDto, PhoneNumberListDto } from '../dto/account.dto';
import { WabaQuery } from '../dto/account-query.dto';

@ApiTags('WhatsApp accounts')
@Controller('meta/whatsapp/phone-numbers')
export class PhoneNumbersController {
  constructor(
    private readonly accounts: AccountsService,
    private readonly scope: AccountScope,
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
}

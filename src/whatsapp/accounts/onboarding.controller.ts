import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import { ApiEnvelope, ApiErrors } from '../../http/envelope';
import { UuidParam } from '../../http/uuid-param.pipe';
import { Access, CurrentUser } from '../../identity/access.decorators';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { AccountScope } from '../account-scope';
import { WabaQuery } from '../dto/account-query.dto';
import { OnboardingDto, OnboardingListDto, RetryOnboardingDto } from '../dto/onboarding.dto';
import { ApiNumber } from './number-path';
import { NumberScope } from './number-scope';
import { type Onboarding, OnboardingService } from './onboarding.service';

/** What Embedded Signup brought in, and how far it is from being ready. */
@ApiTags('WhatsApp accounts')
@Controller('meta/whatsapp')
export class OnboardingController {
  constructor(
    private readonly onboardings: OnboardingService,
    private readonly scope: AccountScope,
    private readonly numberScope: NumberScope,
  ) {}

  /** The onboardings of a connected account, newest first, at most a hundred. */
  @Get('account/onboardings')
  @Access('viewer')
  @ApiEnvelope(OnboardingListDto)
  @ApiErrors('VALIDATION_FAILED', 'ACCOUNT_NOT_FOUND', 'NOT_FOUND', 'ACCOUNT_AMBIGUOUS')
  async list(@CurrentUser() user: AuthenticatedUser, @Query() query: WabaQuery): Promise<OnboardingListDto> {
    const found = await this.onboardings.list(await this.scope.resolve(user, query), {
      wabaId: query.wabaId,
    });
    return { onboardings: found.map(dtoOf) };
  }

  /** Takes the steps that failed once more, for instance with the right PIN. */
  @Post('account/onboardings/:onboardingId/retry')
  @Access('agent')
  @ApiParam({ name: 'onboardingId', description: 'The onboarding.', format: 'uuid' })
  @ApiEnvelope(OnboardingDto)
  @ApiErrors('VALIDATION_FAILED', 'NOT_FOUND')
  async retry(
    @CurrentUser() user: AuthenticatedUser,
    @Param('onboardingId', UuidParam) onboardingId: string,
    @Body() { pin }: RetryOnboardingDto,
  ): Promise<OnboardingDto> {
    const mine = await this.scope.accountIdsOf(user);
    return dtoOf(await this.onboardings.retry(mine, onboardingId, pin ?? null));
  }

  /** How far a number that was brought in by Embedded Signup is, with the contacts and past chats of its phone app. */
  @Get('phone-numbers/:id/onboarding')
  @Access('viewer')
  @ApiNumber()
  @ApiEnvelope(OnboardingDto)
  async ofNumber(@CurrentUser() user: AuthenticatedUser, @Param('id') id: string): Promise<OnboardingDto> {
    const { accountId, number } = await this.numberScope.of(user, id);
    return dtoOf(await this.onboardings.ofNumber(accountId, number.phoneNumberId));
  }
}

function dtoOf({ onboarding, steps, state }: Onboarding): OnboardingDto {
  return OnboardingDto.from(onboarding, steps, state);
}

import { Body, Controller, Param, Post, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApiEnvelope, ApiErrors } from '../../http/envelope';
import { Access, CurrentUser } from '../../identity/access.decorators';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { PhoneNumberDto } from '../dto/account.dto';
import {
  RegisterNumberDto,
  RequestCodeDto,
  RevealedPinDto,
  TwoStepPinDto,
  VerifyCodeDto,
} from '../dto/phone-number.dto';
import { ApiNumber } from './number-path';
import { type NumberOfAccount, NumberScope } from './number-scope';
import { PhoneRegistrationService } from './phone-registration.service';

/** From a number that was added to one that sends. */
@ApiTags('WhatsApp accounts')
@Controller('meta/whatsapp/phone-numbers/:id')
export class PhoneRegistrationController {
  constructor(
    private readonly registration: PhoneRegistrationService,
    private readonly scope: NumberScope,
  ) {}

  /**
   * Lets Meta send a six-digit code to the number, by SMS or by calling it.
   *
   * @remarks Meta limits how often; `Retry-After` is then Meta's own time where it names one.
   */
  @Post('request-code')
  @Access('agent')
  @ApiNumber()
  @ApiEnvelope(PhoneNumberDto)
  async requestCode(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id') id: string,
    @Body() { method, language }: RequestCodeDto,
  ): Promise<PhoneNumberDto> {
    const of = await this.scope.of(user, id);
    await this.registration.requestCode(of, { method, language });
    return this.answer(of);
  }

  /** Proves with the code that the number is yours. */
  @Post('verify-code')
  @Access('agent')
  @ApiNumber()
  @ApiEnvelope(PhoneNumberDto)
  async verifyCode(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id') id: string,
    @Body() { code }: VerifyCodeDto,
  ): Promise<PhoneNumberDto> {
    const of = await this.scope.of(user, id);
    await this.registration.verifyCode(of, code);
    return this.answer(of);
  }

  /**
   * Puts the number on the Cloud API: from then on it sends and receives.
   *
   * @remarks At most ten times within 72 hours. A PIN that is made up is kept encrypted; an admin can have it shown.
   * A number that is also on the phone app is not registered: 409.
   */
  @Post('register')
  @Access('agent')
  @ApiNumber()
  @ApiEnvelope(PhoneNumberDto)
  @ApiErrors('CONFLICT')
  async register(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id') id: string,
    @Body() { pin, dataLocalizationRegion }: RegisterNumberDto,
  ): Promise<PhoneNumberDto> {
    const of = await this.scope.of(user, id);
    await this.registration.register(of, { pin, region: dataLocalizationRegion });
    return this.answer(of);
  }

  /** Takes the number off the Cloud API. It can send nothing until it is registered again. */
  @Post('deregister')
  @Access('agent')
  @ApiNumber()
  @ApiEnvelope(PhoneNumberDto)
  async deregister(@CurrentUser() user: AuthenticatedUser, @Param('id') id: string): Promise<PhoneNumberDto> {
    const of = await this.scope.of(user, id);
    await this.registration.deregister(of);
    return this.answer(of);
  }

  /** Sets or changes the two-step PIN, which registering needs. It is kept encrypted. */
  @Put('two-step-pin')
  @Access('agent')
  @ApiNumber()
  @ApiEnvelope(PhoneNumberDto)
  async setPin(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id') id: string,
    @Body() { pin }: TwoStepPinDto,
  ): Promise<PhoneNumberDto> {
    const of = await this.scope.of(user, id);
    await this.registration.setPin(of, pin);
    return this.answer(of);
  }

  /** Shows the two-step PIN that is kept here. Who had it shown stands in the account's events from then on. */
  @Post('two-step-pin/reveal')
  @Access('admin')
  @ApiNumber()
  @ApiEnvelope(RevealedPinDto)
  async revealPin(@CurrentUser() user: AuthenticatedUser, @Param('id') id: string): Promise<RevealedPinDto> {
    const held = await this.registration.revealPin(await this.scope.of(user, id), user);
    const { pin, pendingPin, setAt, changedAt } = held;
    // Meta tells of our own change, too, a moment after we made it.
    const outdated =
      changedAt !== null && setAt !== null && changedAt.getTime() > setAt.getTime() + MINUTE_MS;
    return { pin, pendingPin, setAt, outdated };
  }

  private async answer(of: NumberOfAccount): Promise<PhoneNumberDto> {
    const { number, waba } = await this.scope.again(of);
    return PhoneNumberDto.from(number, waba);
  }
}

const MINUTE_MS = 60_000;

import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApiEnvelope, ApiErrors } from '../http/envelope';
import { Access, CurrentUser } from '../identity/access.decorators';
import type { AuthenticatedUser } from '../identity/authenticated-user';
import {
  CancelledSignupDto,
  SignupCancellationDto,
  SignupCancellationListDto,
  SignupCancellationsQuery,
} from './dto/signup-cancellation.dto';
import { SignupCancellations } from './signup-cancellations.service';

@ApiTags('Meta account')
@Controller('meta/auth/signup-cancellations')
export class SignupCancellationsController {
  constructor(private readonly cancellations: SignupCancellations) {}

  /** Keeps the `CANCEL` event of Embedded Signup, so that support knows where somebody got stuck and why. */
  @Post()
  @Access('agent')
  @ApiEnvelope(SignupCancellationDto, 201)
  @ApiErrors('VALIDATION_FAILED')
  async record(
    @CurrentUser() user: AuthenticatedUser,
    @Body() dto: CancelledSignupDto,
  ): Promise<SignupCancellationDto> {
    return SignupCancellationDto.from(await this.cancellations.record(user, dto));
  }

  /** Your own cancelled signups, newest first; admins see everybody's. The newest 100 of each user are kept. */
  @Get()
  @Access('agent')
  @ApiEnvelope(SignupCancellationListDto)
  @ApiErrors('VALIDATION_FAILED')
  async list(
    @CurrentUser() user: AuthenticatedUser,
    @Query() { limit }: SignupCancellationsQuery,
  ): Promise<SignupCancellationListDto> {
    const rows = await this.cancellations.list(user, limit);
    return { cancellations: rows.map((row) => SignupCancellationDto.from(row)) };
  }
}

import { Body, Controller, Get, Put, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiEnvelope, ApiErrors } from '../../http/envelope';
import { Access, CurrentUser } from '../../identity/access.decorators';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { AccountScope } from '../account-scope';
import { BusinessProfileService } from './business-profile.service';
import { PhoneNumberQuery } from '../dto/account-query.dto';
import { NumberProfileDto, UpdateBusinessProfileDto } from '../dto/business-profile.dto';
import type { BusinessProfileChange } from '../whatsapp-api';

@ApiTags('WhatsApp accounts')
@ApiErrors('VALIDATION_FAILED', 'UNAUTHORIZED', 'FORBIDDEN', 'ACCOUNT_NOT_FOUND', 'NOT_FOUND')
@ApiErrors('CONFLICT', 'ACCOUNT_AMBIGUOUS', 'META_REAUTH_REQUIRED', 'META_RATE_LIMITED', 'META_REJECTED')
@ApiErrors('META_UNAVAILABLE', 'SERVER_ERROR')
@Controller('meta/whatsapp/business-profile')
export class BusinessProfileController {
  constructor(
    private readonly profiles: BusinessProfileService,
    private readonly scope: AccountScope,
  ) {}

  @Get()
  @Access('viewer')
  @ApiOperation({
    summary: 'The profile that customers see of a number',
    description: 'Read from Meta; when Meta does not answer, what was stored before, with `stale: true`.',
  })
  @ApiEnvelope(NumberProfileDto)
  async get(
    @CurrentUser() user: AuthenticatedUser,
    @Query() query: PhoneNumberQuery,
  ): Promise<NumberProfileDto> {
    const { number, profile, isStale } = await this.profiles.get(
      await this.scope.resolve(user, query),
      query,
    );
    return NumberProfileDto.of(number.phoneNumberId, profile, isStale);
  }

  @Put()
  @Access('agent')
  @ApiOperation({
    summary: 'Change the profile that customers see of a number',
    description:
      'Fields that are left out stay as they are. Answers with the profile as Meta has it afterwards.',
  })
  @ApiEnvelope(NumberProfileDto)
  @ApiErrors('UNSUPPORTED_MEDIA')
  async update(
    @CurrentUser() user: AuthenticatedUser,
    @Body() body: UpdateBusinessProfileDto,
  ): Promise<NumberProfileDto> {
    const accountId = await this.scope.resolve(user, body);
    const { number, profile, isStale } = await this.profiles.update(
      accountId,
      body,
      changeOf(body),
      body.profilePictureMediaId,
    );
    return NumberProfileDto.of(number.phoneNumberId, profile, isStale);
  }
}

function changeOf(body: UpdateBusinessProfileDto): BusinessProfileChange {
  return {
    ...(body.about === undefined ? {} : { about: body.about }),
    ...(body.address === undefined ? {} : { address: body.address }),
    ...(body.description === undefined ? {} : { description: body.description }),
    ...(body.email === undefined ? {} : { email: body.email }),
    ...(body.websites === undefined ? {} : { websites: body.websites }),
    ...(body.vertical === undefined ? {} : { vertical: body.vertical }),
    ...(body.profilePictureHandle === undefined ? {} : { profile_picture_handle: body.profilePictureHandle }),
  };
}

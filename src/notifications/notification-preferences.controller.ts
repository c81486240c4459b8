import { Body, Controller, Get, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApiEnvelope, ApiErrors } from '../http/envelope';
import { Access, CurrentUser } from '../identity/access.decorators';
import type { AuthenticatedUser } from '../identity/authenticated-user';
import {
  NotificationPreferencesDto,
  SetNotificationPreferencesDto,
} from './dto/notification-preferences.dto';
import { NotificationPreferences } from './reading/notification-preferences.repository';

@ApiTags('Notifications')
@Controller('meta/notifications/preferences')
export class NotificationPreferencesController {
  constructor(private readonly preferences: NotificationPreferences) {}

  /** Reads what you want to be told of, and the kinds that there are. */
  @Get()
  @Access('viewer')
  @ApiEnvelope(NotificationPreferencesDto)
  async get(@CurrentUser() user: AuthenticatedUser): Promise<NotificationPreferencesDto> {
    return NotificationPreferencesDto.from(await this.preferences.mutedInApp(user.id));
  }

  /** Sets what you do not want to be told of, in all accounts. */
  @Put()
  @Access('viewer')
  @ApiEnvelope(NotificationPreferencesDto)
  @ApiErrors('VALIDATION_FAILED')
  async set(
    @CurrentUser() user: AuthenticatedUser,
    @Body() { inApp }: SetNotificationPreferencesDto,
  ): Promise<NotificationPreferencesDto> {
    const muted = { kinds: inApp.mutedKinds, severities: inApp.mutedSeverities };
    await this.preferences.setMutedInApp(user.id, muted);
    return NotificationPreferencesDto.from(muted);
  }
}

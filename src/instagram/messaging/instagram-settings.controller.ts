import { Body, Controller, Delete, Get, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { instanceToPlain } from 'class-transformer';
import { recipientOf } from '../../direct-messaging/direct-recipients.service';
import type { ThreadAction } from '../../direct-messaging/direct-settings-api';
import { DirectSettings } from '../../direct-messaging/direct-settings.service';
import { DirectProfileDto } from '../../direct-messaging/dto/direct-profile.dto';
import { ThreadControlDoneDto } from '../../direct-messaging/dto/thread-control.dto';
import { BodyExample } from '../../http/body-example';
import { ApiEnvelope, ApiErrors } from '../../http/envelope';
import { Access, CurrentUser } from '../../identity/access.decorators';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import {
  DeleteInstagramProfileQuery,
  INSTAGRAM_PROFILE_FIELDS,
  InstagramProfileQuery,
  InstagramProfileWriteDto,
  InstagramThreadDto,
  PassInstagramThreadDto,
} from '../dto/instagram-message-requests.dto';
import { InstagramMessagingHouse } from './instagram-messaging.house';
import { InstagramNaming } from './instagram-naming';

@ApiTags('Instagram messages')
@ApiErrors(
  'ACCOUNT_NOT_FOUND',
  'ACCOUNT_AMBIGUOUS',
  'NOT_FOUND',
  'RATE_LIMITED',
  'META_REJECTED',
  'META_REAUTH_REQUIRED',
  'META_RATE_LIMITED',
  'META_UNAVAILABLE',
)
@Controller('meta/instagram')
export class InstagramMessagingSettingsController {
  constructor(
    private readonly house: InstagramMessagingHouse,
    private readonly naming: InstagramNaming,
    private readonly settings: DirectSettings,
  ) {}

  /** Reads what people see of an Instagram account before they write: menu and questions. */
  @Get('messenger-profile')
  @Access('viewer')
  @ApiEnvelope(DirectProfileDto)
  async profile(
    @CurrentUser() user: AuthenticatedUser,
    @Query() query: InstagramProfileQuery,
  ): Promise<DirectProfileDto> {
    const named = await this.naming.of(user, query);
    return { profile: await this.settings.profile(this.house, user, named, query.fields) };
  }

  /**
   * Sets menu or questions of an Instagram account; those that are left out stay as they are.
   *
   * @remarks People see changes after up to some minutes, and the menu after they have opened the conversation anew.
   */
  @BodyExample({
    ice_breakers: [{ call_to_actions: [{ question: 'When are you open?', payload: 'OPENING_HOURS' }] }],
  })
  @Put('messenger-profile')
  @Access('agent')
  @ApiEnvelope(DirectProfileDto)
  async setProfile(
    @CurrentUser() user: AuthenticatedUser,
    @Body() dto: InstagramProfileWriteDto,
  ): Promise<DirectProfileDto> {
    const { igAccountId, accountId, ...profile } = instanceToPlain(dto) as InstagramProfileWriteDto;
    const named = await this.naming.of(user, { igAccountId, accountId });
    await this.settings.setProfile(this.house, user, named, profile);
    return { profile: await this.settings.profile(this.house, user, named, INSTAGRAM_PROFILE_FIELDS) };
  }

  /** Takes menu or questions of an Instagram account away. */
  @Delete('messenger-profile')
  @Access('agent')
  @ApiEnvelope(DirectProfileDto)
  async deleteProfile(
    @CurrentUser() user: AuthenticatedUser,
    @Query() query: DeleteInstagramProfileQuery,
  ): Promise<DirectProfileDto> {
    const named = await this.naming.of(user, query);
    await this.settings.deleteProfile(this.house, user, named, query.fields);
    return { profile: await this.settings.profile(this.house, user, named, INSTAGRAM_PROFILE_FIELDS) };
  }

  /** Passes a conversation on Instagram on to another app, such as the inbox where humans answer. */
  @Post('threads/pass')
  @Access('agent')
  @ApiEnvelope(ThreadControlDoneDto)
  async pass(
    @CurrentUser() user: AuthenticatedUser,
    @Body() dto: PassInstagramThreadDto,
  ): Promise<ThreadControlDoneDto> {
    return this.control(user, 'pass', dto, dto.target_app_id);
  }

  /** Takes a conversation on Instagram from the app that has it; only the primary app may. */
  @Post('threads/take')
  @Access('agent')
  @ApiEnvelope(ThreadControlDoneDto)
  async take(
    @CurrentUser() user: AuthenticatedUser,
    @Body() dto: InstagramThreadDto,
  ): Promise<ThreadControlDoneDto> {
    return this.control(user, 'take', dto);
  }

  /** Asks the app that has a conversation on Instagram to pass it on; it decides. */
  @Post('threads/request')
  @Access('agent')
  @ApiEnvelope(ThreadControlDoneDto)
  async request(
    @CurrentUser() user: AuthenticatedUser,
    @Body() dto: InstagramThreadDto,
  ): Promise<ThreadControlDoneDto> {
    return this.control(user, 'request', dto);
  }

  /** Gives a conversation on Instagram up, so that the person's next message goes to the default app. */
  @Post('threads/release')
  @Access('agent')
  @ApiEnvelope(ThreadControlDoneDto)
  async release(
    @CurrentUser() user: AuthenticatedUser,
    @Body() dto: InstagramThreadDto,
  ): Promise<ThreadControlDoneDto> {
    return this.control(user, 'release', dto);
  }

  private async control(
    user: AuthenticatedUser,
    action: ThreadAction,
    dto: InstagramThreadDto,
    targetAppId?: string,
  ): Promise<ThreadControlDoneDto> {
    const named = { ...recipientOf(dto), ...(await this.naming.of(user, dto)) };
    await this.settings.controlThread(this.house, user, named, action, {
      targetAppId,
      metadata: dto.metadata,
    });
    return { done: true };
  }
}

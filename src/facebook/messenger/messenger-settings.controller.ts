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
  DeleteMessengerProfileQuery,
  MESSENGER_PROFILE_FIELDS,
  MessengerProfileQuery,
  MessengerProfileWriteDto,
  MessengerThreadDto,
  PassMessengerThreadDto,
} from '../dto/messenger-requests.dto';
import { MessengerHouse } from './messenger.house';

@ApiTags('Messenger')
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
@Controller('meta/facebook')
export class MessengerSettingsController {
  constructor(
    private readonly house: MessengerHouse,
    private readonly settings: DirectSettings,
  ) {}

  /** Reads what people see of a Page in Messenger before they write: greeting, button, menu, questions. */
  @Get('messenger-profile')
  @Access('viewer')
  @ApiEnvelope(DirectProfileDto)
  async profile(
    @CurrentUser() user: AuthenticatedUser,
    @Query() query: MessengerProfileQuery,
  ): Promise<DirectProfileDto> {
    const named = { ref: query.pageId, accountId: query.accountId };
    return { profile: await this.settings.profile(this.house, user, named, query.fields) };
  }

  /**
   * Sets fields of a Page's profile in Messenger; those that are left out stay as they are.
   *
   * @remarks A menu needs `get_started` beside it. People see changes after up to some minutes, and the menu after they have
   * opened the conversation anew.
   */
  @BodyExample({
    get_started: { payload: 'START' },
    greeting: [{ locale: 'default', text: 'Hello {{user_first_name}}!' }],
  })
  @Put('messenger-profile')
  @Access('agent')
  @ApiEnvelope(DirectProfileDto)
  async setProfile(
    @CurrentUser() user: AuthenticatedUser,
    @Body() dto: MessengerProfileWriteDto,
  ): Promise<DirectProfileDto> {
    const { pageId, accountId, ...profile } = instanceToPlain(dto) as MessengerProfileWriteDto;
    const named = { ref: pageId, accountId };
    await this.settings.setProfile(this.house, user, named, profile);
    return { profile: await this.settings.profile(this.house, user, named, MESSENGER_PROFILE_FIELDS) };
  }

  /** Takes fields of a Page's profile in Messenger away. */
  @Delete('messenger-profile')
  @Access('agent')
  @ApiEnvelope(DirectProfileDto)
  async deleteProfile(
    @CurrentUser() user: AuthenticatedUser,
    @Query() query: DeleteMessengerProfileQuery,
  ): Promise<DirectProfileDto> {
    const named = { ref: query.pageId, accountId: query.accountId };
    await this.settings.deleteProfile(this.house, user, named, query.fields);
    return { profile: await this.settings.profile(this.house, user, named, MESSENGER_PROFILE_FIELDS) };
  }

  /** Passes a conversation on to another app, such as the Page inbox where humans answer. */
  @Post('threads/pass')
  @Access('agent')
  @ApiEnvelope(ThreadControlDoneDto)
  async pass(
    @CurrentUser() user: AuthenticatedUser,
    @Body() dto: PassMessengerThreadDto,
  ): Promise<ThreadControlDoneDto> {
    return this.control(user, 'pass', dto, dto.target_app_id);
  }

  /** Takes a conversation from the app that has it; only the Page's primary app may. */
  @Post('threads/take')
  @Access('agent')
  @ApiEnvelope(ThreadControlDoneDto)
  async take(
    @CurrentUser() user: AuthenticatedUser,
    @Body() dto: MessengerThreadDto,
  ): Promise<ThreadControlDoneDto> {
    return this.control(user, 'take', dto);
  }

  /** Asks the app that has a conversation to pass it on; it decides. */
  @Post('threads/request')
  @Access('agent')
  @ApiEnvelope(ThreadControlDoneDto)
  async request(
    @CurrentUser() user: AuthenticatedUser,
    @Body() dto: MessengerThreadDto,
  ): Promise<ThreadControlDoneDto> {
    return this.control(user, 'request', dto);
  }

  /** Gives a conversation up, so that the next message of the person goes to the Page's default app. */
  @Post('threads/release')
  @Access('agent')
  @ApiEnvelope(ThreadControlDoneDto)
  async release(
    @CurrentUser() user: AuthenticatedUser,
    @Body() dto: MessengerThreadDto,
  ): Promise<ThreadControlDoneDto> {
    return this.control(user, 'release', dto);
  }

  private async control(
    user: AuthenticatedUser,
    action: ThreadAction,
    dto: MessengerThreadDto,
    targetAppId?: string,
  ): Promise<ThreadControlDoneDto> {
    const named = { ...recipientOf(dto), ref: dto.pageId, accountId: dto.accountId };
    await this.settings.controlThread(this.house, user, named, action, {
      targetAppId,
      metadata: dto.metadata,
    });
    return { done: true };
  }
}

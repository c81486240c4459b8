import { Body, Controller, Delete, Get, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApiEnvelope, ApiErrors } from '../../http/envelope';
import { Access, CurrentUser } from '../../identity/access.decorators';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import {
  BlockUsersDto,
  type BlockedUserDto,
  BlockedUsersDto,
  BlockedUsersPageDto,
  BlockedUsersQuery,
  ChangedUserDto,
  UnblockUsersQuery,
  UnblockedUsersDto,
} from '../dto/blocked-users.dto';
import type { MetaUser } from './blocked-users-api';
import { BlockedUsersService, type ChangedUser } from './blocked-users.service';

@ApiTags('WhatsApp block list')
@ApiErrors(
  'VALIDATION_FAILED',
  'UNAUTHORIZED',
  'FORBIDDEN',
  'ACCOUNT_NOT_FOUND',
  'NOT_FOUND',
  'ACCOUNT_AMBIGUOUS',
  'CONFLICT',
  'META_REAUTH_REQUIRED',
  'META_RATE_LIMITED',
  'RATE_LIMITED',
  'META_REJECTED',
  'META_UNAVAILABLE',
  'SERVICE_UNAVAILABLE',
)
@Controller('meta/whatsapp/blocked')
export class BlockedUsersController {
  constructor(private readonly blocked: BlockedUsersService) {}

  /**
   * Lists the people whom a number has blocked.
   *
   * @remarks Read from Meta, which keeps the list. When it changes while it is read Meta refuses the next page: begin anew.
   */
  @Get()
  @Access('viewer')
  @ApiEnvelope(BlockedUsersPageDto)
  async list(
    @CurrentUser() user: AuthenticatedUser,
    @Query() query: BlockedUsersQuery,
  ): Promise<BlockedUsersPageDto> {
    const { limit, before } = query;
    const { phoneNumberId, users, next } = await this.blocked.list(user, query, { limit, after: before });
    return { phoneNumberId, blocked: users.map(toUser), pagination: { limit, before: next } };
  }

  /**
   * Blocks people, so that their messages no longer arrive and none are sent to them.
   *
   * @remarks Only people who wrote to the number in the last 24 hours can be blocked, and 64,000 in all. Whoever could not
   * be is in `failed` with Meta's reason and what to do; the others are blocked all the same.
   */
  @Post()
  @Access('agent')
  @ApiEnvelope(BlockedUsersDto)
  async block(@CurrentUser() user: AuthenticatedUser, @Body() body: BlockUsersDto): Promise<BlockedUsersDto> {
    const { phoneNumberId, done, failed } = await this.blocked.change(user, body, 'block', body.users);
    return { phoneNumberId, blocked: done.map(toChanged), failed };
  }

  /**
   * Takes people off the block list.
   *
   * @remarks The query names them. Whoever could not be taken off is in `failed`.
   */
  @Delete()
  @Access('agent')
  @ApiEnvelope(UnblockedUsersDto)
  async unblock(
    @CurrentUser() user: AuthenticatedUser,
    @Query() query: UnblockUsersQuery,
  ): Promise<UnblockedUsersDto> {
    const { phoneNumberId, done, failed } = await this.blocked.change(user, query, 'unblock', query.users);
    return { phoneNumberId, unblocked: done.map(toChanged), failed };
  }
}

const toUser = ({ waId, userId }: MetaUser): BlockedUserDto => ({
  phoneNumber: waId === null ? null : `+${waId.replace(/\D/g, '')}`,
  userId,
});

const toChanged = ({ user, ...ids }: ChangedUser): ChangedUserDto =>
  Object.assign(new ChangedUserDto(), { user }, toUser(ids));

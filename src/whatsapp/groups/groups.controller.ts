import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { isUuid } from '../../database/ids';
import { ValidationFailedError } from '../../errors/app.error';
import { BodyExample } from '../../http/body-example';
import { decodeCursor, encodeCursor } from '../../http/cursor';
import { ApiEnvelope, ApiErrors } from '../../http/envelope';
import { Access, CurrentUser } from '../../identity/access.decorators';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import {
  CreateGroupDto,
  DecideJoinRequestsDto,
  GroupDto,
  GroupPageDto,
  GroupQuery,
  GroupsQuery,
  InviteLinkDto,
  JoinRequestListDto,
  JoinVerdictDto,
  RemoveParticipantsDto,
  UpdateGroupDto,
} from '../dto/group.dto';
import { ApiGroup } from './group-path';
import type { OwnedGroup } from './groups.repository';
import { GroupsService } from './groups.service';

/**
 * Groups that the business makes. People join through an invite link; nobody can be put in.
 * Messages go to a group like to a person, by its `groupId`.
 */
@ApiTags('WhatsApp groups')
@Controller('meta/whatsapp/groups')
export class GroupsController {
  constructor(private readonly groups: GroupsService) {}

  /** The groups of a number, newest first, without deleted ones. */
  @Get()
  @Access('viewer')
  @ApiEnvelope(GroupPageDto)
  @ApiErrors('VALIDATION_FAILED', 'ACCOUNT_NOT_FOUND', 'NOT_FOUND', 'ACCOUNT_AMBIGUOUS')
  @ApiErrors('META_REAUTH_REQUIRED', 'META_RATE_LIMITED', 'META_REJECTED', 'META_UNAVAILABLE')
  async list(@CurrentUser() user: AuthenticatedUser, @Query() query: GroupsQuery): Promise<GroupPageDto> {
    const { limit, before, after, refresh } = query;
    if (before !== undefined && after !== undefined)
      throw ValidationFailedError.of('after', 'exclusive', 'Send before or after, not both.');
    const { groups, phoneNumberId } = await this.groups.list(user, query, {
      limit,
      refresh,
      before: before === undefined ? undefined : decodeCursor('before', before, parseId),
      after: after === undefined ? undefined : decodeCursor('after', after, parseId),
    });
    const [first, last] = [groups[0], groups.length < limit ? undefined : groups.at(-1)];
    return {
      groups: groups.map((group) => GroupDto.from(group, phoneNumberId)),
      pagination: {
        limit,
        before: last === undefined ? null : encodeCursor(last.id),
        after: first === undefined ? null : encodeCursor(first.id),
      },
    };
  }

  /** Makes a group. It is `creating` until Meta tells its id and invite link, normally within seconds. */
  @Post()
  @Access('agent')
  @ApiEnvelope(GroupDto, 202)
  @ApiErrors('VALIDATION_FAILED', 'ACCOUNT_NOT_FOUND', 'NOT_FOUND', 'ACCOUNT_AMBIGUOUS')
  @ApiErrors('META_REAUTH_REQUIRED', 'META_RATE_LIMITED', 'META_REJECTED', 'META_UNAVAILABLE')
  async create(@CurrentUser() user: AuthenticatedUser, @Body() body: CreateGroupDto): Promise<GroupDto> {
    const { subject, description = null, joinApprovalMode = 'auto_approve' } = body;
    const owned = await this.groups.create(user, body, { subject, description, joinApprovalMode });
    return dtoOf(owned);
  }

  /** One group, with its participants. */
  @Get(':id')
  @Access('viewer')
  @ApiGroup()
  @ApiEnvelope(GroupDto)
  async get(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id') id: string,
    @Query() { refresh }: GroupQuery,
  ): Promise<GroupDto> {
    const found = await this.groups.get(user, id);
    const owned = refresh ? await this.groups.refresh(found) : found;
    return dtoOf(owned);
  }

  /** Changes subject or description. Both stand here once Meta tells that it worked. */
  @BodyExample({ subject: 'Order 4711' })
  @Patch(':id')
  @Access('agent')
  @ApiGroup()
  @ApiEnvelope(null, 202)
  async update(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id') id: string,
    @Body() { subject, description }: UpdateGroupDto,
  ): Promise<null> {
    if (subject === undefined && description === undefined)
      throw ValidationFailedError.of('subject', 'isDefined', 'Send subject, description, or both.');
    await this.groups.update(await this.groups.get(user, id), { subject, description });
    return null;
  }

  /** Deletes the group: everybody is out of it, the business included. */
  @Delete(':id')
  @Access('agent')
  @ApiGroup()
  @ApiEnvelope(GroupDto, 202)
  async remove(@CurrentUser() user: AuthenticatedUser, @Param('id') id: string): Promise<GroupDto> {
    const owned = await this.groups.remove(await this.groups.get(user, id));
    return dtoOf(owned);
  }

  /** Removes people from the group. Who could be removed shows in its participants. */
  @Post(':id/participants/remove')
  @Access('agent')
  @ApiGroup()
  @ApiEnvelope(null, 202)
  async removeParticipants(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id') id: string,
    @Body() { participants }: RemoveParticipantsDto,
  ): Promise<null> {
    await this.groups.removeParticipants(await this.groups.get(user, id), participants);
    return null;
  }

  /** The link through which people join. */
  @Get(':id/invite-link')
  @Access('viewer')
  @ApiGroup()
  @ApiEnvelope(InviteLinkDto)
  async inviteLink(@CurrentUser() user: AuthenticatedUser, @Param('id') id: string): Promise<InviteLinkDto> {
    return { inviteLink: await this.groups.inviteLink(await this.groups.get(user, id), false) };
  }

  /** Makes another link; every earlier one stops working. */
  @Post(':id/invite-link/reset')
  @Access('agent')
  @ApiGroup()
  @ApiEnvelope(InviteLinkDto)
  async resetInviteLink(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id') id: string,
  ): Promise<InviteLinkDto> {
    return { inviteLink: await this.groups.inviteLink(await this.groups.get(user, id), true) };
  }

  /** People who ask to be let in, as Meta has them now. */
  @Get(':id/join-requests')
  @Access('viewer')
  @ApiGroup()
  @ApiEnvelope(JoinRequestListDto)
  async joinRequests(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id') id: string,
  ): Promise<JoinRequestListDto> {
    return { joinRequests: await this.groups.joinRequests(await this.groups.get(user, id)) };
  }

  /** Lets people in. What could not be approved is told with Meta’s reason. */
  @Post(':id/join-requests/approve')
  @Access('agent')
  @ApiGroup()
  @ApiEnvelope(JoinVerdictDto)
  async approve(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id') id: string,
    @Body() { joinRequestIds }: DecideJoinRequestsDto,
  ): Promise<JoinVerdictDto> {
    return this.groups.decide(await this.groups.get(user, id), 'approve', joinRequestIds);
  }

  /** Lets people not in. They may ask again. */
  @Post(':id/join-requests/reject')
  @Access('agent')
  @ApiGroup()
  @ApiEnvelope(JoinVerdictDto)
  async reject(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id') id: string,
    @Body() { joinRequestIds }: DecideJoinRequestsDto,
  ): Promise<JoinVerdictDto> {
    return this.groups.decide(await this.groups.get(user, id), 'reject', joinRequestIds);
  }
}

function dtoOf({ group, number }: OwnedGroup): GroupDto {
  return GroupDto.from(group, number.phoneNumberId);
}

function parseId(position: unknown): string | undefined {
  return typeof position === 'string' && isUuid(position) ? position : undefined;
}

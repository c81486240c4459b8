import { ApiProperty, IntersectionType } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsIn,
  IsString,
  Length,
  MaxLength,
} from 'class-validator';
import { IfPresent, NameField } from '../../http/body-fields';
import { CursorPageQuery, CursorPaginationDto } from '../../http/page.dto';
import { QueryBoolean } from '../../http/query-fields';
import {
  GROUP_STATES,
  type GroupEntity,
  type GroupParticipant,
  type GroupProblem,
} from '../entities/group.entity';
import { PhoneNumberQuery } from './account-query.dto';

const APPROVAL_MODES = ['auto_approve', 'approval_required'] as const;
const LONGEST_SUBJECT = 128;
const LONGEST_DESCRIPTION = 2048;
const MOST_PARTICIPANTS = 8;
const MOST_DECISIONS = 100;

export class GroupsQuery extends IntersectionType(PhoneNumberQuery, CursorPageQuery) {
  /** `true` reads the list of active groups from Meta first. */
  @QueryBoolean() refresh: boolean = false;
}

export class GroupQuery {
  /** `true` reads the group and its participants from Meta first. */
  @QueryBoolean() refresh: boolean = false;
}

export class CreateGroupDto extends PhoneNumberQuery {
  @NameField(LONGEST_SUBJECT) subject!: string;

  /** @example Models of this year */
  @IfPresent() @IsString() @Length(1, LONGEST_DESCRIPTION) description?: string;

  /** Whether people who open the invite link are in at once, or ask to be let in. */
  @ApiProperty({ type: String, enum: APPROVAL_MODES, required: false, default: 'auto_approve' })
  @IfPresent()
  @IsIn(APPROVAL_MODES)
  joinApprovalMode?: (typeof APPROVAL_MODES)[number];
}

export class UpdateGroupDto {
  @IfPresent() @NameField(LONGEST_SUBJECT) subject?: string;
  /** Empty takes it away. */
  @IfPresent() @IsString() @MaxLength(LONGEST_DESCRIPTION) description?: string;
}

export class RemoveParticipantsDto {
  /** Phone numbers or business-scoped user ids. Who is removed cannot come back through an invite link. */
  @ApiProperty({ type: [String], example: ['+16505551234'] })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MOST_PARTICIPANTS)
  @ArrayUnique()
  @IsString({ each: true })
  @Length(1, 150, { each: true })
  participants!: string[];
}

export class DecideJoinRequestsDto {
  @ApiProperty({ type: [String], example: ['MTY0NjcwNDM1OTU6MTIwMzYzNDA0Njk0MjMzODIw'] })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MOST_DECISIONS)
  @ArrayUnique()
  @IsString({ each: true })
  @Length(1, 512, { each: true })
  joinRequestIds!: string[];
}

/** Somebody in the group, or who was. Either id may be missing. */
export class GroupParticipantDto {
  @ApiProperty({ type: String, nullable: true, example: '16505551234' }) waId!: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'US.13491208655302741918' }) userId!: string | null;
  @ApiProperty({ type: String, nullable: true, example: '@ana' }) username!: string | null;
  @ApiProperty({ type: String, enum: ['joined', 'left', 'removed'] }) state!: string;
  @ApiProperty({ type: String, format: 'date-time' }) at!: string;
}

export class GroupProblemDto {
  @ApiProperty({ type: 'integer', nullable: true, example: 131211 }) code!: number | null;
  @ApiProperty({ type: String, nullable: true }) message!: string | null;
}

/** A WhatsApp group that a number of the business has made. */
export class GroupDto {
  @ApiProperty({ type: String, format: 'uuid' }) id!: string;
  /** Meta’s id, which messages name; `null` until Meta has told it. */
  @ApiProperty({
    type: String,
    nullable: true,
    example: 'Y2FwaV9ncm91cDoxODA1NTU1MDE3MjoxMjAzNjMyMjI3NzE5NjMwNjcZD',
  })
  groupId!: string | null;
  @ApiProperty({ type: String, example: '106540352242922' }) phoneNumberId!: string;
  @ApiProperty({ type: String, nullable: true, example: 'Car buyers' }) subject!: string | null;
  @ApiProperty({ type: String, nullable: true }) description!: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'auto_approve' }) joinApprovalMode!: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'https://chat.whatsapp.com/AbCdEf' }) inviteLink!:
    string | null;
  @ApiProperty({ type: String, enum: GROUP_STATES, example: 'active' }) state!: string;
  /** By WhatsApp, for its policies. */
  @ApiProperty({ type: Boolean }) suspended!: boolean;
  /** What went wrong with the newest change. */
  @ApiProperty({ type: GroupProblemDto, nullable: true }) error!: GroupProblem | null;
  @ApiProperty({ type: [GroupParticipantDto] }) participants!: GroupParticipant[];
  @ApiProperty({ type: Date }) createdAt!: Date;
  @ApiProperty({ type: Date }) updatedAt!: Date;

  /** @param phoneNumberId Meta's */
  static from(group: GroupEntity, phoneNumberId: string): GroupDto {
    return Object.assign(new GroupDto(), {
      id: group.id,
      groupId: group.groupId,
      phoneNumberId,
      subject: group.subject,
      description: group.description,
      joinApprovalMode: group.joinApprovalMode,
      inviteLink: group.inviteLink,
      state: group.state,
      suspended: group.isSuspended,
      error: group.error,
      participants: group.participants,
      createdAt: group.createdAt,
      updatedAt: group.updatedAt,
    });
  }
}

export class GroupPageDto {
  @ApiProperty({ type: [GroupDto] }) groups!: GroupDto[];
  @ApiProperty({ type: CursorPaginationDto }) pagination!: CursorPaginationDto;
}

export class InviteLinkDto {
  @ApiProperty({ type: String, example: 'https://chat.whatsapp.com/AbCdEf' }) inviteLink!: string;
}

export class JoinRequestDto {
  @ApiProperty({ type: String }) joinRequestId!: string;
  @ApiProperty({ type: String, nullable: true, example: '16505551234' }) waId!: string | null;
  @ApiProperty({ type: String, nullable: true }) userId!: string | null;
  @ApiProperty({ type: String, nullable: true }) username!: string | null;
  @ApiProperty({ type: Date }) requestedAt!: Date;
}

export class JoinRequestListDto {
  @ApiProperty({ type: [JoinRequestDto] }) joinRequests!: JoinRequestDto[];
}

export class FailedJoinRequestDto {
  @ApiProperty({ type: String }) joinRequestId!: string;
  @ApiProperty({ type: 'integer', nullable: true, example: 131213 }) code!: number | null;
  @ApiProperty({ type: String, nullable: true }) message!: string | null;
}

export class JoinVerdictDto {
  @ApiProperty({ type: [String] }) done!: string[];
  @ApiProperty({ type: [FailedJoinRequestDto] }) failed!: FailedJoinRequestDto[];
}

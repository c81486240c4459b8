import { ApiProperty } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayUnique, IsArray, IsString, IsUUID, Matches, MaxLength } from 'class-validator';
import { IfPresent } from '../../http/body-fields';
import { CursorPageQuery, CursorPaginationDto } from '../../http/page.dto';
import { ACTIVITY_KINDS, type ActivityKind, type StoredActivity } from '../inbox/conversation-activity';
import type { StoredNote } from '../inbox/stored-note';

const LONGEST_NOTE = 10_000;
const MOST_MENTIONS = 50;

export class NotesQuery extends CursorPageQuery {}
export class ActivitiesQuery extends CursorPageQuery {}

export class NewNoteDto {
  /** @example "Wants the refund by Friday, is a regular." */
  @IsString()
  @Matches(/\S/, { message: 'text must not be empty' })
  @MaxLength(LONGEST_NOTE)
  text!: string;

  /** Members of the account who are to look at it; they are told. */
  @IfPresent()
  @IsArray()
  @ArrayMaxSize(MOST_MENTIONS)
  @ArrayUnique()
  @IsUUID(undefined, { each: true })
  mentionedUserIds?: string[];
}

export class NoteChangesDto {
  @IfPresent()
  @IsString()
  @Matches(/\S/, { message: 'text must not be empty' })
  @MaxLength(LONGEST_NOTE)
  text?: string;

  /** In place of those it has. Who is new among them is told. */
  @IfPresent()
  @IsArray()
  @ArrayMaxSize(MOST_MENTIONS)
  @ArrayUnique()
  @IsUUID(undefined, { each: true })
  mentionedUserIds?: string[];
}

/** A user of this service, as others who see the account see them. */
export class TeamMemberDto {
  id!: string;
  /** @example "Ada Lovelace" */
  name!: string;
}

/** What the team says to itself about a conversation. The customer never sees it. */
export class NoteDto {
  id!: string;
  conversationId!: string;
  @ApiProperty({ type: TeamMemberDto, nullable: true }) author!: TeamMemberDto | null;
  /** @example "Wants the refund by Friday, is a regular." */
  text!: string;
  @ApiProperty({ type: [TeamMemberDto] }) mentions!: TeamMemberDto[];
  createdAt!: Date;
  /** When its text was last changed; null for never. */
  editedAt!: Date | null;

  static from(note: StoredNote): NoteDto {
    return Object.assign(new NoteDto(), note);
  }
}

export class NotePageDto {
  /** Newest first. */
  @ApiProperty({ type: [NoteDto] }) notes!: NoteDto[];
  @ApiProperty({ type: CursorPaginationDto }) pagination!: CursorPaginationDto;
}

/** What was done with a conversation, or happened to it by itself. */
export class ActivityDto {
  id!: string;
  @ApiProperty({ enum: ACTIVITY_KINDS }) kind!: ActivityKind;
  /** Who did it; null: it happened by itself. */
  @ApiProperty({ type: TeamMemberDto, nullable: true }) actor!: TeamMemberDto | null;
  /**
   * By kind. `assigned`: `from` and `to`, ids of users or null, and `reason: access_lost` where the user lost access.
   * `snoozed`: `until`, null until the next message. `woke`: `by`, one of `user`, `time`, `message`. `priority_changed`: `from`
   * and `to`, and `reason: sentiment` where it happened by itself as the customer is angry. `labelled`: `added` and `removed`, ids of labels. `merged`: `conversationId` of the one that goes on in this one.
   * `sentiment_corrected`: `messageId`, `from` and `to`, and `isTakenBack` where a correction was taken back.
   */
  @ApiProperty({ type: 'object', additionalProperties: true, example: { until: '2026-03-16T08:00:00.000Z' } })
  payload!: Record<string, unknown>;
  at!: Date;

  static from(activity: StoredActivity): ActivityDto {
    return Object.assign(new ActivityDto(), activity);
  }
}

export class ActivityPageDto {
  /** Newest first. */
  @ApiProperty({ type: [ActivityDto] }) activities!: ActivityDto[];
  @ApiProperty({ type: CursorPaginationDto }) pagination!: CursorPaginationDto;
}

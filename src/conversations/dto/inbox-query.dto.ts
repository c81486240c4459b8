import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, IsUUID, Length, Matches } from 'class-validator';
import { CursorPageQuery } from '../../http/page.dto';
import { QueryBoolean } from '../../http/query-fields';
import {
  CONVERSATION_PLATFORMS,
  CONVERSATION_PRIORITIES,
  type ConversationPlatform,
  type ConversationPriority,
  SENTIMENT_LABELS,
  type SentimentLabel,
} from '../conversation-types';
import { LONGEST_SEARCH } from '../search/search-limits';
import {
  CONVERSATION_KINDS,
  CONVERSATION_STATUSES,
  type ConversationKind,
  type ConversationStatus,
} from '../stored-conversation';

const ASSIGNEE = /^(me|none|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;

/** All that is given has to hold. */
export class ConversationsQuery extends CursorPageQuery {
  /** Only conversations of this connected account; all that you may see otherwise. */
  @IsOptional() @IsUUID() accountId?: string;

  /** Only conversations on this platform. Those of `facebook` are comments on posts of your Pages. */
  @ApiProperty({ enum: CONVERSATION_PLATFORMS, required: false })
  @IsOptional()
  @IsIn(CONVERSATION_PLATFORMS)
  platform?: ConversationPlatform;

  /** Only conversations over this number, Page or Instagram account of yours: its `channel.id`. */
  @IsOptional() @IsUUID() channelId?: string;

  /** Only conversations with one person, in groups, or of comments. */
  @ApiProperty({ enum: CONVERSATION_KINDS, required: false })
  @IsOptional()
  @IsIn(CONVERSATION_KINDS)
  kind?: ConversationKind;

  /** Only conversations in this state. */
  @ApiProperty({ enum: CONVERSATION_STATUSES, required: false })
  @IsOptional()
  @IsIn(CONVERSATION_STATUSES)
  status?: ConversationStatus;

  /** Only what is assigned to this user: an id, `me`, or `none` for what is assigned to nobody. */
  @ApiProperty({ type: String, required: false, example: 'me' })
  @IsOptional()
  @Matches(ASSIGNEE, { message: 'assigneeId must be the UUID of a user, me or none' })
  assigneeId?: string;

  /** Only conversations with this label. */
  @IsOptional() @IsUUID() label?: string;

  /** Only conversations whose customer writes like this of late. */
  @ApiProperty({ enum: SENTIMENT_LABELS, required: false })
  @IsOptional()
  @IsIn(SENTIMENT_LABELS)
  sentiment?: SentimentLabel;

  /** Only conversations of this priority. */
  @ApiProperty({ enum: CONVERSATION_PRIORITIES, required: false })
  @IsOptional()
  @IsIn(CONVERSATION_PRIORITIES)
  priority?: ConversationPriority;

  /** `true`: only what has messages that you have not read. `false`: only what has none. */
  @IsOptional() @QueryBoolean() unread?: boolean;

  /** Only conversations with this person. */
  @IsOptional() @IsUUID() contactId?: string;

  /**
   * Only conversations in which this was said, or with people of whom it is found: as `q` of `/conversations/search`, which
   * also shows where. Of something that is everywhere: those with the latest 2,000 hits.
   */
  @IsOptional() @IsString() @Length(1, LONGEST_SEARCH) q?: string;
}

export class ConversationCountsQuery {
  /** Only of this connected account; of all that you may see otherwise. */
  @IsOptional() @IsUUID() accountId?: string;
}

export class ConversationCountsDto {
  /** Active ones. @example 128 */
  open!: number;
  /** Active ones that are assigned to nobody. @example 40 */
  unassigned!: number;
  /** Active ones that are assigned to you. @example 12 */
  mine!: number;
  /** @example 7 */
  snoozed!: number;
  /** Active ones with messages that you have not read, among the latest 3,000 active ones. @example 9 */
  unread!: number;
  /** Nothing is counted beyond this: a count that has reached it means "this many or more". @example 1000 */
  countedUpTo!: number;
}

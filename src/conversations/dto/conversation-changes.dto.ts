import { ApiProperty } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsISO8601,
  IsOptional,
  IsUUID,
  Matches,
  MaxLength,
} from 'class-validator';
import { IfPresent, LONGEST_INSTANT } from '../../http/body-fields';
import { CONVERSATION_PRIORITIES, type ConversationPriority } from '../conversation-types';
import { CONVERSATION_STATUSES, type ConversationStatus } from '../stored-conversation';
import { ConversationDto } from './conversation.dto';

const MOST_LABELS = 50;
export const MOST_AT_ONCE = 100;

/** What to change; what is left out stays as it is. */
export class ConversationChangesDto {
  /**
   * `closed` closes it: what the customer writes later opens another conversation. `active` opens it again, or wakes it.
   * `snoozed` puts it aside until `snoozedUntil`, or until the customer writes, whatever comes first.
   */
  @ApiProperty({ enum: CONVERSATION_STATUSES, required: false })
  @IfPresent()
  @IsIn(CONVERSATION_STATUSES)
  status?: ConversationStatus;

  /**
   * Only with `status: snoozed`: when it is to wake, within a year. Left out or null: when the customer writes.
   * @example "2026-03-16T08:00:00.000Z"
   */
  @ApiProperty({ type: String, format: 'date-time', nullable: true, required: false })
  @IsOptional()
  @MaxLength(LONGEST_INSTANT)
  @IsISO8601({ strict: true, strictSeparator: true })
  @Matches(/T.*(Z|[+-]\d{2}:\d{2})$/, { message: 'snoozedUntil must be an instant, as 2026-03-16T08:00:00Z' })
  snoozedUntil?: string | null;

  /** The user to assign it to, who must be a member of the account; null: nobody. */
  @ApiProperty({ type: String, format: 'uuid', nullable: true, required: false })
  @IsOptional()
  @IsUUID()
  assigneeId?: string | null;

  /**
   * Whom it was assigned to when you looked; null: nobody. Where it is somebody else's by now nothing is changed, and the
   * answer is 409 with who has it: so two people who assign at once do not overwrite each other.
   */
  @ApiProperty({ type: String, format: 'uuid', nullable: true, required: false })
  @IsOptional()
  @IsUUID()
  expectedAssigneeId?: string | null;

  @ApiProperty({ enum: CONVERSATION_PRIORITIES, required: false })
  @IfPresent()
  @IsIn(CONVERSATION_PRIORITIES)
  priority?: ConversationPriority;

  /** Labels of the account, in place of those it has. Not together with the next two. */
  @IfPresent()
  @IsArray()
  @ArrayMaxSize(MOST_LABELS)
  @ArrayUnique()
  @IsUUID(undefined, { each: true })
  labelIds?: string[];

  /** Labels that it gets beside those it has. */
  @IfPresent()
  @IsArray()
  @ArrayMaxSize(MOST_LABELS)
  @ArrayUnique()
  @IsUUID(undefined, { each: true })
  addLabelIds?: string[];

  /** Labels that it loses. */
  @IfPresent()
  @IsArray()
  @ArrayMaxSize(MOST_LABELS)
  @ArrayUnique()
  @IsUUID(undefined, { each: true })
  removeLabelIds?: string[];
}

/** The same for several conversations: all of them are changed, or none. */
export class ConversationsChangesDto extends ConversationChangesDto {
  /** The conversations, at most 100. */
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MOST_AT_ONCE)
  @ArrayUnique()
  @IsUUID(undefined, { each: true })
  ids!: string[];
}

export class ChangedConversationsDto {
  /** In the order of `ids`. */
  @ApiProperty({ type: [ConversationDto] }) conversations!: ConversationDto[];
}

export class ReadConversationDto {
  /** Only up to this message of the conversation (or comment, of one of comments). Left out: all there is. */
  @IfPresent() @IsUUID() messageId?: string;

  /**
   * `true` also tells the customer, where the platform has such receipts; that takes the role `agent`. Otherwise only your own
   * count of unread messages changes, and nobody else learns of it.
   */
  @ApiProperty({ type: Boolean, required: false, default: false })
  @IfPresent()
  @IsBoolean()
  sendReceipt?: boolean;
}

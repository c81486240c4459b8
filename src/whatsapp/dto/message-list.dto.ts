import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsISO8601, IsOptional, IsUUID, Matches, MaxLength } from 'class-validator';
import { MESSAGE_STATUSES, type MessageStatus } from '../../conversations/conversation-types';
import { CursorPageQuery, CursorPaginationDto } from '../../http/page.dto';
import { QueryBoolean } from '../../http/query-fields';
import { ListedMessageDto } from './message.dto';
import { LONGEST_INSTANT } from '../../http/body-fields';

const DIRECTIONS = ['inbound', 'outbound'] as const;
const INSTANT = { message: '$property must be an instant such as 2026-03-14T09:26:53Z' };

export class MessagesQuery extends CursorPageQuery {
  /** The connected account; needed only if you have several. */
  @IsOptional() @IsUUID() accountId?: string;

  /**
   * Only messages to and from this number, by Meta's id.
   * @example "106540352242922"
   */
  @IsOptional()
  @Matches(/^\d{1,32}$/, { message: "phoneNumberId must be Meta's id of a phone number: digits only" })
  phoneNumberId?: string;

  /** Only what customers wrote, or only what was written to them. */
  @ApiProperty({ enum: DIRECTIONS, required: false })
  @IsOptional()
  @IsIn(DIRECTIONS)
  direction?: (typeof DIRECTIONS)[number];

  /** Only messages that are in this state now. */
  @ApiProperty({ enum: MESSAGE_STATUSES, required: false })
  @IsOptional()
  @IsIn(MESSAGE_STATUSES)
  status?: MessageStatus;

  /**
   * Only messages of this type, in Meta's words.
   * @example template
   */
  @IsOptional()
  @Matches(/^[a-z_]{1,64}$/, { message: 'type must be a word of Meta such as text or template' })
  type?: string;

  /**
   * Only messages of this template.
   * @example order_confirmation
   */
  @IsOptional()
  @Matches(/^[a-z0-9_]{1,512}$/, { message: 'templateName holds lower-case letters, digits and underscores' })
  templateName?: string;

  /**
   * Only messages that were stored at or after this instant.
   * @example 2026-03-01T00:00:00Z
   */
  @ApiProperty({ type: String, format: 'date-time', required: false })
  @IsOptional()
  @MaxLength(LONGEST_INSTANT)
  @IsISO8601({ strict: true }, INSTANT)
  from?: string;

  /**
   * Only messages that were stored before this instant.
   * @example 2026-04-01T00:00:00Z
   */
  @ApiProperty({ type: String, format: 'date-time', required: false })
  @IsOptional()
  @MaxLength(LONGEST_INSTANT)
  @IsISO8601({ strict: true }, INSTANT)
  to?: string;

  /** `true`: only messages that wait for their `sendAt`. */
  @IsOptional() @QueryBoolean() scheduled?: boolean;
}

export class MessagePageDto {
  /** Newest first, in the order in which they were stored here. */
  @ApiProperty({ type: [ListedMessageDto] }) messages!: ListedMessageDto[];
  /** What is rare is looked for piece by piece: a page may have few messages or none and still a `before`. */
  @ApiProperty({ type: CursorPaginationDto }) pagination!: CursorPaginationDto;
}

export class CancelledMessageDto {
  id!: string;
  /** What became of it: `failed`, with the error `CANCELLED`. */
  @ApiProperty({ type: String, enum: ['failed'], example: 'failed' }) status!: 'failed';
}

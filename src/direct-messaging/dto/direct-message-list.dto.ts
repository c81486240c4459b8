import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional, Matches } from 'class-validator';
import { MESSAGE_STATUSES, type MessageStatus } from '../../conversations/conversation-types';
import { encodeCursor } from '../../http/cursor';
import { CursorPageQuery, CursorPaginationDto } from '../../http/page.dto';
import { QueryBoolean } from '../../http/query-fields';
import { ListedDirectMessageDto } from './direct-message.dto';

const DIRECTIONS = ['inbound', 'outbound'] as const;

/** What a list of messages can be narrowed by. */
export abstract class DirectMessagesQuery extends CursorPageQuery {
  /** Only what people wrote, or only what was written to them. */
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
   * Only messages of this type.
   * @example template
   */
  @IsOptional()
  @Matches(/^[a-z_]{1,64}$/, { message: 'type must be a word such as text or template' })
  type?: string;

  /** `true`: only messages that wait for their `sendAt`. */
  @IsOptional() @QueryBoolean() scheduled?: boolean;
}

export class DirectMessagePageDto {
  /** Newest first, in the order in which they were stored here. */
  @ApiProperty({ type: [ListedDirectMessageDto] }) messages!: ListedDirectMessageDto[];
  /** What is rare is looked for piece by piece: a page may have few messages or none and still a `before`. */
  @ApiProperty({ type: CursorPaginationDto }) pagination!: CursorPaginationDto;

  static of(
    messages: ListedDirectMessageDto[],
    { limit, before, after }: { limit: number; before: string | null; after: string | null },
  ): DirectMessagePageDto {
    const cursor = (position: string | null) => (position === null ? null : encodeCursor(position));
    return { messages, pagination: { limit, before: cursor(before), after: cursor(after) } };
  }
}

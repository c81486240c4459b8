import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsISO8601, IsOptional, IsString, IsUUID, Length, MaxLength } from 'class-validator';
import { QueryInt } from '../../http/query-fields';
import { MAX_PAGE_SIZE } from '../../http/page.dto';
import {
  CONVERSATION_PLATFORMS,
  type ConversationPlatform,
  IDENTITY_KINDS,
  type IdentityKind,
} from '../conversation-types';
import { CONVERSATION_STATUSES, type ConversationStatus } from '../stored-conversation';
import { HIT_FIELDS, type HitField } from './search-hits.repository';
import type { SearchHit } from './inbox-search.service';
import { LONGEST_SEARCH } from './search-limits';
import { SEARCH_KINDS, type SearchKind } from './search-subject';
import { LONGEST_INSTANT } from '../../http/body-fields';

export class SearchQuery {
  /**
   * What to look for. Several words must all be found, in any order; words in quotation marks side by side, as they are. The last
   * word may be the beginning of one, unless a space follows it. Accents, capitals, Arabic vowel signs and the script of digits
   * make no difference; other forms of a word are found in the languages that the service knows. Phone numbers are found by
   * any part of at least four digits, however they are written. At most 16 words.
   * @example "order 4711"
   */
  @IsString() @Length(1, LONGEST_SEARCH) q!: string;

  /** Only in this connected account; in all that you may see otherwise. */
  @IsOptional() @IsUUID() accountId?: string;

  /** Only on this platform. People are on none. */
  @ApiProperty({ enum: CONVERSATION_PLATFORMS, required: false })
  @IsOptional()
  @IsIn(CONVERSATION_PLATFORMS)
  platform?: ConversationPlatform;

  /** Only what is of this kind. Ask for `contact` to find people: among everything else they stand where they became known. */
  @ApiProperty({ enum: SEARCH_KINDS, required: false })
  @IsOptional()
  @IsIn(SEARCH_KINDS)
  kind?: SearchKind;

  /** Not before this instant or day, in ISO 8601. @example 2026-03-01 */
  @IsOptional() @MaxLength(LONGEST_INSTANT) @IsISO8601({ strict: true }) from?: string;

  /** Before this instant or day, in ISO 8601. @example 2026-04-01T00:00:00Z */
  @IsOptional() @MaxLength(LONGEST_INSTANT) @IsISO8601({ strict: true }) until?: string;

  /** How many at most. */
  @QueryInt({ min: 1, max: MAX_PAGE_SIZE }) limit: number = 25;

  /** A cursor from an earlier answer to the same search: go on with what is older than it. */
  @IsOptional() @IsString() @Length(1, 1_000) before?: string;
}

export class SearchHighlightDto {
  /** In UTF-16 code units, as JavaScript counts the characters of a string. @example 8 */
  start!: number;
  /** The first that is no longer part of it. @example 13 */
  end!: number;
}

export class SearchSnippetDto {
  /** Where it was found. */
  @ApiProperty({ enum: HIT_FIELDS }) field!: HitField;
  /** A part of the text, as people wrote it: escape it as any other text before you show it. @example "Where is order 4711?" */
  text!: string;
  /** What was found in it, in order; empty where it was found in another part only. */
  @ApiProperty({ type: [SearchHighlightDto] }) highlights!: SearchHighlightDto[];
  /** There is more text before it. @example false */
  isCutBefore!: boolean;
  /** There is more text after it. @example false */
  isCutAfter!: boolean;
}

export class SearchPersonDto {
  id!: string;
  /** @example "Mary Tea" */
  @ApiProperty({ type: String, nullable: true }) name!: string | null;
}

export class SearchConversationDto {
  id!: string;
  @ApiProperty({ enum: CONVERSATION_PLATFORMS }) platform!: ConversationPlatform;
  @ApiProperty({ enum: CONVERSATION_STATUSES }) status!: ConversationStatus;
  /** The other side; null in groups and of comments. */
  @ApiProperty({ type: SearchPersonDto, nullable: true }) contact!: SearchPersonDto | null;
}

export class SearchMessageDto {
  id!: string;
  /** Meta's; null until Meta has it. @example wamid.HBgLMTY1MDU1NTEyMzQVAgASGBQ */
  @ApiProperty({ type: String, nullable: true }) externalId!: string | null;
  @ApiProperty({ enum: ['inbound', 'outbound'] }) direction!: 'inbound' | 'outbound';
  @ApiProperty({ enum: ['customer', 'agent', 'app', 'system'] })
  senderType!: 'customer' | 'agent' | 'app' | 'system';
  /** Meta's word for it. @example text */
  type!: string;
  /** @example received */
  status!: string;
}

export class SearchCommentDto {
  id!: string;
  /** Meta's. @example 17870913679156914 */
  externalId!: string;
  @ApiProperty({ enum: ['facebook', 'instagram'] }) platform!: 'facebook' | 'instagram';
  /** Meta's id of the post or media. @example 17895695668004550 */
  @ApiProperty({ type: String, nullable: true }) postExternalId!: string | null;
  /** @example "Mary Tea" */
  @ApiProperty({ type: String, nullable: true }) authorName!: string | null;
  /** @example mary.tea */
  @ApiProperty({ type: String, nullable: true }) authorUsername!: string | null;
  /** Written by the Page or account itself. @example false */
  isOwn!: boolean;
  /** @example false */
  isHidden!: boolean;
}

export class SearchIdentityDto {
  @ApiProperty({ enum: IDENTITY_KINDS }) kind!: IdentityKind;
  /** @example 16505551234 */
  value!: string;
}

export class SearchContactDto {
  id!: string;
  /** @example "Mary Tea" */
  @ApiProperty({ type: String, nullable: true }) name!: string | null;
  /** @example mary.tea */
  @ApiProperty({ type: String, nullable: true }) username!: string | null;
  @ApiProperty({ type: [SearchIdentityDto] }) identities!: SearchIdentityDto[];
}

export class SearchNoteDto {
  id!: string;
  /** Null: the user was removed from the service. */
  @ApiProperty({ type: String, nullable: true }) authorId!: string | null;
  /** @example "Ada Lovelace" */
  @ApiProperty({ type: String, nullable: true }) authorName!: string | null;
}

export class SearchHitDto {
  /** Which of `message`, `comment`, `contact` and `note` is set. */
  @ApiProperty({ enum: SEARCH_KINDS }) kind!: SearchKind;
  accountId!: string;
  /** When it was written; of a contact, when it became known. */
  at!: Date;
  /** Where it was said; null for contacts. */
  @ApiProperty({ type: SearchConversationDto, nullable: true }) conversation!: SearchConversationDto | null;
  @ApiProperty({ type: SearchMessageDto, nullable: true }) message!: SearchMessageDto | null;
  @ApiProperty({ type: SearchCommentDto, nullable: true }) comment!: SearchCommentDto | null;
  @ApiProperty({ type: SearchContactDto, nullable: true }) contact!: SearchContactDto | null;
  @ApiProperty({ type: SearchNoteDto, nullable: true }) note!: SearchNoteDto | null;
  @ApiProperty({ type: SearchSnippetDto }) snippet!: SearchSnippetDto;

  static from({ kind, accountId, at, conversation, facts, snippet }: SearchHit): SearchHitDto {
    return Object.assign(new SearchHitDto(), {
      kind,
      accountId,
      at,
      conversation,
      message: null,
      comment: null,
      contact: null,
      note: null,
      [kind]: facts,
      snippet,
    });
  }
}

export class SearchPaginationDto {
  /** @example 25 */
  limit!: number;
  /** Send it as `before` for the next page of older ones; `null` when there are none. */
  @ApiProperty({ type: String, nullable: true, example: null }) before!: string | null;
}

export class SearchPageDto {
  /** The newest first. May be fewer than `limit` with more to come: go on as long as `pagination.before` is set. */
  @ApiProperty({ type: [SearchHitDto] }) hits!: SearchHitDto[];
  @ApiProperty({ type: SearchPaginationDto }) pagination!: SearchPaginationDto;
}

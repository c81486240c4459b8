import { ApiProperty } from '@nestjs/swagger';
import { IsOptional, IsString, IsUUID, Length } from 'class-validator';
import type { StoredOptIn } from '../../conversations/direct/direct-opt-ins';
import type { StoredMention } from '../../conversations/direct/mention-store';
import { QueryInt } from '../../http/query-fields';
import { MAX_PAGE_SIZE } from '../../http/page.dto';
import { LEAD_STATES, type LeadState, type StoredLead, type StoredRating } from '../pages/page-event-types';

export class PageEventsQuery {
  /** The connected Meta account. Needed only when you have several. */
  @IsOptional() @IsUUID() accountId?: string;

  /** How many at most. */
  @QueryInt({ min: 1, max: MAX_PAGE_SIZE }) limit: number = 25;

  /** A cursor from an earlier answer: go on with what is older than it. */
  @IsOptional() @IsString() @Length(1, 1_000) before?: string;
}

export class OlderPaginationDto {
  limit!: number;
  /** Send it as `before` for the next page of older ones; `null` when there are none. */
  before!: string | null;
}

export class LeadAnswerDto {
  /** Meta's name of the question. @example email */
  name!: string;
  @ApiProperty({ type: [String], example: ['mary@example.com'] }) values!: string[];
}

export class LeadDto {
  id!: string;
  /** Meta's id. @example 1636129430026801 */
  leadId!: string;
  /** Meta's id of the form. */
  @ApiProperty({ type: String, nullable: true, example: '120208211234560' }) formId!: string | null;
  @ApiProperty({ type: String, nullable: true, example: null }) adId!: string | null;
  /** `pending`: Meta told of it and the answers are being read. `failed`: Meta does not give them out; `error` says why. */
  @ApiProperty({ type: String, enum: LEAD_STATES, example: 'read' }) state!: LeadState;
  @ApiProperty({ type: [LeadAnswerDto], nullable: true }) answers!: LeadAnswerDto[] | null;
  @ApiProperty({ type: String, nullable: true, example: null }) error!: string | null;
  submittedAt!: Date;
  readAt!: Date | null;

  static from(lead: StoredLead): LeadDto {
    return Object.assign(new LeadDto(), lead);
  }
}

export class LeadPageDto {
  @ApiProperty({ type: [LeadDto] }) leads!: LeadDto[];
  @ApiProperty({ type: OlderPaginationDto }) pagination!: OlderPaginationDto;
}

export class NamedPersonDto {
  /** Page-scoped. */
  @ApiProperty({ type: String, nullable: true, example: '705955836155788' }) id!: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'Mary Tea' }) name!: string | null;
}

export class RatingDto {
  id!: string;
  /** Meta's id of the review. @example 904801129604590 */
  storyId!: string;
  @ApiProperty({ type: NamedPersonDto, nullable: true }) reviewer!: NamedPersonDto | null;
  /** `POSITIVE` or `NEGATIVE`; null for older reviews, which have stars. */
  @ApiProperty({ type: String, nullable: true, example: 'POSITIVE' }) recommendation!: string | null;
  /** Stars of older reviews, 1 to 5. */
  @ApiProperty({ type: Number, nullable: true, example: null }) rating!: number | null;
  @ApiProperty({ type: String, nullable: true, example: 'Friendly and quick.' }) text!: string | null;
  ratedAt!: Date;
  /** When it was taken back; its words are gone here, too. */
  @ApiProperty({ type: Date, nullable: true }) removedAt!: Date | null;

  static from(rating: StoredRating): RatingDto {
    return Object.assign(new RatingDto(), rating);
  }
}

export class RatingPageDto {
  @ApiProperty({ type: [RatingDto] }) ratings!: RatingDto[];
  @ApiProperty({ type: OlderPaginationDto }) pagination!: OlderPaginationDto;
}

export class PageMentionDto {
  id!: string;
  /** Meta's id of the post in which, or under which, the name stands. */
  @ApiProperty({ type: String, nullable: true, example: '113470551234567_98722536423179' })
  postId!: string | null;
  /** Meta's id of the comment in which it stands; null: in the post itself. */
  @ApiProperty({ type: String, nullable: true, example: null }) commentId!: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'Best tea in town: Demo Page' }) text!: string | null;
  /** Null where Meta does not say. */
  @ApiProperty({ type: NamedPersonDto, nullable: true }) author!: NamedPersonDto | null;
  mentionedAt!: Date;
  @ApiProperty({ type: Date, nullable: true }) removedAt!: Date | null;

  static from({
    id,
    postId,
    commentId,
    text,
    author,
    mentionedAt,
    removedAt,
  }: StoredMention): PageMentionDto {
    return Object.assign(new PageMentionDto(), {
      id,
      postId,
      commentId,
      text,
      author,
      mentionedAt,
      removedAt,
    });
  }
}

export class PageMentionPageDto {
  @ApiProperty({ type: [PageMentionDto] }) mentions!: PageMentionDto[];
  @ApiProperty({ type: OlderPaginationDto }) pagination!: OlderPaginationDto;
}

export class OptInDto {
  id!: string;
  /**
   * `notification_messages`: marketing messages on a topic; `one_time_notif_req`: one message; `plugin`: a box was ticked on
   * your website. Others by Meta's own word.
   */
  @ApiProperty({ type: String, example: 'notification_messages' }) kind!: string;
  /** Page-scoped id of the person; null as long as only the plug-in's `userRef` is known. */
  @ApiProperty({ type: String, nullable: true, example: '9876543210123' }) personId!: string | null;
  @ApiProperty({ type: String, nullable: true, example: null }) userRef!: string | null;
  @ApiProperty({ type: String, nullable: true, example: null }) ref!: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'New teas' }) title!: string | null;
  @ApiProperty({ type: String, nullable: true, example: null }) payload!: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'WEEKLY' }) frequency!: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'Europe/Berlin' }) timezone!: string | null;
  /** Meta's word where the person stopped or resumed them, as `STOP_NOTIFICATIONS`. */
  @ApiProperty({ type: String, nullable: true, example: null }) status!: string | null;
  @ApiProperty({ type: Date, nullable: true }) expiresAt!: Date | null;
  toldAt!: Date;

  static from({ person, ...optIn }: StoredOptIn): OptInDto {
    const { id, kind, userRef, ref, title, payload, frequency, timezone, status, expiresAt, toldAt } = optIn;
    return Object.assign(new OptInDto(), {
      id,
      kind,
      personId: person?.value ?? null,
      userRef,
      ref,
      title,
      payload,
      frequency,
      timezone,
      status,
      expiresAt,
      toldAt,
    });
  }
}

export class OptInPageDto {
  @ApiProperty({ type: [OptInDto] }) optIns!: OptInDto[];
  @ApiProperty({ type: OlderPaginationDto }) pagination!: OlderPaginationDto;
}

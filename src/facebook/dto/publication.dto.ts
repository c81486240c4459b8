import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsString, Matches } from 'class-validator';
import { IfPresent } from '../../http/body-fields';
import { CursorPaginationDto } from '../../http/page.dto';
import type { FacebookPublicationEntity } from '../entities/facebook-publication.entity';
import {
  PUBLICATION_KINDS,
  PUBLICATION_STATES,
  PUBLICATION_TARGETS,
  type PublicationKind,
  type PublicationState,
  type PublicationTarget,
} from '../posts/publication-states';

export class PublicationStepDto {
  @ApiProperty({ type: String, enum: PUBLICATION_STATES, example: 'publishing' })
  state!: PublicationState;
  @ApiProperty({ type: Date })
  at!: Date;
  /** What led to it, where the state does not say. */
  @ApiProperty({ type: String, nullable: true, example: null })
  note!: string | null;
}

export class PublicationErrorDto {
  /** As in errors of this API, and `NOT_FOUND_AT_META`, `SCHEDULE_MISSED`, `VIDEO_FAILED`. */
  @ApiProperty({ type: String, example: 'META_REJECTED' })
  code!: string;
  @ApiProperty({ type: String, example: 'The same post was published a moment ago.' })
  message!: string;
  /** `meta` holds Meta's own words, `hint` what to do. */
  @ApiProperty({ type: 'object', additionalProperties: true, example: { hint: 'Change the text.' } })
  details!: Record<string, unknown>;
}

/** Something that was ordered to be published, and everything that became of it. */
export class PublicationDto {
  @ApiProperty({ type: String, format: 'uuid' })
  id!: string;
  /** Meta's id of the Page. */
  @ApiProperty({ type: String, example: '113470551234567' })
  pageId!: string;
  @ApiProperty({ type: String, enum: PUBLICATION_KINDS, example: 'post' })
  kind!: PublicationKind;
  /** What it is to become. */
  @ApiProperty({ type: String, enum: PUBLICATION_TARGETS, example: 'published' })
  target!: PublicationTarget;
  /**
   * `preparing`, `publishing`, `unknown`: it is open whether Meta has it. `processing`: Meta is at work on the video.
   * `published`, `unpublished`, `scheduled`: it stands. `failed`: nothing was published. `cancelled`: before Meta had it.
   * `removed`: deleted, here or elsewhere.
   */
  @ApiProperty({ type: String, enum: PUBLICATION_STATES, example: 'published' })
  state!: PublicationState;
  @ApiProperty({ type: String, nullable: true, example: 'Pumpkins are in!' })
  message!: string | null;
  @ApiProperty({ type: String, nullable: true, example: null })
  link!: string | null;
  @ApiProperty({ type: String, nullable: true, example: null })
  title!: string | null;
  /** Addresses, or ids of uploaded files. */
  @ApiProperty({ type: [String], example: ['https://cdn.example.com/pumpkins.jpg'] })
  media!: string[];
  @ApiProperty({ type: Date, nullable: true, example: null })
  scheduledPublishTime!: Date | null;
  /** Meta's id of the post. */
  @ApiProperty({ type: String, nullable: true, example: '113470551234567_122106839456789' })
  postId!: string | null;
  /** Meta's id of the video. */
  @ApiProperty({ type: String, nullable: true, example: null })
  videoId!: string | null;
  @ApiProperty({
    type: String,
    nullable: true,
    example: 'https://www.facebook.com/113470551234567/posts/122106839456789',
  })
  permalinkUrl!: string | null;
  /** Why it failed; while it is being tried again, what stood in its way last. */
  @ApiProperty({ type: PublicationErrorDto, nullable: true, example: null })
  error!: PublicationErrorDto | null;
  /** Every state that it has had, the oldest first. */
  @ApiProperty({ type: [PublicationStepDto] })
  history!: PublicationStepDto[];
  /** When something is done about it next; `null` when nothing is left to do, or it is left to people. */
  @ApiProperty({ type: Date, nullable: true, example: null })
  nextStepAt!: Date | null;
  @ApiProperty({ type: Date })
  createdAt!: Date;
  /** When the call that publishes was begun. */
  @ApiProperty({ type: Date, nullable: true })
  startedAt!: Date | null;
  @ApiProperty({ type: Date, nullable: true })
  settledAt!: Date | null;

  static from(publication: FacebookPublicationEntity): PublicationDto {
    const { error } = publication;
    return Object.assign(new PublicationDto(), {
      id: publication.id,
      pageId: publication.pageId,
      kind: publication.kind,
      target: publication.target,
      state: publication.state,
      message: publication.message,
      link: publication.link,
      title: publication.title,
      media: publication.media.map(({ source }) => source),
      scheduledPublishTime: publication.scheduledAt,
      postId: publication.postId,
      videoId: publication.videoId,
      permalinkUrl: publication.permalinkUrl,
      error: error === null ? null : { code: error.code, message: error.message, details: error.details },
      history: publication.history.map(({ state, at, note = null }) => ({ state, at: new Date(at), note })),
      nextStepAt: publication.dueAt,
      createdAt: publication.createdAt,
      startedAt: publication.startedAt,
      settledAt: publication.settledAt,
    });
  }
}

export class PublicationListDto {
  @ApiProperty({ type: [PublicationDto] })
  publications!: PublicationDto[];
  @ApiProperty({ type: CursorPaginationDto })
  pagination!: CursorPaginationDto;
}

export class RetryPublicationDto {
  /**
   * Needed for one of unknown outcome: `true` says that you have looked and it does not stand on the Page. If it does after
   * all, it stands there twice.
   */
  @ApiPropertyOptional({ type: Boolean, example: true })
  @IfPresent()
  @IsBoolean()
  confirmNotPublished?: boolean;
}

export class ResolvePublicationDto {
  /** Meta's id of the post that it became, `{page}_{post}`. */
  @ApiProperty({ type: String, example: '113470551234567_122106839456789' })
  @IsString()
  @Matches(/^\d{1,32}_\d{1,32}$/, { message: 'postId must be as Meta writes it: {page}_{post}.' })
  postId!: string;
}

import { ApiProperty } from '@nestjs/swagger';
import { IsIn, Matches } from 'class-validator';
import { IfPresent } from '../../http/body-fields';
import { CursorPageQuery, CursorPaginationDto } from '../../http/page.dto';
import { QueryList } from '../../http/query-fields';
import type { InstagramPublicationContainerEntity } from '../entities/instagram-publication-container.entity';
import {
  type InstagramPublicationEntity,
  PUBLICATION_KINDS,
  PUBLICATION_STATES,
  type PublicationKind,
  type PublicationState,
  WAIT_REASONS,
  type WaitReason,
} from '../entities/instagram-publication.entity';
import { ACCOUNT_REF, ACCOUNT_REF_MESSAGE } from './publish-media.dto';

export class OrderedInstagramPublicationDto {
  /** Ours: `GET /publications/{id}` tells how far it has come. */
  @ApiProperty({ type: String, format: 'uuid' }) id!: string;
  @ApiProperty({ type: String, enum: ['queued', 'scheduled'], example: 'queued' })
  status!: 'queued' | 'scheduled';
}

/** What Meta makes of one file before it can be published. */
export class InstagramContainerDto {
  /** 0: what is published; from 1 on the parts of a carousel. */
  @ApiProperty({ type: 'integer', example: 0 }) position!: number;
  @ApiProperty({ type: String, enum: PUBLICATION_KINDS, example: 'image' }) type!: PublicationKind;
  /** Meta's id; null until it was made. It lives for 24 hours. */
  @ApiProperty({ type: String, nullable: true, example: '17889615691921648' }) containerId!: string | null;
  /** In Meta's words: `IN_PROGRESS`, `FINISHED`, `PUBLISHED`, `ERROR`, `EXPIRED`; null until Meta was asked. */
  @ApiProperty({ type: String, nullable: true, example: 'FINISHED' }) status!: string | null;
  /** What Meta says about it, for people. */
  @ApiProperty({ type: String, nullable: true, example: null }) statusText!: string | null;
  /** How often it was made; Meta allows an account 400 in 24 hours. */
  @ApiProperty({ type: 'integer', example: 1 }) creations!: number;
  @ApiProperty({ type: Date, nullable: true }) checkedAt!: Date | null;
}

export class InstagramPublicationErrorDto {
  /** A word to branch on, as `MEDIA_UNREACHABLE`, `ASPECT_RATIO`, `QUOTA_USED_UP`, `META_REAUTH_REQUIRED`. */
  @ApiProperty({ type: String, example: 'MEDIA_UNREACHABLE' }) code!: string;
  /** What happened, for people. */
  @ApiProperty({ type: String, example: 'Meta could not fetch the file.' }) message!: string;
  /** What to do about it, for people. */
  @ApiProperty({ type: String }) advice!: string;
  /** Whether `POST /publications/{id}/retry` may succeed without a change. */
  @ApiProperty({ type: Boolean, example: false }) retryHelps!: boolean;
  @ApiProperty({ type: 'integer', nullable: true, example: 9004 }) metaCode!: number | null;
  @ApiProperty({ type: 'integer', nullable: true, example: 2207052 }) metaSubcode!: number | null;
  /** In Meta's words. */
  @ApiProperty({ type: String, nullable: true }) metaMessage!: string | null;
  @ApiProperty({ type: String, nullable: true }) fbtraceId!: string | null;
}

/** An order to publish something, and what has become of it. */
export class InstagramPublicationDto {
  @ApiProperty({ type: String, format: 'uuid' }) id!: string;
  /** The Instagram account, by our id. */
  @ApiProperty({ type: String, format: 'uuid' }) instagramAccountId!: string;
  @ApiProperty({ type: String, enum: PUBLICATION_KINDS, example: 'image' }) type!: PublicationKind;
  /**
   * `scheduled`: waits for `publishAt`. `queued`: will be dealt with at once, or waits for what `waitingFor` says. `creating`:
   * Meta is given the files. `processing`: Meta works on them. `ready`: all is prepared. `publishing`: Meta was told to
   * publish it. `unknown`: its answer was lost; it is found out whether it is there, and it is never published twice.
   */
  @ApiProperty({ type: String, enum: PUBLICATION_STATES, example: 'processing' }) status!: PublicationState;
  /**
   * What holds it up: `quota` (as much published as Instagram allows in 24 hours), `containers` (400 files in 24 hours),
   * `rate_limit`, `meta` (trouble at Meta), `reauth` (the account has to be connected again); null: nothing.
   */
  @ApiProperty({ type: String, enum: WAIT_REASONS, nullable: true, example: null })
  waitingFor!: WaitReason | null;
  /** When the next step is due; null when there is none. */
  @ApiProperty({ type: Date, nullable: true }) nextStepAt!: Date | null;
  @ApiProperty({ type: Date, nullable: true }) publishAt!: Date | null;
  @ApiProperty({ type: String, nullable: true, example: 'Spring is here #tulips' }) caption!: string | null;
  /** Meta's id of what was published; null also where it is certain that it is there, and not as which media. */
  @ApiProperty({ type: String, nullable: true, example: '17918920912340654' }) mediaId!: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'https://www.instagram.com/p/C1x2y3z4/' })
  permalink!: string | null;
  @ApiProperty({ type: Date, nullable: true }) publishedAt!: Date | null;
  /** Why it failed, or is not known to be published. */
  @ApiProperty({ type: InstagramPublicationErrorDto, nullable: true })
  error!: InstagramPublicationErrorDto | null;
  /** In the order in which they are made. */
  @ApiProperty({ type: [InstagramContainerDto] }) containers!: InstagramContainerDto[];
  @ApiProperty({ type: Date }) createdAt!: Date;
  @ApiProperty({ type: Date }) updatedAt!: Date;

  static from(
    publication: InstagramPublicationEntity,
    containers: readonly InstagramPublicationContainerEntity[],
  ): InstagramPublicationDto {
    return Object.assign(new InstagramPublicationDto(), {
      id: publication.id,
      instagramAccountId: publication.assetId,
      type: publication.kind,
      status: publication.state,
      waitingFor: publication.waitingFor,
      nextStepAt: publication.nextStepAt,
      publishAt: publication.publishAt,
      caption: publication.request.caption ?? null,
      mediaId: publication.mediaId,
      permalink: publication.permalink,
      publishedAt: publication.publishedAt,
      error: publication.error,
      containers: containers.map(
        ({ position, kind, containerId, status, statusText, creations, checkedAt }) => ({
          position,
          type: kind,
          containerId,
          status,
          statusText,
          creations,
          checkedAt,
        }),
      ),
      createdAt: publication.createdAt,
      updatedAt: publication.updatedAt,
    });
  }
}

export class InstagramPublicationsQuery extends CursorPageQuery {
  /**
   * Only those for this Instagram account: Meta's id or ours.
   * @example "17841405822304914"
   */
  @IfPresent() @Matches(ACCOUNT_REF, ACCOUNT_REF_MESSAGE) accountId?: string;

  /**
   * Only those in one of these states, comma-separated.
   * @example scheduled,failed
   */
  @IfPresent()
  @QueryList()
  @IsIn(PUBLICATION_STATES, { each: true })
  status?: PublicationState[];
}

export class InstagramPublicationPageDto {
  /** Newest first. */
  @ApiProperty({ type: [InstagramPublicationDto] }) publications!: InstagramPublicationDto[];
  @ApiProperty({ type: CursorPaginationDto }) pagination!: CursorPaginationDto;
}

/** How much an account may still publish. */
export class InstagramPublishingLimitDto {
  /** What was published in the last 24 hours, also by other apps; null where Meta does not say. */
  @ApiProperty({ type: 'integer', nullable: true, example: 2 }) used!: number | null;
  /** How much may be. Meta's pages name 25, 50 and 100: this is what it says of this account. */
  @ApiProperty({ type: 'integer', nullable: true, example: 100 }) total!: number | null;
  @ApiProperty({ type: 'integer', nullable: true, example: 86_400 }) durationSeconds!: number | null;
  /** Files given to Meta from here in the last 24 hours; each part of a carousel counts, and so does the carousel. */
  @ApiProperty({ type: 'integer', example: 3 }) containersUsed!: number;
  @ApiProperty({ type: 'integer', example: 400 }) containersTotal!: number;
}

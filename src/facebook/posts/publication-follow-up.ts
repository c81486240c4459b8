import { Injectable, Logger } from '@nestjs/common';
import { AppError } from '../../errors/app.error';
import type { FacebookPageEntity } from '../entities/facebook-page.entity';
import { PageTokens } from '../pages/page-tokens';
import { PostsApi, type ReadVideo } from './posts-api';
import { PublicationSettlement } from './publication-settlement';
import { SCHEDULE_MISSED, VIDEO_FAILED } from './publication-states';
import { PublicationTelling } from './publication-telling';
import {
  LONGEST_PROCESSING_MS,
  LONGEST_VIDEO_POLL_MS,
  LOOK_AFTER_SCHEDULE_MS,
  LOOK_AGAIN_MS,
  SCHEDULE_MISSED_AFTER_MS,
  SOUGHT_FOR_AT_MOST_MS,
  VIDEO_POLL_MS,
} from './publication-timing';
import type { From } from './publication-change';
import { type Publication, PublicationsRepository } from './publications.repository';

const BROKEN = ['error', 'upload_failed', 'expired'];
const GONE = 'It is no longer at Meta.';

/** Watches what Meta has taken and is not done with: videos that are processed, posts whose time has come. */
@Injectable()
export class PublicationFollowUp {
  private readonly log = new Logger(PublicationFollowUp.name);

  constructor(
    private readonly publications: PublicationsRepository,
    private readonly settlement: PublicationSettlement,
    private readonly telling: PublicationTelling,
    private readonly api: PostsApi,
    private readonly tokens: PageTokens,
  ) {}

  async look(publication: Publication, from: From, page: FacebookPageEntity | undefined): Promise<void> {
    const { accountId, assetId: id, pageId, state } = publication;
    const connected = { accountId, id, pageId, status: page?.status ?? ('available' as const) };
    try {
      await this.tokens.withToken(connected, (token) =>
        state === 'processing'
          ? this.followVideo(token, publication, from)
          : this.checkSchedule(token, publication, from),
      );
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      this.log.warn(`Meta could not be read for publication ${publication.id}: ${error.message}`);
      const ageMs = Date.now() - (publication.scheduledAt ?? publication.createdAt).getTime();
      await this.lookAgain(publication, from, ageMs > SOUGHT_FOR_AT_MOST_MS ? null : LOOK_AGAIN_MS);
    }
  }

  private async followVideo(token: string, publication: Publication, from: From): Promise<void> {
    const video =
      publication.videoId === null
        ? null
        : await this.api.findVideo(token, publication.pageId, publication.videoId);
    if (video === null) {
      await this.settlement.recordGone(publication, from, GONE);
      return;
    }
    const { status, problem, postId, permalinkUrl, isPublished } = video;
    if (isDone(video, publication)) {
      const standing = { postId, videoId: video.id, permalinkUrl, isPublished: isPublished ?? true };
      await this.settlement.recordFound(publication, from, standing);
      return;
    }
    const ageMs = Date.now() - (publication.startedAt ?? publication.createdAt).getTime();
    if ((status !== null && BROKEN.includes(status)) || ageMs > LONGEST_PROCESSING_MS) {
      const reason =
        problem ??
        (status === null || !BROKEN.includes(status) ? 'It took too long.' : 'Meta does not say why.');
      await this.settlement.recordFailed(publication, from, {
        code: VIDEO_FAILED,
        status: 422,
        message: `Meta could not publish the video: ${reason}`,
        details: { videoId: video.id, hint: 'MP4 with H.264 and AAC always works.' },
      });
      return;
    }
    const pauseMs = Math.min(LONGEST_VIDEO_POLL_MS, VIDEO_POLL_MS * 1.5 ** publication.readings);
    await this.lookAgain(publication, from, pauseMs, true);
  }

  private async checkSchedule(token: string, publication: Publication, from: From): Promise<void> {
    const { postId, videoId, scheduledAt } = publication;
    const read =
      postId !== null
        ? await this.api.find(token, postId)
        : videoId === null
          ? null
          : await this.api.findVideo(token, publication.pageId, videoId);
    if (read === null) {
      await this.settlement.recordGone(publication, from, GONE);
      return;
    }
    if (read.isPublished === true) {
      await this.settlement.recordFound(publication, from, {
        isPublished: true,
        permalinkUrl: read.permalinkUrl,
        note: 'Meta published it at its time.',
      });
      return;
    }
    const moved = 'scheduledAt' in read ? read.scheduledAt : null;
    if (moved !== null && moved.getTime() > Date.now()) {
      await this.recordMoved(publication, from, moved);
      return;
    }
    if (scheduledAt !== null && Date.now() - scheduledAt.getTime() > SCHEDULE_MISSED_AFTER_MS) {
      await this.settlement.recordFailed(publication, from, {
        code: SCHEDULE_MISSED,
        status: 422,
        message: `Meta has not published the post, which was scheduled for ${scheduledAt.toISOString()}. It is still there, unseen: publish or move it with PATCH, or delete it.`,
        details: { postId, scheduledAt: scheduledAt.toISOString() },
      });
      return;
    }
    await this.lookAgain(publication, from, LOOK_AGAIN_MS);
  }

  /** Somebody moved it elsewhere. */
  private async recordMoved(publication: Publication, from: From, scheduledAt: Date): Promise<void> {
    const dueInMs = scheduledAt.getTime() - Date.now() + LOOK_AFTER_SCHEDULE_MS;
    await this.publications.transaction(async (tx) => {
      const changed = await this.publications.change(tx, publication, from, { scheduledAt, dueInMs });
      if (changed !== null && scheduledAt.getTime() !== publication.scheduledAt?.getTime())
        await this.telling.state(tx, changed);
    });
  }

  private async lookAgain(
    publication: Publication,
    from: From,
    dueInMs: number | null,
    isCounted = false,
  ): Promise<void> {
    await this.publications.transaction((tx) =>
      this.publications.change(tx, publication, from, {
        dueInMs,
        ...(isCounted && { readings: 'one more' as const }),
      }),
    );
  }
}

/** What is scheduled or held back is done as soon as it is ready; what is to be seen, when it can be. */
function isDone({ status, isPublished, postId }: ReadVideo, { target }: Publication): boolean {
  if (isPublished === true) return true;
  if (status !== 'ready') return false;
  return target !== 'published' || isPublished === null || postId !== null;
}

import { Injectable, Logger } from '@nestjs/common';
import { AppConfig } from '../../config/app-config';
import { AppError } from '../../errors/app.error';
import type { FacebookPageEntity } from '../entities/facebook-page.entity';
import { PageTokens } from '../pages/page-tokens';
import { CLOCKS_DIFFER_MS, type Sought, candidateOf, isPostOf, isVideoOf } from './post-matching';
import { type PostList, PostsApi } from './posts-api';
import { nextReadingInMs } from './publication-outcome';
import { PublicationSettlement, type Standing } from './publication-settlement';
import { NOT_FOUND_AT_META } from './publication-states';
import { PublicationTelling } from './publication-telling';
import {
  FEWEST_READINGS,
  READINGS_BEFORE_TELLING,
  SOUGHT_FOR_AT_LEAST_MS,
  SOUGHT_FOR_AT_MOST_MS,
  VIDEO_SOUGHT_FOR_AT_LEAST_MS,
} from './publication-timing';
import type { Change, From } from './publication-change';
import { type Publication, PublicationsRepository } from './publications.repository';

/** A reel's or story's video in these states was brought to Meta and never published. */
const ONLY_BROUGHT = ['uploading', 'upload_complete', 'expired', 'upload_failed'];

/**
 * Finds out what became of publications whose answer was lost, by reading what stands on the Page. Only when it has been
 * read often enough and for long enough does "not there" mean "not published".
 */
@Injectable()
export class PublicationSearch {
  private readonly log = new Logger(PublicationSearch.name);

  constructor(
    private readonly config: AppConfig,
    private readonly publications: PublicationsRepository,
    private readonly settlement: PublicationSettlement,
    private readonly telling: PublicationTelling,
    private readonly api: PostsApi,
    private readonly tokens: PageTokens,
  ) {}

  async look(publication: Publication, from: From, page: FacebookPageEntity | undefined): Promise<void> {
    const { accountId, assetId: id, pageId } = publication;
    const connected = { accountId, id, pageId, status: page?.status ?? ('available' as const) };
    let found: Standing | null;
    try {
      found = await this.tokens.withToken(connected, (token) => this.find(token, publication));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      this.log.warn(`Meta could not be read for publication ${publication.id}: ${error.message}`);
      await this.readInVain(publication, from, false);
      return;
    }
    if (found !== null && (await this.settlement.recordFound(publication, from, found))) return;
    await this.readInVain(publication, from, true);
  }

  /** @returns null when it is not there */
  private async find(token: string, publication: Publication): Promise<Standing | null> {
    const { pageId, kind, videoId } = publication;
    const sought = soughtOf(publication);
    switch (kind) {
      case 'post':
        return this.findPost(token, publication, sought);
      case 'video':
        return this.findVideo(token, publication, sought);
      case 'photo_story': {
        const photoId = publication.media[0]?.handle;
        const story = (await this.api.stories(token, pageId)).find(({ mediaId }) => mediaId === photoId);
        return story === undefined ? null : { postId: story.postId, isPublished: true, note: FOUND };
      }
      case 'reel':
      case 'video_story': {
        const video = videoId === null ? null : await this.api.findVideo(token, pageId, videoId);
        if (video === null) return null;
        const isOnlyBrought = video.status === null || ONLY_BROUGHT.includes(video.status);
        if (isOnlyBrought && video.isPublished !== true && video.postId === null) return null;
        const { postId, permalinkUrl } = video;
        return { videoId: video.id, postId, permalinkUrl, isPublished: video.isPublished, note: FOUND };
      }
    }
  }

  private async findPost(token: string, publication: Publication, sought: Sought): Promise<Standing | null> {
    const { META_APP_ID } = this.config.env;
    for (const list of listsFor(publication)) {
      for await (const posts of this.api.recent(token, publication.pageId, list)) {
        const matching = posts.filter((post) => isPostOf(sought, candidateOf(post), META_APP_ID));
        const post = await this.firstUnclaimed(publication, matching);
        if (post !== undefined) {
          const { id: postId, permalinkUrl } = post;
          return { postId, permalinkUrl, isPublished: list === 'published_posts', note: FOUND };
        }
        // The lists go from new to old; what is scheduled stands in another order.
        const oldest = posts.at(-1)?.createdAt ?? null;
        if (list === 'published_posts' && isBefore(oldest, sought)) break;
      }
    }
    return null;
  }

  private async findVideo(token: string, publication: Publication, sought: Sought): Promise<Standing | null> {
    for await (const videos of this.api.recentVideos(token, publication.pageId)) {
      const matching = videos.filter((video) => isVideoOf(sought, video));
      const video = await this.firstUnclaimed(publication, matching);
      if (video !== undefined) return { videoId: video.id, isPublished: null, note: FOUND };
      if (isBefore(videos.at(-1)?.createdAt ?? null, sought)) break;
    }
    return null;
  }

  /** The oldest that no other publication has become. */
  private async firstUnclaimed<T extends { id: string }>(
    { accountId, assetId, id }: Publication,
    candidates: readonly T[],
  ): Promise<T | undefined> {
    const ids = candidates.map((candidate) => candidate.id);
    const others = await this.publications.withMetaIds(accountId, assetId, ids);
    const claimed = new Set(
      others.flatMap((other) => (other.id === id ? [] : [other.postId ?? '', other.videoId ?? ''])),
    );
    return candidates.findLast((candidate) => !claimed.has(candidate.id));
  }

  /** @param isRead false: Meta could not be asked, which says nothing */
  private async readInVain(publication: Publication, from: From, isRead: boolean): Promise<void> {
    const { startedAt, createdAt } = publication;
    const readings = publication.readings + (isRead ? 1 : 0);
    const ageMs = Date.now() - (startedAt ?? createdAt).getTime();
    const isListed = publication.kind !== 'post' || publication.target !== 'unpublished';
    const atLeastMs = publication.kind === 'video' ? VIDEO_SOUGHT_FOR_AT_LEAST_MS : SOUGHT_FOR_AT_LEAST_MS;
    const isEnough = readings >= FEWEST_READINGS && ageMs >= atLeastMs;
    if (isRead && isEnough && isListed) {
      await this.settlement.recordFailed(publication, from, notPublished(publication));
      return;
    }
    const isOver = (isEnough && !isListed) || ageMs > SOUGHT_FOR_AT_MOST_MS;
    const change: Change = {
      ...(isRead && { readings: 'one more' as const }),
      dueInMs: isOver ? null : nextReadingInMs(readings + (isRead ? 0 : 3)),
    };
    await this.publications.transaction(async (tx) => {
      const changed = await this.publications.change(tx, publication, from, change);
      const isWorthTelling = readings >= READINGS_BEFORE_TELLING || !isRead;
      if (changed !== null && isWorthTelling) await this.telling.unknown(tx, changed);
    });
  }
}

const FOUND = 'It was found on the Page.';

function listsFor({ target, scheduledAt }: Publication): PostList[] {
  switch (target) {
    case 'published':
      return ['published_posts'];
    case 'scheduled':
      return scheduledAt !== null && scheduledAt.getTime() <= Date.now() + CLOCKS_DIFFER_MS
        ? ['scheduled_posts', 'published_posts']
        : ['scheduled_posts'];
    // Meta lists nowhere what nobody can see; only a webhook may tell of it.
    case 'unpublished':
      return [];
  }
}

export function soughtOf(publication: Publication): Sought {
  const { target, message, link, title, media, scheduledAt, startedAt, createdAt } = publication;
  return { target, message, link, title, media, scheduledAt, startedAt: startedAt ?? createdAt };
}

function isBefore(instant: Date | null, { startedAt }: Sought): boolean {
  return instant !== null && instant.getTime() < startedAt.getTime() - CLOCKS_DIFFER_MS;
}

function notPublished({ startedAt }: Publication) {
  const since = startedAt?.toISOString() ?? null;
  return {
    code: NOT_FOUND_AT_META,
    status: 422,
    message:
      'Meta’s answer was lost, and the post has not appeared on the Page since. It was looked for again and again; you can safely post it again.',
    details: { startedAt: since },
  };
}

import { Injectable, Logger } from '@nestjs/common';
import { AppConfig } from '../../config/app-config';
import type { FacebookPageEntity } from '../entities/facebook-page.entity';
import { PageTokens } from '../pages/page-tokens';
import { PagesRepository } from '../pages/pages.repository';
import { PostsApi } from './posts-api';
import { PublicationFollowUp } from './publication-follow-up';
import { verdictOnPreparing, verdictOnPublishing } from './publication-outcome';
import { LostClaimError, type Prepared, PublicationPreparer } from './publication-preparer';
import { PublicationSearch } from './publication-search';
import { PublicationSettlement, type Standing } from './publication-settlement';
import { PREPARING_LEASE_MS } from './publication-timing';
import type { From } from './publication-change';
import { type Publication, PublicationsRepository } from './publications.repository';
import { LONGEST_FILE_MS, PublishingApi } from './publishing-api';

/** Writing down what came of the call, and a token that had to be renewed before it. */
const SPARE_MS = 30_000;
const STAYING_EVERY_MS = PREPARING_LEASE_MS / 4;

/** Does what is next for a publication, whatever that is. */
@Injectable()
export class PublicationRunner {
  private readonly log = new Logger(PublicationRunner.name);

  constructor(
    private readonly config: AppConfig,
    private readonly publications: PublicationsRepository,
    private readonly settlement: PublicationSettlement,
    private readonly preparer: PublicationPreparer,
    private readonly search: PublicationSearch,
    private readonly followUp: PublicationFollowUp,
    private readonly publishing: PublishingApi,
    private readonly posts: PostsApi,
    private readonly pages: PagesRepository,
    private readonly tokens: PageTokens,
  ) {}

  /** @param publication claimed by this worker */
  async run(publication: Publication): Promise<void> {
    const { claimId, state } = publication;
    if (claimId === null) throw new Error('A publication has to be claimed first.');
    const from: From = { states: [state], claimId };
    const [page] = await this.pages.find([publication.accountId], publication.assetId);
    switch (state) {
      case 'preparing':
        await this.publish(publication, claimId, page);
        return;
      case 'publishing':
        await this.settlement.recordUnknown(
          publication,
          from,
          'The process that was publishing it ended before Meta’s answer came.',
        );
        return;
      case 'unknown':
        await this.search.look(publication, from, page);
        return;
      case 'processing':
      case 'scheduled':
        await this.followUp.look(publication, from, page);
        return;
      default:
        await this.publications.transaction((tx) =>
          this.publications.change(tx, publication, from, { dueInMs: null }),
        );
    }
  }

  private async publish(
    publication: Publication,
    claimId: string,
    page: FacebookPageEntity | undefined,
  ): Promise<void> {
    const attempts = publication.attempts + 1;
    const ageMs = Date.now() - publication.createdAt.getTime();
    const from: From = { states: ['preparing'], claimId };
    let prepared: Prepared;
    try {
      prepared = await this.staying(publication, claimId, () =>
        this.withToken(publication, page, (token) => this.preparer.prepare(publication, claimId, token)),
      );
    } catch (error) {
      if (error instanceof LostClaimError) return;
      this.logUnexpected(publication, error);
      const verdict = verdictOnPreparing(error, attempts, ageMs);
      if (verdict.outcome === 'again')
        await this.settlement.recordAgain(publication, from, {
          ...verdict,
          attempts,
          error: verdict.problem,
        });
      else await this.settlement.recordFailed(publication, from, verdict.problem);
      return;
    }
    await this.call(publication, claimId, { page, prepared, attempts, ageMs });
  }

  private async call(
    publication: Publication,
    claimId: string,
    { page, prepared, attempts, ageMs }: Attempt,
  ): Promise<void> {
    const beganAt = Date.now();
    const leaseMs = 2 * Math.max(this.config.env.META_TIMEOUT_MS, LONGEST_FILE_MS) + SPARE_MS;
    // From here on nobody calls again: a process that dies leaves a publication of unknown outcome.
    const begun = await this.publications.transaction((tx) =>
      this.publications.change(
        tx,
        publication,
        { states: ['preparing'], claimId },
        {
          state: 'publishing',
          isStarting: true,
          dueInMs: leaseMs,
          attempts,
          error: null,
          ...(prepared.videoId !== null && { videoId: prepared.videoId }),
        },
      ),
    );
    if (begun === null) return;
    const from: From = { states: ['publishing'], claimId };
    // A process that was held up for long would call when others have given the publication up already.
    if (Date.now() - beganAt > leaseMs / 2) {
      await this.settlement.recordAgain(publication, from, {
        inMs: 0,
        attempts,
        error: { code: 'SERVER_ERROR', status: 500, message: 'The service was held up.', details: {} },
      });
      return;
    }
    let answer: Standing;
    try {
      answer = await this.withToken(publication, page, (token) => this.callMeta(token, begun, prepared));
    } catch (error) {
      this.logUnexpected(publication, error);
      const verdict = verdictOnPublishing(error, attempts, ageMs);
      if (verdict.outcome === 'again')
        await this.settlement.recordAgain(publication, from, {
          ...verdict,
          attempts,
          error: verdict.problem,
        });
      else if (verdict.outcome === 'failed')
        await this.settlement.recordFailed(publication, from, verdict.problem);
      else await this.settlement.recordUnknown(publication, from, verdict.problem.message);
      return;
    }
    await this.settlement.recordAccepted(publication, answer);
    if (answer.postId !== null && answer.postId !== undefined)
      await this.noteAddress(publication, page, answer.postId);
  }

  private async callMeta(token: string, publication: Publication, prepared: Prepared): Promise<Standing> {
    const { kind, pageId, message, link, title, scheduledAt, target } = publication;
    const visibility = { isPublished: target === 'published', scheduledAt };
    const { photoIds, videoUrl, videoId } = prepared;
    const described = { title, description: message, ...visibility };
    switch (kind) {
      case 'post':
        return {
          postId: await this.publishing.post(token, pageId, { message, link, photoIds, ...visibility }),
        };
      case 'video':
        return {
          videoId: await this.publishing.video(token, pageId, { url: known(videoUrl), ...described }),
        };
      case 'photo_story':
        return { postId: await this.publishing.photoStory(token, pageId, known(photoIds[0])) };
      case 'reel':
      case 'video_story': {
        const edge = kind === 'reel' ? 'video_reels' : 'video_stories';
        const id = known(videoId);
        await this.publishing.broughtVideo(token, pageId, edge, { videoId: id, ...described });
        return { videoId: id };
      }
    }
  }

  /** Where people see it. It is nice to have: whoever asks for the post later gets it from Meta. */
  private async noteAddress(
    publication: Publication,
    page: FacebookPageEntity | undefined,
    postId: string,
  ): Promise<void> {
    try {
      const post = await this.withToken(publication, page, (token) => this.posts.find(token, postId));
      const permalinkUrl = post?.permalinkUrl ?? null;
      if (permalinkUrl === null) return;
      await this.publications.transaction((tx) =>
        this.publications.change(
          tx,
          publication,
          { states: ['published', 'unpublished', 'scheduled'] },
          { permalinkUrl },
        ),
      );
    } catch (error) {
      const what = error instanceof Error ? error.message : 'unknown error';
      this.log.warn(`The address of the post ${postId} could not be read: ${what}`);
    }
  }

  private async withToken<T>(
    publication: Publication,
    page: FacebookPageEntity | undefined,
    work: (token: string) => Promise<T>,
  ): Promise<T> {
    const { accountId, assetId: id, pageId } = publication;
    // One that is no longer connected has no token, which is said by the same error.
    return this.tokens.withToken({ accountId, id, pageId, status: page?.status ?? 'available' }, work);
  }

  /** Others see that this worker is alive for as long as it takes. */
  private async staying<T>(publication: Publication, claimId: string, work: () => Promise<T>): Promise<T> {
    const timer = setInterval(() => {
      this.publications.extend(publication, claimId, PREPARING_LEASE_MS).catch((error: unknown) => {
        this.log.warn(
          `A publication could not be held: ${error instanceof Error ? error.message : 'unknown'}`,
        );
      });
    }, STAYING_EVERY_MS);
    try {
      return await work();
    } finally {
      clearInterval(timer);
    }
  }

  private logUnexpected({ id }: Publication, error: unknown): void {
    if (error instanceof Error && 'status' in error) return;
    this.log.error({ message: `Publication ${id} failed in a way that was not foreseen`, err: error });
  }
}

interface Attempt {
  page: FacebookPageEntity | undefined;
  prepared: Prepared;
  attempts: number;
  ageMs: number;
}

function known<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error('A publication lacks what it is about.');
  return value;
}

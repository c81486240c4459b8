import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { instanceToPlain } from 'class-transformer';
import { isUuid } from '../../database/ids';
import { repeatLostRaces } from '../../database/lost-race';
import { AppError, ConflictError, ValidationFailedError } from '../../errors/app.error';
import { decodeCursor, encodeCursor } from '../../http/cursor';
import { IdempotencyKeys, requestDigest } from '../../http/idempotency-key';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import type { ListPublicationsQuery } from '../dto/post-query.dto';
import { PublicationDto, type PublicationListDto } from '../dto/publication.dto';
import type { CreatePostDto } from '../dto/write-post.dto';
import { PageTokens } from '../pages/page-tokens';
import { draftOf, problemOfTime } from './post-draft';
import { PostScope, noPost, requireTask } from './post-scope';
import { PostsApi } from './posts-api';
import { PublicationSettlement } from './publication-settlement';
import { OPEN_STATES, type PublicationProblem } from './publication-states';
import { ADDRESS_WITHIN_MS, ANSWER_WITHIN_MS } from './publication-timing';
import { PublicationWorker } from './publication.worker';
import { type Publication, type PublicationKey, PublicationsRepository } from './publications.repository';
import { UploadedFiles } from './uploaded-files';

export const POSTS_ROUTE = '/api/meta/facebook/posts';
const LOOK_EVERY_MS = 100;

/** Why a publication failed, for whoever waited for it. */
class PublicationFailedError extends AppError {
  readonly code: string;
  readonly status: number;

  constructor(problem: PublicationProblem, publicationId: string) {
    super(problem.message, { ...problem.details, publicationId });
    this.code = problem.code;
    this.status = problem.status;
  }
}

/** Takes orders to publish, and tells what became of them. */
@Injectable()
export class PublicationsService {
  constructor(
    private readonly scope: PostScope,
    private readonly publications: PublicationsRepository,
    private readonly settlement: PublicationSettlement,
    private readonly files: UploadedFiles,
    private readonly idempotency: IdempotencyKeys,
    private readonly worker: PublicationWorker,
    private readonly api: PostsApi,
    private readonly tokens: PageTokens,
  ) {}

  /**
   * @param key the caller's Idempotency-Key
   * @returns what is known after some seconds at most: the order is durable then, whatever becomes of it
   * @throws AppError when it is certain that nothing was or will be published
   */
  async create(user: AuthenticatedUser, dto: CreatePostDto, key: string | undefined): Promise<Publication> {
    const page = await this.scope.page(user, dto);
    const { accountId, id: assetId, pageId } = page;
    const digest = requestDigest('POST', POSTS_ROUTE, instanceToPlain(dto));
    const { id } = await repeatLostRaces(() =>
      this.publications.transaction((tx) =>
        // Whatever stands against publishing counts only where something would be: a repeated request gets its answer.
        this.idempotency.replayOr<{ id: string }>(tx, { accountId, key, digest }, async () => {
          requireTask(page, 'write');
          const draft = draftOf(dto);
          const problems = await this.files.findProblems(tx, accountId, draft.media);
          if (problems.length > 0) throw new ValidationFailedError(problems);
          const added = await this.publications.insert(tx, {
            accountId,
            assetId,
            pageId,
            createdBy: user.id,
            draft,
          });
          if (added !== null) return added;
          const open = await this.publications.findOpen(tx, accountId, assetId, draft);
          throw beingPublished(open);
        }),
      ),
    );
    this.worker.announce();
    return this.settled({ accountId, id });
  }

  async list(user: AuthenticatedUser, query: ListPublicationsQuery): Promise<PublicationListDto> {
    const { limit, before, after, state } = query;
    if (before !== undefined && after !== undefined)
      throw ValidationFailedError.of('after', 'exclusive', 'Send before or after, not both.');
    const page = await this.scope.page(user, query);
    const found = await this.publications.page(page.accountId, page.id, {
      limit,
      states: state === undefined || state.length === 0 ? null : state,
      before: before === undefined ? undefined : decodeCursor('before', before, asId),
      after: after === undefined ? undefined : decodeCursor('after', after, asId),
    });
    const [first, last] = [found[0], found.length < limit ? undefined : found.at(-1)];
    return {
      publications: found.map((publication) => PublicationDto.from(publication)),
      pagination: {
        limit,
        before: last === undefined ? null : encodeCursor(last.id),
        after: first === undefined ? null : encodeCursor(first.id),
      },
    };
  }

  async get(user: AuthenticatedUser, id: string): Promise<PublicationDto> {
    return PublicationDto.from(await this.scope.publication(user, id, undefined));
  }

  /**
   * Publishes what failed once more; what is of unknown outcome only where somebody has looked.
   * @throws ConflictError for anything else
   */
  async retry(user: AuthenticatedUser, id: string, isConfirmed: boolean): Promise<Publication> {
    const publication = await this.scope.publication(user, id, undefined);
    requireTask(await this.scope.pageOf(publication), 'write');
    const { state, scheduledAt, kind, postId, videoId } = publication;
    if (state !== 'failed' && !(state === 'unknown' && isConfirmed))
      throw new ConflictError(
        state === 'unknown'
          ? 'It is not known whether Meta published it. Look at the Page; only if it is not there, send confirmNotPublished: true.'
          : `It is ${state}, and only what failed can be tried again.`,
        { publicationId: id, state },
      );
    if (state === 'failed' && postId !== null)
      throw new ConflictError('Meta has this post. Publish or move it with PATCH, or delete it.', { postId });
    const problem = scheduledAt === null ? null : problemOfTime(scheduledAt, new Date(), kind === 'reel');
    if (problem !== null)
      throw new ConflictError('The time that it was scheduled for is over or too near. Order it anew.', {
        scheduledPublishTime: scheduledAt?.toISOString() ?? null,
      });
    const changed = await this.publications.transaction((tx) =>
      this.publications.change(
        tx,
        publication,
        { states: [state] },
        {
          state: 'preparing',
          note: 'Somebody asked for another attempt.',
          error: null,
          attempts: 0,
          readings: 0,
          dueInMs: 0,
          ...(videoId !== null && { videoId: null }),
          // Photos that no post came to use are deleted by Meta after a day.
          media: publication.media.map((media) => ({ ...media, handle: null })),
        },
      ),
    );
    if (changed === null) throw beingPublished(publication);
    this.worker.announce();
    return this.settled(publication);
  }

  /**
   * Somebody has found the post that a publication of unknown outcome became.
   * @throws NotFoundError when Meta shows no such post
   */
  async resolve(user: AuthenticatedUser, id: string, postId: string): Promise<Publication> {
    const publication = await this.scope.publication(user, id, undefined);
    const page = await this.scope.pageOf(publication);
    const states = ['unknown', 'failed'] as const;
    if (!states.some((state) => state === publication.state))
      throw new ConflictError(`It is ${publication.state}, and nothing about that is open.`, {
        publicationId: id,
      });
    if (!postId.startsWith(`${page.pageId}_`)) throw noPost();
    const post = await this.tokens.withToken(page, (token) => this.api.find(token, postId));
    if (post === null) throw noPost();
    const found = await this.settlement.recordFound(
      publication,
      { states },
      {
        postId,
        permalinkUrl: post.permalinkUrl,
        isPublished: post.isPublished,
        note: 'Somebody named the post that it became.',
      },
    );
    if (!found) throw new ConflictError('Another publication became this post.', { postId });
    return (await this.publications.find(publication)) ?? publication;
  }

  /** Waits for a while for it to be known what became of it. */
  private async settled(key: PublicationKey): Promise<Publication> {
    const end = Date.now() + ANSWER_WITHIN_MS;
    for (;;) {
      const publication = await this.publications.find(key);
      if (publication === null) throw noPost();
      if (publication.state === 'failed' && publication.error !== null)
        throw new PublicationFailedError(publication.error, publication.id);
      if (isAnswer(publication) || Date.now() >= end || isForLater(publication, end)) return publication;
      await sleep(LOOK_EVERY_MS);
    }
  }
}

function isAnswer({ state, postId, permalinkUrl, settledAt }: Publication): boolean {
  if (OPEN_STATES.includes(state)) return false;
  if (postId === null || permalinkUrl !== null || settledAt === null) return true;
  // Meta is being asked where it can be seen.
  return Date.now() - settledAt.getTime() > ADDRESS_WITHIN_MS;
}

/** Meta asked to wait for longer than anybody does here. */
function isForLater({ state, dueAt, error, claimId }: Publication, end: number): boolean {
  // While a worker has it, the time is that of its lease.
  if (state !== 'preparing' || claimId !== null || error === null) return false;
  return dueAt !== null && dueAt.getTime() > end;
}

function beingPublished(open: Publication | null): ConflictError {
  return new ConflictError(
    'The same post is being published on this Page already, and it is not known yet what becomes of it. Wait for that before posting it again.',
    open === null ? {} : { publicationId: open.id, state: open.state },
  );
}

function asId(position: unknown): string | undefined {
  return typeof position === 'string' && isUuid(position) ? position : undefined;
}

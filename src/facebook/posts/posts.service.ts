import { Injectable } from '@nestjs/common';
import { AppError, ConflictError, ValidationFailedError } from '../../errors/app.error';
import {
  GraphError,
  GraphReauthRequiredError,
  GraphRejectedError,
  GraphUnavailableError,
} from '../../graph-client/graph.error';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { PostDto, type PostListDto, type RemovedPostDto } from '../dto/post.dto';
import type { ListPostsQuery } from '../dto/post-query.dto';
import type { UpdatePostDto } from '../dto/write-post.dto';
import { PageTokens } from '../pages/page-tokens';
import { problemOfTime } from './post-draft';
import { type NamedPost, type PageChoice, PostScope, noPost, requireTask } from './post-scope';
import { PostsApi } from './posts-api';
import { PublicationSettlement } from './publication-settlement';
import { OPEN_STATES, STANDING_STATES } from './publication-states';
import { PublicationTelling } from './publication-telling';
import { LOOK_AFTER_SCHEDULE_MS } from './publication-timing';
import type { Change } from './publication-change';
import { type Publication, PublicationsRepository } from './publications.repository';

/** Reads, changes and deletes posts that stand at Meta. */
@Injectable()
export class PostsService {
  constructor(
    private readonly scope: PostScope,
    private readonly api: PostsApi,
    private readonly tokens: PageTokens,
    private readonly publications: PublicationsRepository,
    private readonly settlement: PublicationSettlement,
    private readonly telling: PublicationTelling,
  ) {}

  /** @throws GraphError as Meta refuses it */
  async list(user: AuthenticatedUser, query: ListPostsQuery): Promise<PostListDto> {
    const { limit, before, after, status } = query;
    if (before !== undefined && after !== undefined)
      throw ValidationFailedError.of('after', 'exclusive', 'Send before or after, not both.');
    const page = await this.scope.page(user, query);
    const list = status === 'scheduled' ? 'scheduled_posts' : 'published_posts';
    const found = await this.tokens
      .withToken(page, (token) =>
        // Meta counts from the newest on: what is older stands after.
        this.api.page(token, page.pageId, list, { limit, before: after, after: before }),
      )
      .catch((error: unknown) => {
        throw aboutCursor(error, before === undefined ? 'after' : 'before', before ?? after) ?? error;
      });
    const ids = found.posts.map(({ id }) => id);
    const publications = await this.publications.withMetaIds(page.accountId, page.id, ids);
    const byPost = new Map(publications.map((publication) => [publication.postId, publication]));
    return {
      posts: found.posts.map((post) => PostDto.from(post, byPost.get(post.id) ?? null)),
      pagination: { limit, before: found.after, after: found.before },
    };
  }

  /** @throws NotFoundError for what is gone at Meta and was not published from here */
  async get(user: AuthenticatedUser, ref: string, named: PageChoice): Promise<PostDto> {
    return this.shown(await this.scope.post(user, ref, named));
  }

  /**
   * @throws GraphRejectedError for posts of other apps, which Meta lets nobody else change
   * @throws ConflictError for one that is not known at Meta yet
   */
  async update(
    user: AuthenticatedUser,
    ref: string,
    named: PageChoice,
    dto: UpdatePostDto,
  ): Promise<PostDto> {
    const { message, published } = dto;
    const scheduledAt =
      dto.scheduledPublishTime === undefined ? undefined : new Date(dto.scheduledPublishTime);
    checkUpdate(dto, scheduledAt);
    const post = await this.scope.post(user, ref, named);
    requireTask(post.page, 'write');
    const metaId = requireStanding(post);
    if (scheduledAt !== undefined && (await this.isPublished(post, undefined))) throw alreadySeen(metaId);
    const change = {
      ...(message !== undefined && { message }),
      ...(scheduledAt !== undefined && { scheduledAt }),
      ...(published === true && { isPublished: true as const }),
    };
    try {
      await this.tokens.withToken(post.page, (token) =>
        this.api.update(token, metaId, change, post.publication?.postId === null),
      );
    } catch (error) {
      if (!(error instanceof GraphError)) throw error;
      if (isGone(error)) throw noPost();
      if (!(published === true && (await this.isPublished(post, message)))) throw explained(error, post);
    }
    const publication = await this.recordUpdate(post, dto, scheduledAt);
    // It is done, whether it can be read at this moment or not.
    try {
      return await this.shown({ ...post, publication });
    } catch (error) {
      if (error instanceof GraphUnavailableError && publication !== null)
        return PostDto.ofPublication(publication);
      throw error;
    }
  }

  /** Deletes a post, cancels a scheduled one, or one that Meta does not have yet. */
  async remove(user: AuthenticatedUser, ref: string, named: PageChoice): Promise<RemovedPostDto> {
    const post = await this.scope.post(user, ref, named);
    requireTask(post.page, 'remove');
    const { publication, metaId } = post;
    if (metaId === null || publication?.state === 'preparing') {
      if (publication === null) throw noPost();
      return this.cancel(publication);
    }
    const wasThere = await this.tokens.withToken(post.page, (token) => this.api.remove(token, metaId));
    if (publication === null) {
      if (!wasThere) throw noPost();
      return { id: metaId, status: 'removed' };
    }
    await this.settlement.recordGone(
      publication,
      { states: [...STANDING_STATES, 'failed'] },
      'Deleted from here.',
    );
    return { id: metaId, status: 'removed' };
  }

  private async cancel(publication: Publication): Promise<RemovedPostDto> {
    const cancelled = await this.publications.transaction(async (tx) => {
      const changed = await this.publications.change(
        tx,
        publication,
        { states: ['preparing'] },
        { state: 'cancelled', dueInMs: null, note: 'Cancelled before Meta had it.' },
      );
      if (changed !== null) await this.telling.state(tx, changed);
      return changed;
    });
    if (cancelled !== null || publication.state === 'cancelled')
      return { id: publication.id, status: 'cancelled' };
    const now = await this.publications.find(publication);
    if (now === null || !OPEN_STATES.includes(now.state)) throw noPost();
    throw stillOpen(now);
  }

  private async shown({ page, metaId, publication }: NamedPost): Promise<PostDto> {
    if (metaId === null || publication?.state === 'removed') {
      if (publication === null) throw noPost();
      return PostDto.ofPublication(publication);
    }
    if (publication !== null && !isReadable(publication)) return PostDto.ofPublication(publication);
    const found = await this.tokens.withToken(page, (token) => this.api.find(token, metaId));
    if (found !== null) return PostDto.from(found, publication);
    if (publication === null) throw noPost();
    await this.settlement.recordGone(publication, { states: STANDING_STATES }, 'It is no longer at Meta.');
    return PostDto.ofPublication((await this.publications.find(publication)) ?? publication);
  }

  private async recordUpdate(
    { publication }: NamedPost,
    { message, published }: UpdatePostDto,
    scheduledAt: Date | undefined,
  ): Promise<Publication | null> {
    if (publication === null) return null;
    const isMoved = scheduledAt !== undefined;
    const change: Change = {
      ...(message !== undefined && { message }),
      ...(published === true && {
        state: 'published',
        dueInMs: null,
        error: null,
        note: 'Published from here.',
      }),
      ...(isMoved && {
        target: 'scheduled',
        scheduledAt,
        state: 'scheduled',
        error: null,
        note: `Moved to ${scheduledAt.toISOString()}.`,
        dueInMs: scheduledAt.getTime() - Date.now() + LOOK_AFTER_SCHEDULE_MS,
      }),
    };
    return this.publications.transaction(async (tx) => {
      const states = [...STANDING_STATES, 'failed' as const];
      const changed = await this.publications.change(tx, publication, { states }, change);
      if (changed === null) return this.publications.find(publication, tx);
      if (change.state !== undefined) await this.telling.state(tx, changed);
      if (message !== undefined) await this.telling.updated(tx, changed);
      return changed;
    });
  }

  /** After a refusal: somebody, or an attempt whose answer was lost, may have published it already. */
  private async isPublished({ page, metaId }: NamedPost, message: string | undefined): Promise<boolean> {
    try {
      const found =
        metaId === null ? null : await this.tokens.withToken(page, (token) => this.api.find(token, metaId));
      return found?.isPublished === true && (message === undefined || found.message === message);
    } catch (error) {
      if (error instanceof AppError) return false;
      throw error;
    }
  }
}

/** A video becomes a post when it is ready, and stories stand in no feed: Meta shows neither as a post. */
function isReadable({ postId, kind }: Publication): boolean {
  return postId !== null && kind !== 'photo_story' && kind !== 'video_story';
}

function checkUpdate({ message, published }: UpdatePostDto, scheduledAt: Date | undefined): void {
  if (message === undefined && published === undefined && scheduledAt === undefined)
    throw ValidationFailedError.of(
      'message',
      'notEmpty',
      'Nothing is to be changed: send message, scheduledPublishTime or published.',
    );
  if (scheduledAt === undefined) return;
  if (published === true)
    throw ValidationFailedError.of(
      'published',
      'exclusive',
      'published: true publishes now. Leave it out, or leave out scheduledPublishTime.',
    );
  const problem = problemOfTime(scheduledAt, new Date());
  if (problem !== null) throw new ValidationFailedError([problem], problem.message);
}

function requireStanding({ metaId, publication }: NamedPost): string {
  if (publication !== null && OPEN_STATES.includes(publication.state)) throw stillOpen(publication);
  if (metaId === null || publication?.state === 'removed') throw noPost();
  return metaId;
}

function alreadySeen(postId: string): ConflictError {
  return new ConflictError('The post is published already: there is nothing left to schedule.', { postId });
}

/** Meta refuses a cursor as it refuses any parameter; null for other errors. */
function aboutCursor(error: unknown, field: 'before' | 'after', cursor: string | undefined): AppError | null {
  if (cursor === undefined) return null;
  const isRefused =
    error instanceof ValidationFailedError ||
    (error instanceof GraphRejectedError &&
      error.meta?.code === 100 &&
      /cursor|paging|after|before/i.test(error.meta.message));
  return isRefused
    ? ValidationFailedError.of(
        field,
        'isCursor',
        'This is no place in the list any more. Begin again without it.',
      )
    : null;
}

/** "Does not exist, or may not be seen." */
function isGone({ meta }: GraphError): boolean {
  return meta?.code === 100 && meta.subcode === 33;
}

function stillOpen({ id, state }: Publication): ConflictError {
  return new ConflictError(
    state === 'preparing'
      ? 'Meta does not have this post yet. Wait until it is published, or cancel it with DELETE.'
      : 'It is being found out whether Meta has this post. Wait until that is known.',
    { publicationId: id, state },
  );
}

/** Meta's refusals of changes to posts of other apps do not say what is the matter. */
function explained(error: GraphError, { publication }: NamedPost): GraphError {
  if (publication !== null) return error;
  const isAboutPermission = error instanceof GraphReauthRequiredError && error.missingPermission !== null;
  const isRefusal = error instanceof GraphRejectedError || error instanceof GraphReauthRequiredError;
  const isDeadToken = error.meta?.code === 190 || error.meta?.code === 102;
  if (!isRefusal || isAboutPermission || isDeadToken) return error;
  return new GraphRejectedError(
    'Meta lets an app change only posts that it published itself, and this one was not published from here. Change it where it was made.',
    { meta: error.meta, details: error.details },
  );
}

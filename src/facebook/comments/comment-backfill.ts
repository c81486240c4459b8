import { Injectable, type OnModuleInit } from '@nestjs/common';
import { asOfReading, lacksPermission, noteOnReading } from '../../conversations/comments/comment-reading';
import { CommentStore } from '../../conversations/comments/comment-store.service';
import type { ArrivedComment } from '../../conversations/comments/comment-types';
import { GraphRejectedError } from '../../graph-client/graph.error';
import {
  type Backfiller,
  type BackfillRequest,
  BackfillRegistry,
  type BackfillResult,
} from '../../webhooks/gaps/backfill.registry';
import { arrivedComment } from './arrived-comments';
import { CommentsApi, type ReadComment, type ReadPost } from './comments-api';
import { noSuchPage } from '../pages/page-scope';
import { PageTokens } from '../pages/page-tokens';
import { PagesRepository } from '../pages/pages.repository';

/** Meta shows about six hundred posts of a year; every further page of them costs a call. */
const MOST_POSTS = 600;
/** Of the time in question, under one post. */
const MOST_COMMENTS = 10_000;

interface Tally {
  found: number;
  stored: number;
  refused: number;
  isCut: boolean;
}

/** Reads again the comments of a gap under the Page's posts, and those of visitors. */
@Injectable()
export class CommentBackfill implements Backfiller, OnModuleInit {
  readonly kind = 'page';

  constructor(
    private readonly backfills: BackfillRegistry,
    private readonly pages: PagesRepository,
    private readonly tokens: PageTokens,
    private readonly api: CommentsApi,
    private readonly comments: CommentStore,
  ) {}

  onModuleInit(): void {
    this.backfills.register(this);
  }

  async backfill(request: BackfillRequest): Promise<BackfillResult> {
    const page = await this.pages.findConnected(request.accountId, request.metaId);
    if (page === null) throw noSuchPage();
    try {
      const tally = await this.tokens.withToken(page, (token) => this.read(token, request));
      return { found: tally.found, stored: tally.stored, ...noteOnReading(tally) };
    } catch (error) {
      // Messages may be read all the same, and waiting would not bring the permission.
      if (!lacksPermission(error)) throw error;
      return { found: 0, stored: 0, note: `Comments could not be read: ${error.message}` };
    }
  }

  private async read(token: string, request: BackfillRequest): Promise<Tally> {
    const tally: Tally = { found: 0, stored: 0, refused: 0, isCut: false };
    let seen = 0;
    for await (const posts of this.api.posts(token, request.metaId)) {
      const asOf = asOfReading(new Date());
      const missed: ArrivedComment[] = [];
      for (const post of posts)
        for (const comment of await this.commentsOf(post, token, request, tally))
          missed.push(arrivedComment({ ...request, pageId: request.metaId }, post.postId, comment, asOf));
      tally.found += missed.length;
      tally.stored += await this.pages.transaction((tx) => this.comments.storeArrived(tx, missed));
      seen += posts.length;
      if (seen >= MOST_POSTS) {
        tally.isCut = true;
        break;
      }
    }
    return tally;
  }

  /** Those of the time in question. */
  private async commentsOf(
    { postId, comments, moreAfter }: ReadPost,
    token: string,
    request: BackfillRequest,
    tally: Tally,
  ): Promise<ReadComment[]> {
    // Written in whole seconds.
    const from = Math.floor(request.from.getTime() / 1000) * 1000;
    const found = [...comments];
    const isOver = (page: readonly ReadComment[]): boolean => page.some(({ at }) => at.getTime() < from);
    try {
      if (moreAfter !== null && !isOver(comments))
        for await (const page of this.api.comments(token, postId, { after: moreAfter })) {
          found.push(...page);
          if (isOver(page)) break;
          if (found.length >= MOST_COMMENTS) {
            tally.isCut = true;
            break;
          }
        }
    } catch (error) {
      // Deleted while it was being read, for instance: that must not cost the others.
      if (!(error instanceof GraphRejectedError)) throw error;
      tally.refused += 1;
    }
    return found.filter(({ at }) => at.getTime() >= from && at <= request.until);
  }
}

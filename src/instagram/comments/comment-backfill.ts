import { Injectable, type OnModuleInit } from '@nestjs/common';
import { asOfReading, lacksPermission, noteOnReading } from '../../conversations/comments/comment-reading';
import { CommentStore } from '../../conversations/comments/comment-store.service';
import type { ArrivedComment } from '../../conversations/comments/comment-types';
import { GraphRejectedError } from '../../graph-client/graph.error';
import {
  type BackfillRequest,
  type BackfillResult,
  type Backfiller,
  BackfillRegistry,
} from '../../webhooks/gaps/backfill.registry';
import { AccountsRepository } from '../accounts/accounts.repository';
import { notConnected } from '../accounts/accounts.service';
import { arrivedComment } from './arrived-comments';
import { CommentsApi, type ReadComment, type ReadMedia } from './comments-api';
import type { InstagramAccountEntity } from '../entities/instagram-account.entity';
import { InstagramAccess } from '../accounts/instagram-access';
import type { InstagramDoor } from '../accounts/instagram-api';

/** People comment on what is new; every further page of media costs a call. */
const MOST_MEDIA = 500;
/** Under one media. */
const MOST_COMMENTS = 5_000;

interface Tally {
  found: number;
  stored: number;
  refused: number;
  isCut: boolean;
}

/** Reads again the comments that were missed. Also answers to old comments, which is why none is passed over by its age. */
@Injectable()
export class CommentBackfill implements Backfiller, OnModuleInit {
  readonly kind = 'instagram';

  constructor(
    private readonly registry: BackfillRegistry,
    private readonly repository: AccountsRepository,
    private readonly access: InstagramAccess,
    private readonly api: CommentsApi,
    private readonly comments: CommentStore,
  ) {}

  onModuleInit(): void {
    this.registry.register(this);
  }

  async backfill(request: BackfillRequest): Promise<BackfillResult> {
    const account = await this.repository.findConnected(request.accountId, request.assetId);
    if (account === null) throw notConnected();
    const tally: Tally = { found: 0, stored: 0, refused: 0, isCut: false };
    try {
      await this.access.with(account, (door) => this.read(account, door, request, tally));
    } catch (error) {
      // Messages may be read all the same, and waiting would not bring the permission.
      if (!lacksPermission(error)) throw error;
      return { found: 0, stored: 0, note: `Comments could not be read: ${error.message}` };
    }
    return { found: tally.found, stored: tally.stored, ...noteOnReading(tally) };
  }

  private async read(
    account: InstagramAccountEntity,
    door: InstagramDoor,
    request: BackfillRequest,
    tally: Tally,
  ): Promise<void> {
    let seen = 0;
    // Written in whole seconds.
    const from = Math.floor(request.from.getTime() / 1000) * 1000;
    for await (const page of this.api.media(door, account.pageId === null ? 'me' : account.igAccountId)) {
      const asOf = asOfReading(new Date());
      const missed: ArrivedComment[] = [];
      for (const media of page)
        for (const comment of await this.commentsOf(media, door, tally))
          if (comment.at.getTime() >= from && comment.at <= request.until)
            missed.push(arrivedComment(account, media, comment, asOf));
      tally.found += missed.length;
      tally.stored += await this.repository.transaction((tx) => this.comments.storeArrived(tx, missed));
      seen += page.length;
      if (seen >= MOST_MEDIA) {
        tally.isCut = true;
        return;
      }
    }
  }

  private async commentsOf(media: ReadMedia, door: InstagramDoor, tally: Tally): Promise<ReadComment[]> {
    const found: ReadComment[] = [];
    try {
      const threads = [...media.threads];
      if (media.moreThreadsAfter !== null)
        for await (const page of this.api.threads(door, media.mediaId, {
          after: media.moreThreadsAfter,
        })) {
          threads.push(...page);
          if (threads.length >= MOST_COMMENTS) {
            tally.isCut = true;
            break;
          }
        }
      for (const { commentId, comments, moreAnswersAfter } of threads) {
        found.push(...comments);
        if (moreAnswersAfter !== null)
          for await (const page of this.api.answers(door, commentId, { after: moreAnswersAfter }))
            found.push(...page);
      }
    } catch (error) {
      // Deleted while it was being read, for instance: that must not cost the others.
      if (!(error instanceof GraphRejectedError)) throw error;
      tally.refused += 1;
    }
    return found;
  }
}

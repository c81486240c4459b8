import { Injectable, type OnModuleInit } from '@nestjs/common';
import {
  type AnswerContent,
  type AnswerTarget,
  type CommentChannel,
  CommentChannels,
  type CommentHome,
  type CommentPlace,
  type CommentsRead,
  type PrivateMessage,
} from '../../conversations/comments/comment-channel';
import { isNoSuchObject, noSuchPost } from '../../conversations/comments/comment-errors';
import { PrivateReplyApi } from '../../conversations/comments/comment-private-api';
import { asOfReading } from '../../conversations/comments/comment-reading';
import type { ArrivedComment } from '../../conversations/comments/comment-types';
import { AccountsRepository } from '../accounts/accounts.repository';
import { notConnected } from '../accounts/accounts.service';
import { CommentsApi, type ReadComment, type ReadThread } from './comments-api';
import type { InstagramAccountEntity } from '../entities/instagram-account.entity';
import { InstagramAccess } from '../accounts/instagram-access';
import type { InstagramDoor } from '../accounts/instagram-api';
import { arrivedComment } from './arrived-comments';
import { CommentWritesApi } from './comment-writes-api';

/** While somebody waits: of each call, and until no further one is begun. */
const CALL_MS = 5_000;
const READ_MS = 8_000;
const MOST_COMMENTS = 1_000;

/** Anything that Meta tells of the comment is later than this. */
const AT_FIRST = new Date(0);

/** Comments at Instagram accounts, by both ways in. */
@Injectable()
export class InstagramCommentChannel implements CommentChannel, OnModuleInit {
  readonly platform = 'instagram';

  constructor(
    private readonly channels: CommentChannels,
    private readonly accounts: AccountsRepository,
    private readonly access: InstagramAccess,
    private readonly reads: CommentsApi,
    private readonly writes: CommentWritesApi,
    private readonly privately: PrivateReplyApi,
  ) {}

  onModuleInit(): void {
    this.channels.register(this);
  }

  /** What the person may do on the linked Page only Meta knows here. */
  async check(home: CommentHome): Promise<void> {
    await this.accountOf(home);
  }

  /** An answer to an answer stands under the same comment, as Instagram has no third level. */
  async answer(home: CommentHome, target: AnswerTarget, { message }: AnswerContent): Promise<ArrivedComment> {
    const { comment, postExternalId } = target;
    const rootId = comment === null ? null : (comment.parentExternalId ?? comment.externalId);
    const on = rootId === null ? placeOf(postExternalId) : { commentId: rootId };
    const text = message ?? '';
    const account = await this.accountOf(home);
    const externalId = await this.access.with(account, (door) => this.writes.publish(door, on, text));
    return {
      ...home,
      platform: this.platform,
      externalId,
      postExternalId,
      parentExternalId: rootId,
      author: { id: account.igAccountId, name: null, username: account.username || null },
      byBusiness: true,
      text,
      attachment: null,
      at: new Date(),
      asOf: AT_FIRST,
      isHidden: null,
      metadata: {},
    };
  }

  async answerPrivately(
    home: CommentHome,
    commentExternalId: string,
    message: { text: string; mark: string },
  ): Promise<PrivateMessage> {
    const account = await this.accountOf(home);
    return this.access.with(account, (door) =>
      this.privately.send({ ...door, nodeId: account.pageId ?? 'me' }, commentExternalId, message),
    );
  }

  async findPrivately(
    home: CommentHome,
    personId: string,
    { text, since }: { text: string; since: Date },
  ): Promise<PrivateMessage[]> {
    const account = await this.accountOf(home);
    return this.access.with(account, (door) =>
      this.privately.find(
        { ...door, nodeId: account.pageId ?? 'me' },
        { platform: 'instagram', personId, text, since },
      ),
    );
  }

  async setHidden(home: CommentHome, commentExternalId: string, isHidden: boolean): Promise<void> {
    await this.with(home, (door) => this.writes.setHidden(door, commentExternalId, isHidden));
  }

  async remove(home: CommentHome, commentExternalId: string): Promise<void> {
    await this.with(home, (door) => this.writes.remove(door, commentExternalId));
  }

  async requirePost(home: CommentHome, postExternalId: string): Promise<void> {
    const { igAccountId, appScopedId, username, ...account } = await this.accountOf(home);
    const owner = await this.access.with(account, (door) =>
      this.reads.ownerOf(door, postExternalId, CALL_MS),
    );
    // Meta shows the owner's id of own media only, the name of any.
    const isOwn =
      owner.id === null ? owner.username === username : [igAccountId, appScopedId].includes(owner.id);
    if (!isOwn) throw noSuchPost();
  }

  async readPost(home: CommentHome, postExternalId: string): Promise<CommentsRead> {
    const until = Date.now() + READ_MS;
    const asOf = asOfReading(new Date());
    const account = await this.accountOf(home);
    const media = { mediaId: postExternalId, productType: null };
    return this.access.with(account, async (door) => {
      const comments: ArrivedComment[] = [];
      const keep = (read: readonly ReadComment[]): void => {
        comments.push(...read.map((each) => arrivedComment(account, media, each, asOf)));
      };
      const isOver = (): boolean => comments.length >= MOST_COMMENTS || Date.now() >= until;
      const cut: ReadThread[] = [];
      for await (const threads of this.reads.threads(door, postExternalId, { timeoutMs: CALL_MS })) {
        for (const thread of threads) {
          keep(thread.comments);
          if (thread.moreAnswersAfter !== null) cut.push(thread);
        }
        if (isOver()) return { comments, isComplete: false };
      }
      for (const { commentId, moreAnswersAfter } of cut)
        if (moreAnswersAfter !== null)
          for await (const answers of this.reads.answers(door, commentId, {
            after: moreAnswersAfter,
            timeoutMs: CALL_MS,
          })) {
            keep(answers);
            if (isOver()) return { comments, isComplete: false };
          }
      return { comments, isComplete: true };
    });
  }

  async readAnswers(
    home: CommentHome,
    { comment, postExternalId }: AnswerTarget,
    since: Date,
  ): Promise<ArrivedComment[]> {
    const account = await this.accountOf(home);
    const asOf = asOfReading(new Date());
    const media = { mediaId: postExternalId, productType: null };
    const found: ReadComment[] = [];
    await this.access.with(account, async (door) => {
      if (comment !== null) {
        const rootId = comment.parentExternalId ?? comment.externalId;
        for await (const answers of this.reads.answers(door, rootId, { timeoutMs: CALL_MS })) {
          found.push(...answers);
          if (found.length >= MOST_COMMENTS) break;
        }
        return;
      }
      for await (const threads of this.reads.threads(door, placeOf(postExternalId).mediaId, {
        timeoutMs: CALL_MS,
      })) {
        const roots = threads.flatMap(({ comments }) => comments[0] ?? []);
        found.push(...roots);
        if (found.length >= MOST_COMMENTS || roots.some(({ at }) => at < since)) break;
      }
    });
    return found.filter(({ at }) => at >= since).map((each) => arrivedComment(account, media, each, asOf));
  }

  async readOne(
    home: CommentHome,
    { externalId, postExternalId }: CommentPlace,
  ): Promise<ArrivedComment | null> {
    const account = await this.accountOf(home);
    const asOf = asOfReading(new Date());
    const media = { mediaId: postExternalId, productType: null };
    try {
      const comment = await this.access.with(account, (door) =>
        this.reads.comment(door, externalId, CALL_MS),
      );
      return comment && arrivedComment(account, media, comment, asOf);
    } catch (error) {
      if (isNoSuchObject(error)) return null;
      throw error;
    }
  }

  private async with(home: CommentHome, work: (door: InstagramDoor) => Promise<void>): Promise<void> {
    await this.access.with(await this.accountOf(home), work);
  }

  private async accountOf({ accountId, assetId }: CommentHome): Promise<InstagramAccountEntity> {
    const account = await this.accounts.findConnected(accountId, assetId);
    if (account === null) throw notConnected();
    return account;
  }
}

function placeOf(postExternalId: string | null): { mediaId: string } {
  if (postExternalId === null) throw new Error('An answer has to stand somewhere.');
  return { mediaId: postExternalId };
}

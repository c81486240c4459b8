import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { ConflictError } from '../../errors/app.error';
import { CommentChannels, type CommentHome } from './comment-channel';
import { isNoSuchObject, removedComment } from './comment-errors';
import { CommentRefresh } from './comment-refresh.service';
import { CommentStore } from './comment-store.service';
import type { CommentKey } from './comment-types';
import type { StoredComment } from './comment-view';

/**
 * What may be done to a comment twice without harm. Each is done at Meta first and then told to the store; a process that
 * dies in between loses nothing, as doing it again, reading the comment, or on Facebook the webhook makes up for it.
 */
@Injectable()
export class CommentModeration {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly channels: CommentChannels,
    private readonly refresh: CommentRefresh,
    private readonly store: CommentStore,
  ) {}

  /** @throws ConflictError for a comment of the business itself, which everybody sees whatever is asked for */
  async setHidden(comment: StoredComment, isHidden: boolean): Promise<void> {
    if (comment.byBusiness)
      throw new ConflictError('Your own comments cannot be hidden. Delete it instead.', { reason: 'own' });
    const channel = this.channels.of(comment.platform);
    const at = await this.change(comment, () =>
      channel.setHidden(homeOf(comment), comment.externalId, isHidden),
    );
    await this.database.transaction((tx) =>
      this.store.applyHiding(tx, [{ ...keyOf(comment), isHidden, at }]),
    );
  }

  /** One that is gone already is removed as well as one can be. */
  async remove(comment: StoredComment): Promise<void> {
    if (comment.removedAt !== null) return;
    const channel = this.channels.of(comment.platform);
    const home = homeOf(comment);
    await channel.check(home, 'moderate');
    try {
      await channel.remove(home, comment.externalId);
    } catch (error) {
      if (!(await this.isGone(comment, error))) throw error;
      return;
    }
    await this.refresh.markRemoved(comment.platform, home, comment.externalId, new Date());
  }

  /** Facebook only. */
  async setLiked(
    comment: StoredComment,
    isLiked: boolean,
    like: (home: CommentHome) => Promise<void>,
  ): Promise<void> {
    const at = await this.change(comment, () => like(homeOf(comment)));
    await this.database.transaction((tx) =>
      this.store.apply(tx, { likings: [{ ...keyOf(comment), isLiked, at }] }),
    );
  }

  /** Facebook only. @throws ConflictError for what others wrote */
  async edit(
    comment: StoredComment,
    message: string,
    rewrite: (home: CommentHome) => Promise<void>,
  ): Promise<void> {
    if (!comment.byBusiness)
      throw new ConflictError('Only comments that were written in your own name can be edited.', {
        reason: 'not_own',
      });
    const at = await this.change(comment, () => rewrite(homeOf(comment)));
    await this.database.transaction((tx) =>
      this.store.applyEdits(tx, [{ ...keyOf(comment), text: message, attachment: comment.attachment, at }]),
    );
  }

  /**
   * Whether Meta's refusal means that the comment is not there, in which case it is removed here, too. The refusal alone does
   * not tell it from a missing permission.
   */
  async isGone(comment: StoredComment, error: unknown): Promise<boolean> {
    if (!isNoSuchObject(error)) return false;
    return !(await this.refresh.readOne(comment.platform, homeOf(comment), comment));
  }

  /** @returns the time from which on it holds */
  private async change(comment: StoredComment, call: () => Promise<void>): Promise<Date> {
    if (comment.removedAt !== null) throw removedComment(comment.removedAt);
    await this.channels.of(comment.platform).check(homeOf(comment), 'moderate');
    try {
      await call();
    } catch (error) {
      if (await this.isGone(comment, error)) throw removedComment(new Date());
      throw error;
    }
    return new Date();
  }
}

export function homeOf({ accountId, channel }: Pick<StoredComment, 'accountId' | 'channel'>): CommentHome {
  return { accountId, assetId: channel.id };
}

function keyOf({ accountId, channel, platform, externalId }: StoredComment): CommentKey {
  return { accountId, assetId: channel.id, platform, externalId };
}

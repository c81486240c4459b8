import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AppError } from '../../errors/app.error';
import { type CommentChannel, CommentChannels, type CommentHome, type CommentPlace } from './comment-channel';
import { isNoSuchObject, noSuchPost } from './comment-errors';
import { CommentStore } from './comment-store.service';
import type { ArrivedComment, CommentPlatform } from './comment-types';
import type { ThreadAge } from './comment-view';

/** How old what is stored may be. Of edits and removals Instagram tells nothing, so that only reading shows them. */
const STALE_AFTER_MS: Record<CommentPlatform, number> = { facebook: 3_600_000, instagram: 600_000 };

/** Comments that a list left out are looked at one by one, which costs a call each. */
const MOST_MISSING = 10;
/** And somebody is waiting. */
const LOOK_MS = 5_000;

/** Reads the comments of posts and media again, where what webhooks told may not be all. */
@Injectable()
export class CommentRefresh {
  private readonly log = new Logger(CommentRefresh.name);

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly channels: CommentChannels,
    private readonly store: CommentStore,
  ) {}

  /**
   * Old comments are better than none: only who asked for new ones, or has none yet, hears that Meta refused them.
   * @throws GraphError, and NotFoundError for a post that is not there
   */
  async ensure(
    platform: CommentPlatform,
    home: CommentHome,
    postExternalId: string,
    { force }: { force: boolean },
  ): Promise<ThreadAge> {
    const age = await this.ageOf(home, postExternalId);
    const isStale = age.readAt === null || Date.now() - age.readAt.getTime() > STALE_AFTER_MS[platform];
    if (!force && !isStale) return age;
    try {
      await this.requirePost(platform, home, postExternalId);
      return await this.read(this.channels.of(platform), home, postExternalId);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (!force && (age.readAt !== null || (await this.hasSome(home, postExternalId)))) {
        this.log.warn(`Comments of ${postExternalId} could not be read again: ${error.message}`);
        return age;
      }
      if (isNoSuchObject(error)) throw noSuchPost();
      throw error;
    }
  }

  /** @throws NotFoundError for what is not the home's own */
  async requirePost(platform: CommentPlatform, home: CommentHome, postExternalId: string): Promise<void> {
    const { readAt } = await this.ageOf(home, postExternalId);
    if (readAt !== null || (await this.hasSome(home, postExternalId))) return;
    try {
      await this.channels.of(platform).requirePost(home, postExternalId);
    } catch (error) {
      throw isNoSuchObject(error) ? noSuchPost() : error;
    }
  }

  /** One comment, as it is now. @returns whether it is still there */
  async readOne(platform: CommentPlatform, home: CommentHome, place: CommentPlace): Promise<boolean> {
    const startedAt = new Date();
    const found = await this.channels.of(platform).readOne(home, place);
    if (found === null) await this.markRemoved(platform, home, place.externalId, startedAt);
    else await this.database.transaction((tx) => this.store.storeArrived(tx, [found]));
    return found !== null;
  }

  async markRemoved(
    platform: CommentPlatform,
    { accountId, assetId }: CommentHome,
    externalId: string,
    at: Date,
  ): Promise<void> {
    await this.database.transaction((tx) =>
      this.store.applyRemovals(tx, [{ accountId, assetId, platform, externalId, at }]),
    );
  }

  private async read(channel: CommentChannel, home: CommentHome, postExternalId: string): Promise<ThreadAge> {
    const readAt = new Date();
    await channel.check(home, 'read');
    const { comments, isComplete } = await channel.readPost(home, postExternalId);
    const { accountId, assetId } = home;
    await this.database.transaction(async (tx) => {
      await this.store.storeArrived(tx, comments);
      await tx.query(
        `INSERT INTO comment_reads AS r (account_id, asset_id, post_external_id, read_at, is_complete)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (account_id, asset_id, post_external_id) DO UPDATE
           SET read_at = greatest(r.read_at, excluded.read_at), is_complete = excluded.is_complete`,
        [accountId, assetId, postExternalId, readAt, isComplete],
      );
    });
    await this.lookForMissing(channel, home, { postExternalId, comments, isComplete, readAt });
    return { readAt, isComplete };
  }

  /** That a list leaves a comment out proves nothing: its author may have become invisible. That it is not there, does. */
  private async lookForMissing(
    channel: CommentChannel,
    home: CommentHome,
    told: { postExternalId: string; comments: readonly ArrivedComment[]; isComplete: boolean; readAt: Date },
  ): Promise<void> {
    const { postExternalId, comments, isComplete, readAt } = told;
    const oldest = Math.min(...comments.map(({ at }) => at.getTime()));
    if (!isComplete && !Number.isFinite(oldest)) return;
    const missing: { external_id: string; parent_external_id: string | null }[] = await this.database.query(
      `SELECT external_id, parent_external_id FROM comments
        WHERE account_id = $1 AND asset_id = $2 AND post_external_id = $3 AND is_complete AND removed_at IS NULL
          AND created_at < $4 AND commented_at >= $5 AND NOT external_id = ANY($6)
        ORDER BY commented_at DESC LIMIT ${MOST_MISSING}`,
      [
        home.accountId,
        home.assetId,
        postExternalId,
        readAt,
        new Date(isComplete ? 0 : oldest),
        comments.map(({ externalId }) => externalId),
      ],
    );
    const until = Date.now() + LOOK_MS;
    try {
      for (const { external_id: externalId, parent_external_id: parentExternalId } of missing) {
        if (Date.now() > until) return;
        await this.readOne(channel.platform, home, { externalId, postExternalId, parentExternalId });
      }
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      this.log.warn(`Whether comments of ${postExternalId} are gone could not be told: ${error.message}`);
    }
  }

  private async ageOf({ accountId, assetId }: CommentHome, postExternalId: string): Promise<ThreadAge> {
    const rows: { read_at: Date; is_complete: boolean }[] = await this.database.query(
      'SELECT read_at, is_complete FROM comment_reads WHERE account_id = $1 AND asset_id = $2 AND post_external_id = $3',
      [accountId, assetId, postExternalId],
    );
    return { readAt: rows[0]?.read_at ?? null, isComplete: rows[0]?.is_complete ?? false };
  }

  private async hasSome({ accountId, assetId }: CommentHome, postExternalId: string): Promise<boolean> {
    const rows: unknown[] = await this.database.query(
      'SELECT 1 FROM comments WHERE account_id = $1 AND asset_id = $2 AND post_external_id = $3 AND is_complete LIMIT 1',
      [accountId, assetId, postExternalId],
    );
    return rows.length > 0;
  }
}

import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { type AccountId, type AssetId, newId } from '../../database/ids';
import { Outbox } from '../../domain-events/outbox';
import type { PagePosition } from '../page-position';

/** Somebody named a Page or Instagram account in a post or comment of theirs, or took that back. */
export interface ToldMention {
  accountId: AccountId;
  assetId: AssetId;
  /** Meta's id of the comment, else of the post or media. */
  externalId: string;
  postExternalId: string | null;
  commentExternalId: string | null;
  text: string | null;
  author: { id: string; name: string | null } | null;
  mentionedAt: Date;
  isRemoved: boolean;
  /** Meta told only where: what was said has to be read. */
  isToBeRead: boolean;
  /** When that became so. */
  at: Date;
}

export interface StoredMention {
  id: string;
  accountId: AccountId;
  assetId: AssetId;
  postId: string | null;
  commentId: string | null;
  text: string | null;
  author: { id: string | null; name: string | null } | null;
  permalink: string | null;
  mentionedAt: Date;
  removedAt: Date | null;
  /** Why Meta does not tell what was said. */
  refusal: string | null;
}

/** One that is to be read, taken by this process until its lease is over. */
export interface ClaimedMention {
  accountId: AccountId;
  id: string;
  assetId: AssetId;
  postId: string | null;
  commentId: string | null;
  attempt: number;
}

/** What was said, as it was read. */
export interface MentionFacts {
  text: string | null;
  authorName: string | null;
  permalink: string | null;
  mentionedAt: Date | null;
}

interface MentionRow {
  id: string;
  account_id: AccountId;
  asset_id: AssetId;
  post_external_id: string | null;
  comment_external_id: string | null;
  text: string | null;
  author_id: string | null;
  author_name: string | null;
  permalink: string | null;
  mentioned_at: Date;
  removed_at: Date | null;
  refusal: string | null;
  attempts: number;
}

type Updated<Row> = [rows: Row[], count: number];

/** Mentions of Pages and Instagram accounts. Of what is told of one the latest counts, whatever the order of arrival. */
@Injectable()
export class MentionStore {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly outbox: Outbox,
  ) {}

  async record(tx: EntityManager, told: readonly ToldMention[]): Promise<void> {
    if (told.length === 0) return;
    const rows: {
      account_id: AccountId;
      asset_id: AssetId;
      id: string;
      is_new: boolean;
      removed_at: Date | null;
    }[] = await tx.query(
      // What was taken back stays so: the name stands in it no more, and its text is not kept.
      `INSERT INTO mentions AS m (account_id, id, asset_id, external_id, post_external_id, comment_external_id, text,
                                    author_id, author_name, told_at, mentioned_at, removed_at, next_read_at)
         SELECT DISTINCT ON (account_id, asset_id, external_id)
                account_id, id, asset_id, external_id, post_external_id, comment_external_id, text, author_id,
                author_name, at, mentioned_at, CASE WHEN is_removed THEN at END,
                CASE WHEN to_be_read AND NOT is_removed THEN now() END
           FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                       $9::text[], $10::timestamptz[], $11::timestamptz[], $12::boolean[], $13::boolean[])
                  AS told (account_id, id, asset_id, external_id, post_external_id, comment_external_id, text, author_id,
                           author_name, at, mentioned_at, is_removed, to_be_read)
          ORDER BY account_id, asset_id, external_id, is_removed DESC, at DESC, coalesce(text, '') COLLATE "C" DESC
         ON CONFLICT ON CONSTRAINT mentions_by_external_id DO UPDATE SET
           text = CASE WHEN coalesce(m.removed_at, excluded.removed_at) IS NOT NULL THEN NULL
                       ELSE coalesce(excluded.text, m.text) END,
           author_id = coalesce(excluded.author_id, m.author_id),
           author_name = coalesce(excluded.author_name, m.author_name),
           removed_at = least(m.removed_at, excluded.removed_at), told_at = greatest(m.told_at, excluded.told_at),
           next_read_at = CASE WHEN excluded.removed_at IS NULL THEN m.next_read_at END
          WHERE excluded.removed_at IS NOT NULL AND m.removed_at IS NULL
             OR excluded.removed_at IS NULL AND m.removed_at IS NULL
                AND (excluded.told_at, coalesce(excluded.text, '') COLLATE "C") > (m.told_at, coalesce(m.text, '') COLLATE "C")
         RETURNING account_id, asset_id, id, (xmax = 0) AS is_new, removed_at`,
      [
        told.map(({ accountId }) => accountId),
        told.map(() => newId()),
        told.map(({ assetId }) => assetId),
        told.map(({ externalId }) => externalId),
        told.map(({ postExternalId }) => postExternalId),
        told.map(({ commentExternalId }) => commentExternalId),
        told.map(({ text, isRemoved }) => (isRemoved ? null : text)),
        told.map(({ author }) => author?.id ?? null),
        told.map(({ author }) => author?.name ?? null),
        told.map(({ at }) => at),
        told.map(({ mentionedAt }) => mentionedAt),
        told.map(({ isRemoved }) => isRemoved),
        told.map(({ isToBeRead }) => isToBeRead),
      ],
    );
    await this.outbox.record(
      tx,
      rows
        .filter(({ is_new, removed_at }) => is_new && removed_at === null)
        .map((row) => ({
          kind: 'mention.created',
          accountId: row.account_id,
          payload: { mentionId: row.id, assetId: row.asset_id },
        })),
    );
  }

  /** Those at one Page or account, the latest first. */
  async page(
    accountId: AccountId,
    assetId: AssetId,
    { limit, before }: { limit: number; before?: PagePosition | undefined },
  ): Promise<StoredMention[]> {
    const rows: MentionRow[] = await this.database.query(
      `SELECT * FROM mentions
        WHERE account_id = $1 AND asset_id = $2
          AND ($4::timestamptz IS NULL OR (mentioned_at, id) < ($4, $5::uuid))
        ORDER BY mentioned_at DESC, id DESC LIMIT $3`,
      [accountId, assetId, limit, before?.at ?? null, before?.id ?? null],
    );
    return rows.map(toMention);
  }

  /** Takes the one that has been due for longest. */
  async claim(leaseMs: number): Promise<ClaimedMention | null> {
    const [[row]]: Updated<MentionRow> = await this.database.query(
      `UPDATE mentions SET attempts = attempts + 1, next_read_at = now() + $1 * interval '1 millisecond'
        WHERE (account_id, id) = (
          SELECT account_id, id FROM mentions WHERE next_read_at <= now()
           ORDER BY next_read_at LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING *`,
      [leaseMs],
    );
    if (row === undefined) return null;
    return {
      accountId: row.account_id,
      id: row.id,
      assetId: row.asset_id,
      postId: row.post_external_id,
      commentId: row.comment_external_id,
      attempt: row.attempts,
    };
  }

  async recordRead({ accountId, id }: ClaimedMention, facts: MentionFacts): Promise<void> {
    await this.database.query(
      `UPDATE mentions SET next_read_at = NULL, refusal = NULL, author_name = coalesce($4, author_name),
              text = CASE WHEN removed_at IS NULL THEN coalesce($3, text) END, permalink = coalesce($5, permalink),
              mentioned_at = coalesce($6, mentioned_at)
        WHERE account_id = $1 AND id = $2`,
      [accountId, id, facts.text, facts.authorName, facts.permalink, facts.mentionedAt],
    );
  }

  /** @param delayMs null: it is given up, and `refusal` says why */
  async recordFailure(
    { accountId, id }: ClaimedMention,
    { delayMs, refusal, isCounted }: { delayMs: number | null; refusal: string | null; isCounted: boolean },
  ): Promise<void> {
    await this.database.query(
      `UPDATE mentions SET next_read_at = now() + $3::bigint * interval '1 millisecond', refusal = $4,
              attempts = attempts - CASE WHEN $5 THEN 0 ELSE 1 END
        WHERE account_id = $1 AND id = $2`,
      [accountId, id, delayMs, refusal, isCounted],
    );
  }
}

function toMention(row: MentionRow): StoredMention {
  return {
    id: row.id,
    accountId: row.account_id,
    assetId: row.asset_id,
    postId: row.post_external_id,
    commentId: row.comment_external_id,
    text: row.text,
    author:
      row.author_id === null && row.author_name === null
        ? null
        : { id: row.author_id, name: row.author_name },
    permalink: row.permalink,
    mentionedAt: row.mentioned_at,
    removedAt: row.removed_at,
    refusal: row.refusal,
  };
}

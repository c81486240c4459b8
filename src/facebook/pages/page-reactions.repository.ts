import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import type { AccountId, AssetId } from '../../database/ids';
import { Outbox } from '../../domain-events/outbox';

/** Somebody reacted to something of a Page, reacted otherwise, or took it back. */
export interface ToldReaction {
  accountId: AccountId;
  assetId: AssetId;
  /** Meta's id of the post or comment; null: the Page itself. */
  targetId: string | null;
  /** Page-scoped id; where Meta names nobody, something that stands for the one occurrence. */
  actorId: string;
  actorName: string | null;
  /** `like`, `love`, …; null: taken back. */
  reaction: string | null;
  at: Date;
}

/** Who reacted to what. Of each person and target the latest counts, whatever the order of arrival. */
@Injectable()
export class PageReactions {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly outbox: Outbox,
  ) {}

  async record(tx: EntityManager, told: readonly ToldReaction[]): Promise<void> {
    if (told.length === 0) return;
    const changed: { account_id: AccountId; asset_id: AssetId; target_id: string }[] = await tx.query(
      // Of two of the same second, which is how exactly Meta tells, the end counts.
      `INSERT INTO page_reactions AS r (account_id, asset_id, target_id, actor_id, actor_name, reaction, at)
       SELECT DISTINCT ON (account_id, asset_id, target_id, actor_id) *
         FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[])
                AS told (account_id, asset_id, target_id, actor_id, actor_name, reaction, at)
        ORDER BY account_id, asset_id, target_id, actor_id, at DESC, reaction IS NULL DESC,
                 coalesce(reaction, '') COLLATE "C" DESC
       ON CONFLICT ON CONSTRAINT page_reactions_pkey DO UPDATE
          SET reaction = excluded.reaction, at = excluded.at, actor_name = coalesce(excluded.actor_name, r.actor_name)
        WHERE (excluded.at, excluded.reaction IS NULL, coalesce(excluded.reaction, '') COLLATE "C") >
              (r.at, r.reaction IS NULL, coalesce(r.reaction, '') COLLATE "C")
       RETURNING account_id, asset_id, target_id`,
      [
        told.map(({ accountId }) => accountId),
        told.map(({ assetId }) => assetId),
        told.map(({ targetId }) => targetId ?? ''),
        told.map(({ actorId }) => actorId),
        told.map(({ actorName }) => actorName),
        told.map(({ reaction }) => reaction),
        told.map(({ at }) => at),
      ],
    );
    const targets = new Map(
      changed.map((row) => [`${row.account_id} ${row.asset_id} ${row.target_id}`, row]),
    );
    await this.outbox.record(
      tx,
      [...targets.values()].map((row) => ({
        kind: 'page.reactions_changed',
        accountId: row.account_id,
        payload: { assetId: row.asset_id, targetId: row.target_id === '' ? null : row.target_id },
      })),
    );
  }

  /**
   * How often each reaction stands, as far as webhooks told of them: what was there before the Page was connected is not
   * among them.
   * @param targetIds of posts and comments; an empty one for likes of the Page itself
   */
  async countsOf(
    accountId: AccountId,
    assetId: AssetId,
    targetIds: readonly string[],
  ): Promise<Map<string, Record<string, number>>> {
    const rows: { target_id: string; counts: Record<string, number> }[] = await this.database.query(
      `SELECT target_id, jsonb_object_agg(reaction, count) AS counts FROM (
         SELECT target_id, reaction, count(*) FROM page_reactions
          WHERE account_id = $1 AND asset_id = $2 AND target_id = ANY($3) AND reaction IS NOT NULL
          GROUP BY target_id, reaction) counted
        GROUP BY target_id`,
      [accountId, assetId, targetIds],
    );
    return new Map(rows.map(({ target_id, counts }) => [target_id, counts]));
  }
}

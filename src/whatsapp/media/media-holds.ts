import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AccountId } from '../../database/ids';

/**
 * An id inside of JSON, which may stand anywhere in a message object. Only ids of ours have this form, so that whatever
 * else is found this way matches no upload.
 */
const IDS = `'[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}'`;

/** What has still to be sent, and therefore keeps the uploads that it names. */
@Injectable()
export class MediaHolds {
  /** @returns those of the uploads that a message or a campaign is still to be sent with */
  async heldOf(
    tx: EntityManager,
    uploads: readonly { accountId: AccountId; id: string }[],
  ): Promise<Set<string>> {
    if (uploads.length === 0) return new Set();
    const rows: { id: string }[] = await tx.query(
      `WITH asked AS (SELECT * FROM unnest($1::uuid[], $2::uuid[]) AS asked (account_id, id)),
       accounts AS (SELECT DISTINCT account_id FROM asked),
       texts AS (
         SELECT s.account_id, s.request::text AS text FROM message_sends s JOIN accounts USING (account_id)
          WHERE s.state IN ('queued', 'held', 'sending')
         UNION ALL
         SELECT c.account_id, c.components::text || c.defaults::text FROM campaigns c JOIN accounts USING (account_id)
          WHERE c.state NOT IN ('completed', 'cancelled') AND c.deleted_at IS NULL
         UNION ALL
         SELECT f.account_id, f.media::text FROM facebook_publications f JOIN accounts USING (account_id)
          WHERE f.state IN ('preparing', 'publishing', 'processing', 'unknown')
         UNION ALL
         SELECT p.account_id, p.request::text FROM instagram_publications p JOIN accounts USING (account_id)
          WHERE p.state NOT IN ('published', 'failed', 'cancelled')
         UNION ALL
         SELECT r.account_id, r.parameters::text FROM campaign_recipients r
           JOIN campaigns c ON c.account_id = r.account_id AND c.id = r.campaign_id
           JOIN accounts ON accounts.account_id = r.account_id
          WHERE r.state = 'pending' AND c.state NOT IN ('completed', 'cancelled') AND c.deleted_at IS NULL),
       named AS (
         SELECT DISTINCT texts.account_id, (regexp_matches(lower(texts.text), ${IDS}, 'g'))[1]::uuid AS id FROM texts)
       SELECT asked.id FROM asked JOIN named USING (account_id, id)`,
      [uploads.map(({ accountId }) => accountId), uploads.map(({ id }) => id)],
    );
    return new Set(rows.map(({ id }) => id));
  }
}

import type { EntityManager } from 'typeorm';
import type { PauseReason } from '../entities/campaign.entity';

const RESTORED: PauseReason = {
  code: 'restored',
  message:
    'The database was restored from a backup. Who of this campaign got a message after the backup is not known: those ' +
    'without one are counted as unknown.',
};

/**
 * In a database that was restored: a campaign that had begun, or would have by now, may have reached anybody meanwhile.
 * It is paused, and whoever waits in it becomes `unknown`: a second message is sent to them only by a retry that accepts
 * duplicates.
 */
export async function holdRestoredCampaigns(
  tx: EntityManager,
): Promise<{ campaigns: number; recipients: number }> {
  const begun = `(c.state IN ('running', 'paused') OR (c.state = 'scheduled' AND c.scheduled_at <= now()))`;
  const [answer]: { recipients: number }[] = await tx.query(
    `WITH unsure AS (
       UPDATE campaign_recipients r SET state = 'unknown', reason_code = 'RESTORED', reason = $1, updated_at = now()
         FROM campaigns c
        WHERE c.account_id = r.account_id AND c.id = r.campaign_id AND r.state = 'pending' AND ${begun}
        RETURNING r.account_id, r.campaign_id),
     counted AS (SELECT account_id, campaign_id, count(*)::int AS count FROM unsure GROUP BY 1, 2),
     told AS (
       UPDATE campaign_progress p SET pending = pending - count, unknown = unknown + count, is_told = false
         FROM counted WHERE p.account_id = counted.account_id AND p.campaign_id = counted.campaign_id RETURNING count)
     SELECT coalesce(sum(count), 0)::int AS recipients FROM told`,
    [RESTORED.message],
  );
  const [, campaigns]: [unknown[], number] = await tx.query(
    `UPDATE campaigns c SET state = 'paused', pause_reason = $1, running_since = NULL, updated_at = now() WHERE ${begun}`,
    [JSON.stringify(RESTORED)],
  );
  return { campaigns, recipients: answer?.recipients ?? 0 };
}

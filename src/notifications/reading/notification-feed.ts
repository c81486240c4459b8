import { SERVICE_ID } from '../writing/stored-notification';

/**
 * SQL of what a user sees: `$1` is the user, `$2` whether an admin, `$3` the only account that is asked for, or null. One
 * row for each account: up to which number everything was read, and since when the user is a member, as nobody has to read
 * what had been settled before.
 */
export const FEEDS = `feeds AS (
  SELECT f.account_id, f.since, coalesce(m.news_seq, 0) AS read_seq
    FROM (SELECT account_id, created_at AS since FROM account_members
           WHERE user_id = $1 AND ($3::uuid IS NULL OR account_id = $3)
          UNION ALL
          SELECT '${SERVICE_ID}'::uuid, created_at FROM users WHERE id = $1 AND $2::boolean AND $3::uuid IS NULL) f
    LEFT JOIN notification_marks m ON m.account_id = f.account_id AND m.user_id = $1)`;

/** SQL, beside a row `n` of `notifications`: what is for somebody else is not there. */
export const IS_FOR_USER = '(n.recipient_id IS NULL OR n.recipient_id = $1)';

/** SQL, beside a row `n` of `notifications` and a row `f` of the feeds. */
export const IS_UNREAD = `(n.news_seq > f.read_seq
  AND (n.news_at >= f.since OR (n.is_lasting AND n.resolved_at IS NULL))
  AND NOT EXISTS (SELECT FROM notification_reads r WHERE r.account_id = n.account_id AND r.notification_id = n.id
                     AND r.user_id = $1 AND r.news_seq >= n.news_seq))`;

/** SQL, with the muted kinds and severities in these parameters. */
export function isHeard(kinds: number, severities: number): string {
  return `n.kind <> ALL($${kinds}::text[]) AND n.severity <> ALL($${severities}::text[])`;
}

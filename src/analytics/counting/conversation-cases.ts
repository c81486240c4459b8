import { isCustomersWord } from './message-kinds';

/**
 * Cases of conversations: each begins with the first thing that the customer writes (a message, or a comment in a thread), or
 * with a reopening, after the one before was closed, and ends when the conversation is closed. Nothing happened: no case.
 */
const COLUMNS = ['platform', 'asset_id', 'opened_at', 'closed_at', 'closed_by', 'seconds'] as const;

export const CASE_COLUMNS = `account_id, conversation_id, after_activity_id, ${COLUMNS.join(', ')}`;
export const REPLACE_CASE = COLUMNS.map((name) => `${name} = excluded.${name}`).join(', ');
export const caseOfRow = (alias: string): string =>
  `(${COLUMNS.map((name) => `${alias}.${name}`).join(', ')})`;

/** Of the first case of a conversation, which is after nothing. */
const BEGINNING = '00000000-0000-0000-0000-000000000000';

/**
 * All cases of some conversations, as a query.
 * @param told a relation with `account_id` and `conversation_id`
 * @param oldest a parameter with the instant before which messages may have been removed: what was known of those times stays
 */
export function casesOf(told: string, oldest: string): string {
  return `
    SELECT v.account_id, v.id AS conversation_id, span.after_activity_id, v.platform, v.asset_id, opening.at AS opened_at,
           span.until AS closed_at, span.closed_by,
           CASE WHEN span.until IS NOT NULL
                THEN greatest(0, extract(epoch FROM span.until - opening.at))::integer END AS seconds
      FROM ${told} AS told
      JOIN conversations v ON v.account_id = told.account_id AND v.id = told.conversation_id
     CROSS JOIN LATERAL (
       SELECT coalesce(lag(c.id) OVER (ORDER BY c.at, c.id), '${BEGINNING}'::uuid) AS after_activity_id,
              lag(c.at) OVER (ORDER BY c.at, c.id) AS since, c.until, c.actor_id::text AS closed_by
         FROM (SELECT id, at, at AS until, actor_id FROM conversation_activities
                WHERE account_id = v.account_id AND conversation_id = v.id AND kind = 'closed'
               UNION ALL
               -- What is not closed yet: after all others.
               SELECT 'ffffffff-ffff-ffff-ffff-ffffffffffff', 'infinity', NULL, NULL) AS c) AS span
     CROSS JOIN LATERAL (
       SELECT least(
         (SELECT i."timestamp" FROM messages i
           WHERE i.account_id = v.account_id AND i.conversation_id = v.id AND ${isCustomersWord('i')}
             AND i."timestamp" > coalesce(span.since, '-infinity') AND i."timestamp" <= coalesce(span.until, 'infinity')
           ORDER BY i."timestamp" LIMIT 1),
         (SELECT min(c.commented_at) FROM comments c
           WHERE v.comment_thread_id <> '' AND c.account_id = v.account_id AND c.asset_id = v.asset_id
             AND c.thread_external_id = v.comment_thread_id AND NOT c.by_business AND c.is_complete
             AND c.commented_at > coalesce(span.since, '-infinity') AND c.commented_at <= coalesce(span.until, 'infinity')),
         (SELECT min(a.at) FROM conversation_activities a
           WHERE a.account_id = v.account_id AND a.conversation_id = v.id AND a.kind = 'reopened'
             AND a.at > coalesce(span.since, '-infinity') AND a.at <= coalesce(span.until, 'infinity')),
         (SELECT known.opened_at FROM conversation_cases known
           WHERE known.account_id = v.account_id AND known.conversation_id = v.id
             AND known.after_activity_id = span.after_activity_id AND known.opened_at < ${oldest}
             AND known.opened_at > coalesce(span.since, '-infinity'))) AS at) AS opening
     WHERE opening.at IS NOT NULL`;
}

/**
 * The conversations whose cases may have changed with messages of customers, as a query. Most messages come in a case that is
 * open already.
 * @param told a relation with `account_id` and `message_id`
 */
export function conversationsOfMessages(told: string): string {
  return `
    SELECT i.account_id, i.conversation_id
      FROM ${told} AS told
      JOIN messages i ON i.account_id = told.account_id AND i.id = told.message_id AND ${isCustomersWord('i')}
     WHERE NOT EXISTS (
       SELECT FROM conversation_cases k
        WHERE k.account_id = i.account_id AND k.conversation_id = i.conversation_id
          AND k.opened_at <= i."timestamp" AND coalesce(k.closed_at, 'infinity') >= i."timestamp")`;
}

/** The same with comments: `message_id` is the comment's. */
export function conversationsOfComments(told: string): string {
  return `
    SELECT v.account_id, v.id AS conversation_id
      FROM ${told} AS told
      JOIN comments c ON c.account_id = told.account_id AND c.id = told.message_id
      JOIN conversations v ON v.account_id = c.account_id AND v.asset_id = c.asset_id
       AND v.comment_thread_id <> '' AND v.comment_thread_id = c.thread_external_id`;
}

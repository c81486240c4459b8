/** Where messages and their statuses are read: the tables, or the partitions of one month. As SQL takes it. */
export interface MessageSource {
  messages: string;
  statuses: string;
}

export const ALL_MESSAGES: MessageSource = { messages: 'messages', statuses: 'message_statuses' };

/** What is counted of a message, in the order of `message_metric_facts`. */
const FACTS = [
  'platform',
  'asset_id',
  'template_name',
  'template_language',
  'category',
  'error_code',
  'received_at',
  'sent_at',
  'delivered_at',
  'read_at',
  'failed_at',
] as const;

export const FACT_COLUMNS = `account_id, message_id, message_month, ${FACTS.join(', ')}`;

/** Both named columns as one value, for comparing two rows. */
export const factsOfRow = (alias: string): string =>
  `(${FACTS.map((name) => `${alias}.${name}`).join(', ')})`;

export const REPLACE_FACTS = FACTS.map((name) => `${name} = excluded.${name}`).join(', ');

/** Whether anything of a message counts. */
export const isCounted = (alias: string): string =>
  `coalesce(${alias}.received_at, ${alias}.sent_at, ${alias}.failed_at) IS NOT NULL`;

/** Reactions and notices are stored as messages, but nobody would say that they sent or got one. */
const NOT_MESSAGES = `('reaction', 'system', 'request_welcome')`;

/** Codes of messages that somebody took back before they left: those are no failures of anything. */
const TAKEN_BACK = `('CANCELLED', 'CAMPAIGN_CANCELLED')`;

/**
 * The one definition of what is counted (docs/metrics.md), as a query. Only facts that do not depend on the order in which
 * they were told: times of statuses, never the status that a message has at the moment.
 * @param told a relation with `account_id`, `message_id` and `message_month`
 */
export function factsOf(told: string, { messages, statuses }: MessageSource = ALL_MESSAGES): string {
  return `
    SELECT m.account_id, m.id AS message_id, told.message_month, m.platform, m.asset_id,
           CASE WHEN kind.template THEN coalesce(m.content ->> 'name', '') ELSE '' END AS template_name,
           CASE WHEN kind.template THEN coalesce(m.content -> 'language' ->> 'code', '') ELSE '' END AS template_language,
           CASE WHEN kind.outgoing THEN coalesce(s.category, '') ELSE '' END AS category,
           CASE WHEN kind.outgoing AND s.delivered_at IS NULL THEN coalesce(s.error_code, '') ELSE '' END AS error_code,
           CASE WHEN kind.incoming THEN m."timestamp" END AS received_at,
           CASE WHEN kind.outgoing THEN least(s.sent_at, CASE WHEN m.sender_type = 'app' THEN m."timestamp" END) END AS sent_at,
           CASE WHEN kind.outgoing THEN s.delivered_at END AS delivered_at,
           CASE WHEN kind.outgoing THEN s.read_at END AS read_at,
           CASE WHEN kind.outgoing AND s.delivered_at IS NULL THEN s.failed_at END AS failed_at
      FROM ${told} AS told
      JOIN ${messages} m ON m.account_id = told.account_id AND m.id = told.message_id
     CROSS JOIN LATERAL (
       SELECT m.type NOT IN ${NOT_MESSAGES} AND NOT m.metadata @> '{"imported": true}' AS message) AS counts
     CROSS JOIN LATERAL (
       SELECT counts.message AND m.direction = 'inbound' AND m.sender_type = 'customer' AS incoming,
              counts.message AND m.direction = 'outbound' AS outgoing,
              counts.message AND m.direction = 'outbound' AND m.type = 'template' AS template) AS kind
      LEFT JOIN LATERAL (
       SELECT min(at) FILTER (WHERE status IN ('sent', 'delivered', 'read', 'played')) AS sent_at,
              min(at) FILTER (WHERE status IN ('delivered', 'read', 'played')) AS delivered_at,
              min(at) FILTER (WHERE status IN ('read', 'played')) AS read_at,
              min(at) FILTER (WHERE status = 'failed') AS failed_at,
              (array_agg(coalesce(error ->> 'code', 'UNKNOWN') ORDER BY at, participant)
                 FILTER (WHERE status = 'failed'))[1] AS error_code,
              (array_agg(details -> 'pricing' ->> 'category' ORDER BY at DESC, status, participant)
                 FILTER (WHERE details -> 'pricing' ->> 'category' IS NOT NULL))[1] AS category
         FROM ${statuses} s
        WHERE s.account_id = m.account_id AND s.message_id = m.id
          AND s.status IN ('sent', 'delivered', 'read', 'played', 'failed')
          AND coalesce(s.error ->> 'code', '') NOT IN ${TAKEN_BACK}) AS s ON kind.outgoing`;
}

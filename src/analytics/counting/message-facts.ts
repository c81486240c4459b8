import { isCustomersWord, isMessage } from './message-kinds';
import { answerOf, repliesTo } from './message-neighbours';

/** Where messages and their statuses are read: the tables, or the partitions of one month. As SQL takes it. */
export interface MessageSource {
  messages: string;
  statuses: string;
}

export const ALL_MESSAGES: MessageSource = { messages: 'messages', statuses: 'message_statuses' };

/** What is counted of a message, in the order of both queries below. */
const FACTS = [
  'platform',
  'asset_id',
  'template_name',
  'template_language',
  'price',
  'is_billable',
  'error_code',
  'campaign',
  'agent',
  'sentiment',
  'received_at',
  'sent_at',
  'delivered_at',
  'read_at',
  'failed_at',
  'clicked_at',
  'replied_at',
  'answered_at',
  'answer_seconds',
  'is_first_answer',
  'commented_at',
  'comment_replied_at',
] as const;

export const FACT_COLUMNS = `account_id, message_id, message_month, ${FACTS.join(', ')}`;

/** Both named columns as one value, for comparing two rows. */
export const factsOfRow = (alias: string): string =>
  `(${FACTS.map((name) => `${alias}.${name}`).join(', ')})`;

export const REPLACE_FACTS = FACTS.map((name) => `${name} = excluded.${name}`).join(', ');

/** Whether anything of a message or comment counts. */
export const isCounted = (alias: string): string =>
  `coalesce(${alias}.received_at, ${alias}.sent_at, ${alias}.failed_at, ${alias}.commented_at, ${alias}.comment_replied_at)
     IS NOT NULL`;

/** Codes of messages that somebody took back before they left: those are no failures of anything. */
const TAKEN_BACK = `('CANCELLED', 'CAMPAIGN_CANCELLED')`;

/**
 * The one definition of what is counted of messages (docs/metrics.md), as a query. Only facts that do not depend on the order
 * in which they were told: times of statuses, never the status that a message has at the moment.
 * @param told a relation with `account_id`, `message_id` and `message_month`
 */
export function factsOf(told: string, { messages, statuses }: MessageSource = ALL_MESSAGES): string {
  return `
    SELECT m.account_id, m.id AS message_id, told.message_month, m.platform, m.asset_id,
           CASE WHEN kind.template THEN coalesce(m.content ->> 'name', '') ELSE '' END AS template_name,
           CASE WHEN kind.template THEN coalesce(m.content -> 'language' ->> 'code', '') ELSE '' END AS template_language,
           CASE WHEN kind.outgoing THEN coalesce(concat_ws('/', s.pricing ->> 'category', s.pricing ->> 'type'), '')
                ELSE '' END AS price,
           kind.outgoing AND coalesce(s.pricing -> 'billable' = 'true', false) AS is_billable,
           CASE WHEN kind.outgoing AND s.delivered_at IS NULL THEN coalesce(s.error_code, '') ELSE '' END AS error_code,
           CASE WHEN kind.outgoing THEN coalesce(m.metadata ->> 'campaignId', '') ELSE '' END AS campaign,
           CASE WHEN kind.answering AND m.sender_type = 'agent' THEN coalesce(m.sender_id, '') ELSE '' END AS agent,
           CASE WHEN kind.incoming THEN coalesce(m.sentiment, '') ELSE '' END AS sentiment,
           CASE WHEN kind.incoming THEN m."timestamp" END AS received_at,
           sent.at AS sent_at,
           CASE WHEN kind.outgoing THEN s.delivered_at END AS delivered_at,
           CASE WHEN kind.outgoing THEN s.read_at END AS read_at,
           CASE WHEN kind.outgoing AND s.delivered_at IS NULL THEN s.failed_at END AS failed_at,
           reply.clicked_at, reply.replied_at,
           CASE WHEN answer.waited_since IS NOT NULL THEN sent.at END AS answered_at,
           greatest(0, extract(epoch FROM sent.at - answer.waited_since))::integer
             * CASE WHEN answer.waited_since IS NOT NULL THEN 1 END AS answer_seconds,
           coalesce(answer.is_first, false) AS is_first_answer,
           NULL::timestamptz AS commented_at, NULL::timestamptz AS comment_replied_at
      FROM ${told} AS told
      JOIN ${messages} m ON m.account_id = told.account_id AND m.id = told.message_id
     CROSS JOIN LATERAL (
       SELECT ${isCustomersWord('m')} AS incoming,
              ${isMessage('m')} AND m.direction = 'outbound' AS outgoing,
              ${isMessage('m')} AND m.direction = 'outbound' AND NOT m.metadata ? 'campaignId' AS answering,
              ${isMessage('m')} AND m.direction = 'outbound' AND m.type = 'template' AS template) AS kind
      LEFT JOIN LATERAL (
       SELECT min(at) FILTER (WHERE status IN ('sent', 'delivered', 'read', 'played')) AS sent_at,
              min(at) FILTER (WHERE status IN ('delivered', 'read', 'played')) AS delivered_at,
              min(at) FILTER (WHERE status IN ('read', 'played')) AS read_at,
              min(at) FILTER (WHERE status = 'failed') AS failed_at,
              (array_agg(coalesce(error ->> 'code', 'UNKNOWN') ORDER BY at, participant)
                 FILTER (WHERE status = 'failed'))[1] AS error_code,
              (array_agg(details -> 'pricing' ORDER BY at DESC, status, participant)
                 FILTER (WHERE details -> 'pricing' ->> 'category' IS NOT NULL))[1] AS pricing
         FROM ${statuses} s
        WHERE s.account_id = m.account_id AND s.message_id = m.id
          AND s.status IN ('sent', 'delivered', 'read', 'played', 'failed')
          AND coalesce(s.error ->> 'code', '') NOT IN ${TAKEN_BACK}) AS s ON kind.outgoing
     CROSS JOIN LATERAL (
       SELECT CASE WHEN kind.outgoing
                   THEN least(s.sent_at, CASE WHEN m.sender_type = 'app' THEN m."timestamp" END) END AS at) AS sent
      LEFT JOIN LATERAL (${onlyWhere('kind.answering AND sent.at IS NOT NULL', answerOf('m'))}) AS answer ON true
      LEFT JOIN LATERAL (${onlyWhere('kind.template AND sent.at IS NOT NULL', repliesTo('m', 'sent.at'))}) AS reply ON true`;
}

/** As a condition of the join it would be asked after the search, for every message: OFFSET 0 keeps it before. */
const onlyWhere = (condition: string, query: string): string =>
  `SELECT * FROM (${query}) AS found WHERE ${condition} OFFSET 0`;

/**
 * The same of comments.
 * @param told a relation with `account_id`, `message_id` (of the comment) and `message_month`
 */
export function commentFactsOf(told: string): string {
  return `
    SELECT c.account_id, c.id AS message_id, told.message_month, c.platform, c.asset_id,
           '' AS template_name, '' AS template_language, '' AS price, false AS is_billable, '' AS error_code,
           '' AS campaign, '' AS agent,
           CASE WHEN c.by_business THEN '' ELSE coalesce(c.sentiment, '') END AS sentiment,
           NULL::timestamptz AS received_at, NULL::timestamptz AS sent_at, NULL::timestamptz AS delivered_at,
           NULL::timestamptz AS read_at, NULL::timestamptz AS failed_at, NULL::timestamptz AS clicked_at,
           NULL::timestamptz AS replied_at, NULL::timestamptz AS answered_at, NULL::integer AS answer_seconds,
           false AS is_first_answer,
           CASE WHEN NOT c.by_business THEN c.commented_at END AS commented_at,
           CASE WHEN c.by_business AND c.parent_external_id IS NOT NULL THEN c.commented_at END AS comment_replied_at
      FROM ${told} AS told
      JOIN comments c ON c.account_id = told.account_id AND c.id = told.message_id
     WHERE c.is_complete`;
}

import { isCustomersWord, isMessage } from './message-kinds';

/**
 * What of a message depends on others of its conversation: what it answers, and what it was answered with. Messages count as
 * neighbours when they were stored within 31 days of each other, so that they are looked for in few partitions. The rule is
 * the same from both sides: whoever is told of one message finds those whose facts it may change (docs/analytics.md).
 */
const NEAR = '31 days';
/** A reply later than this is not about the template. */
const REPLY_WINDOW = '72 hours';
/** Between the order to send and the sending: a scheduled message has the time of its order. */
const LONGEST_DELAY = '31 days';
/** Meta's clock may be behind ours. */
const CLOCK_DIFFERENCE = '1 minute';

const isNear = (one: string, other: string): string =>
  `${one}.id >= uuidv7_shifted(${other}.id, '-${NEAR}') AND ${one}.id <= uuidv7_shifted(${other}.id, '${NEAR}')`;

const ofConversation = (one: string, other: string): string =>
  `${one}.account_id = ${other}.account_id AND ${one}.conversation_id = ${other}.conversation_id AND ${isNear(one, other)}`;

/**
 * Some messages of a conversation, read in their order. It is not needed, but without it PostgreSQL 18 reads all messages of
 * the account within the range of ids instead of those of the conversation: it thinks that it would have to skip from time
 * to time in the conversation's index, once for each.
 */
const inOrderOfTime = (alias: string, condition: string): string =>
  `(SELECT * FROM messages ${alias} WHERE ${condition} ORDER BY ${alias}."timestamp", ${alias}.id OFFSET 0) AS ${alias}`;

const place = (alias: string): string => `(${alias}."timestamp", ${alias}.id)`;

/** Whether it went out and is one that a waiting customer takes for an answer: messages of campaigns are none. */
const isAnswering = (alias: string): string =>
  `(${alias}.direction = 'outbound' AND ${isMessage(alias)} AND NOT ${alias}.metadata ? 'campaignId'
    AND (${alias}.sender_type = 'app' OR EXISTS (
      SELECT FROM message_statuses told WHERE told.account_id = ${alias}.account_id AND told.message_id = ${alias}.id
         AND told.status IN ('sent', 'delivered', 'read', 'played'))))`;

/**
 * Since when a customer waited for this message, and whether it is the first answer of its case. No row where nobody waited:
 * waiting begins with the first thing that a customer writes after the last answer, and ends when the conversation is closed.
 */
export function answerOf(m: string): string {
  return `
    SELECT asked."timestamp" AS waited_since, before.id IS NULL OR coalesce(before."timestamp" <= closing.at, false) AS is_first
      FROM (SELECT max(c.at) AS at FROM conversation_activities c
             WHERE c.account_id = ${m}.account_id AND c.conversation_id = ${m}.conversation_id AND c.kind = 'closed'
               AND c.at < ${m}."timestamp") AS closing
      LEFT JOIN LATERAL (
        SELECT b.id, b."timestamp" FROM messages b
         WHERE ${ofConversation('b', m)} AND ${place('b')} < ${place(m)} AND ${isAnswering('b')}
         ORDER BY b."timestamp" DESC, b.id DESC LIMIT 1) AS before ON true
     CROSS JOIN LATERAL (
        SELECT q."timestamp" FROM messages q
         WHERE ${ofConversation('q', m)} AND ${place('q')} < ${place(m)} AND ${isCustomersWord('q')}
           AND q."timestamp" > coalesce(closing.at, '-infinity')
           AND (before.id IS NULL OR ${place('q')} > ${place('before')})
         ORDER BY q."timestamp", q.id LIMIT 1) AS asked`;
}

/** When the person first tapped a button of this message, and wrote anything, within 72 hours of its sending. */
export function repliesTo(m: string, sentAt: string): string {
  return `
    SELECT min(r."timestamp") AS replied_at,
           min(r."timestamp") FILTER (
             WHERE r.type IN ('button', 'interactive') AND r.context ->> 'message_id' = ${m}.external_id) AS clicked_at
      FROM ${inOrderOfTime(
        'r',
        `${ofConversation('r', m)} AND ${isCustomersWord('r')}
         AND r."timestamp" >= ${sentAt} AND r."timestamp" <= ${sentAt} + interval '${REPLY_WINDOW}'
         AND ${isWithinDelay(m, 'r')}`,
      )}`;
}

/** Whether template `m` may have been sent shortly before `r`, as far as their times tell. */
const isWithinDelay = (m: string, r: string): string =>
  `${m}."timestamp" >= ${r}."timestamp" - interval '${REPLY_WINDOW}' - interval '${LONGEST_DELAY}'
       AND ${m}."timestamp" <= ${r}."timestamp" + interval '${CLOCK_DIFFERENCE}'`;

/**
 * The messages whose facts may have changed with some that changed themselves, as a query: the next answer after each, and
 * the templates that it may reply to.
 * @param told a relation with `account_id` and `message_id`
 */
export function neighboursOf(told: string): string {
  return `
    SELECT x.account_id, n.id AS message_id
      FROM ${told} AS told
      JOIN messages x ON x.account_id = told.account_id AND x.id = told.message_id
     CROSS JOIN LATERAL (
       (SELECT o.id FROM messages o
         WHERE ${ofConversation('o', 'x')} AND ${place('o')} > ${place('x')} AND ${isAnswering('o')}
         ORDER BY o."timestamp", o.id LIMIT 1)
       UNION ALL
       -- A template that is not counted as sent yet will look for its replies when it is.
       SELECT t.id
         FROM ${inOrderOfTime('t', `${ofConversation('t', 'x')} AND t.direction = 'outbound' AND t.type = 'template' AND ${isWithinDelay('t', 'x')}`)}
        -- One by one (OFFSET): joined the other way round, all facts of the account would be read for each message.
        CROSS JOIN LATERAL (
          SELECT * FROM message_metric_facts WHERE account_id = t.account_id AND message_id = t.id OFFSET 0) AS f
        WHERE x.direction = 'inbound'
          AND f.sent_at <= x."timestamp" AND f.sent_at >= x."timestamp" - interval '${REPLY_WINDOW}'
          AND (f.replied_at IS NULL OR f.replied_at > x."timestamp"
               OR (x.context ->> 'message_id' = t.external_id
                   AND coalesce(f.clicked_at, 'infinity') > x."timestamp"))) AS n
     WHERE ${isMessage('x')} AND NOT x.metadata ? 'campaignId'`;
}

/**
 * The first answer after each closing of some conversations, as a query: what closes a case ends the waiting in it.
 * @param told a relation with `account_id` and `conversation_id`
 */
export function answersAfterClosings(told: string): string {
  return `
    SELECT c.account_id, n.id AS message_id
      FROM ${told} AS told
      JOIN conversation_activities c ON c.account_id = told.account_id AND c.conversation_id = told.conversation_id
       AND c.kind = 'closed'
     CROSS JOIN LATERAL (
       SELECT o.id FROM messages o
        WHERE o.account_id = c.account_id AND o.conversation_id = c.conversation_id AND o."timestamp" > c.at
          AND ${isAnswering('o')}
        ORDER BY o."timestamp", o.id LIMIT 1) AS n`;
}

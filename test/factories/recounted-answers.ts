import type { DataSource } from 'typeorm';
import type { AccountId } from '../../src/database/ids';

/** What of a message or case is counted beside its own statuses, in words that can be compared. */
export interface AnswerFigures {
  /** By the message's id: `answered after 60 s at 2026-03-29T01:00:00.000Z, first`. */
  answers: Record<string, string>;
  replies: Record<string, string>;
  cases: string[];
}

interface MessageRow {
  id: string;
  conversation_id: string;
  at: Date;
  direction: 'inbound' | 'outbound';
  sender_type: string;
  type: string;
  is_imported: boolean;
  is_of_campaign: boolean;
  external_id: string | null;
  context_id: string | null;
  told_at: Date | null;
}

interface ActivityRow {
  id: string;
  conversation_id: string;
  kind: string;
  at: Date;
}

const HOUR_MS = 3_600_000;
const words = (at: Date): string => at.toISOString();

/**
 * What docs/analytics.md says of answers, replies and cases, found out from the stored messages in another way: everything is
 * read, and walked through in order.
 */
export async function recountedAnswers(db: DataSource, accountId: AccountId): Promise<AnswerFigures> {
  const messages: MessageRow[] = await db.query(
    `SELECT m.id, m.conversation_id, m."timestamp" AS at, m.direction, m.sender_type, m.type, m.external_id,
            coalesce(m.metadata ->> 'imported', '') = 'true' AS is_imported, m.metadata ->> 'campaignId' IS NOT NULL AS is_of_campaign,
            m.context ->> 'message_id' AS context_id,
            (SELECT min(s.at) FROM message_statuses s WHERE s.account_id = m.account_id AND s.message_id = m.id
               AND s.status IN ('sent', 'delivered', 'read', 'played')) AS told_at
       FROM messages m WHERE m.account_id = $1 ORDER BY m."timestamp", m.id`,
    [accountId],
  );
  const activities: ActivityRow[] = await db.query(
    `SELECT id, conversation_id, kind, at FROM conversation_activities WHERE account_id = $1 ORDER BY at, id`,
    [accountId],
  );
  const figures: AnswerFigures = { answers: {}, replies: {}, cases: [] };
  for (const conversationId of new Set(messages.map((row) => row.conversation_id))) {
    const own = messages.filter(
      (row) =>
        row.conversation_id === conversationId &&
        !row.is_imported &&
        !['reaction', 'system', 'request_welcome'].includes(row.type),
    );
    const done = activities.filter((row) => row.conversation_id === conversationId);
    countAnswers(own, done, figures);
    countReplies(own, figures);
    countCases(conversationId, own, done, figures);
  }
  figures.cases.sort();
  return figures;
}

function sentAt({ sender_type: sender, at, told_at: told }: MessageRow): Date | null {
  if (sender !== 'app') return told;
  return told !== null && told < at ? told : at;
}

function countAnswers(
  own: readonly MessageRow[],
  done: readonly ActivityRow[],
  figures: AnswerFigures,
): void {
  const closings = done.filter(({ kind }) => kind === 'closed');
  let waitingSince: Date | null = null;
  let lastAnswer: Date | null = null;
  let closedAt: Date | null = null;
  for (const message of own) {
    while (closings[0] !== undefined && closings[0].at < message.at) {
      closedAt = closings.shift()?.at ?? null;
      waitingSince = null;
    }
    if (message.direction === 'inbound') {
      if (message.sender_type === 'customer') waitingSince ??= message.at;
      continue;
    }
    const sent = sentAt(message);
    if (message.is_of_campaign || sent === null) continue;
    if (waitingSince !== null) {
      const seconds = Math.max(0, Math.round((sent.getTime() - waitingSince.getTime()) / 1_000));
      const isFirst = lastAnswer === null || (closedAt !== null && lastAnswer <= closedAt);
      figures.answers[message.id] =
        `answered after ${seconds} s at ${words(sent)}${isFirst ? ', first' : ''}`;
    }
    waitingSince = null;
    lastAnswer = message.at;
  }
}

function countReplies(own: readonly MessageRow[], figures: AnswerFigures): void {
  for (const template of own) {
    const sent = sentAt(template);
    if (template.direction !== 'outbound' || template.type !== 'template' || sent === null) continue;
    const replies = own.filter(
      ({ direction, sender_type: sender, at }) =>
        direction === 'inbound' &&
        sender === 'customer' &&
        at >= sent &&
        at.getTime() <= sent.getTime() + 72 * HOUR_MS &&
        template.at.getTime() <= at.getTime() + 60_000,
    );
    const tap = replies.find(
      ({ type, context_id: about }) =>
        ['button', 'interactive'].includes(type) && about === template.external_id,
    );
    const [first] = replies;
    if (first !== undefined)
      figures.replies[template.id] =
        `replied ${words(first.at)}${tap === undefined ? '' : `, tapped ${words(tap.at)}`}`;
  }
}

function countCases(
  conversationId: string,
  own: readonly MessageRow[],
  done: readonly ActivityRow[],
  figures: AnswerFigures,
): void {
  const ends: (Date | null)[] = [...done.filter(({ kind }) => kind === 'closed').map(({ at }) => at), null];
  let since = new Date(0);
  for (const until of ends) {
    const isWithin = (at: Date): boolean => at > since && (until === null || at <= until);
    const openings = [
      ...own.filter(({ direction, sender_type: sender }) => direction === 'inbound' && sender === 'customer'),
      ...done.filter(({ kind }) => kind === 'reopened'),
    ]
      .map(({ at }) => at)
      .filter(isWithin)
      .sort((a, b) => a.getTime() - b.getTime());
    if (openings[0] !== undefined)
      figures.cases.push(
        `${conversationId}: ${words(openings[0])} to ${until === null ? 'now' : words(until)}`,
      );
    since = until ?? since;
  }
}

/** The same as the service has stored it. */
export async function storedAnswers(db: DataSource, accountId: AccountId): Promise<AnswerFigures> {
  const facts: {
    message_id: string;
    answered_at: Date | null;
    answer_seconds: number | null;
    is_first_answer: boolean;
    replied_at: Date | null;
    clicked_at: Date | null;
  }[] = await db.query(
    `SELECT message_id, answered_at, answer_seconds, is_first_answer, replied_at, clicked_at
       FROM message_metric_facts WHERE account_id = $1`,
    [accountId],
  );
  const cases: { conversation_id: string; opened_at: Date; closed_at: Date | null }[] = await db.query(
    'SELECT conversation_id, opened_at, closed_at FROM conversation_cases WHERE account_id = $1',
    [accountId],
  );
  const figures: AnswerFigures = { answers: {}, replies: {}, cases: [] };
  for (const fact of facts) {
    if (fact.answered_at !== null)
      figures.answers[fact.message_id] =
        `answered after ${fact.answer_seconds} s at ${words(fact.answered_at)}${fact.is_first_answer ? ', first' : ''}`;
    if (fact.replied_at !== null)
      figures.replies[fact.message_id] =
        `replied ${words(fact.replied_at)}${fact.clicked_at === null ? '' : `, tapped ${words(fact.clicked_at)}`}`;
  }
  figures.cases = cases
    .map(
      ({ conversation_id: id, opened_at: opened, closed_at: closed }) =>
        `${id}: ${words(opened)} to ${closed === null ? 'now' : words(closed)}`,
    )
    .sort();
  return figures;
}

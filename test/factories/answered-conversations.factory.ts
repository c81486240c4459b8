import type { DataSource } from 'typeorm';
import { newId } from '../../src/database/ids';

/** What happens in a conversation, by its time. */
export type ConversationStep =
  | { kind: 'asked'; at: Date }
  /** Sent two seconds after it was ordered. `by`: a user; left out: written on the business's phone. */
  | { kind: 'answered'; at: Date; by?: string; isCampaign?: boolean; fails?: boolean }
  | { kind: 'closed'; at: Date; by: string | null };

export interface PlantedConversation {
  accountId: string;
  assetId: string;
  platform: string;
  steps: readonly ConversationStep[];
}

/** Stores conversations as they would have come to be by now, and says that their messages are to be counted. */
export async function plantConversations(
  db: DataSource,
  conversations: readonly PlantedConversation[],
): Promise<string[]> {
  const ids: string[] = [];
  for (const { accountId, assetId, platform, steps } of conversations) {
    const id = newId();
    ids.push(id);
    const inbound = steps.filter(({ kind }) => kind === 'asked').map(({ at }) => at.getTime());
    const spoken = steps.filter(({ kind }) => kind !== 'closed').map(({ at }) => at.getTime());
    const isClosed = steps.at(-1)?.kind === 'closed';
    await db.query(
      `INSERT INTO conversations (account_id, id, platform, asset_id, group_id, status, last_message_at, last_inbound_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [
        accountId,
        id,
        platform,
        assetId,
        `group-${id}`,
        isClosed ? 'closed' : 'active',
        new Date(Math.max(...spoken)),
        inbound.length === 0 ? null : new Date(Math.max(...inbound)),
      ],
    );
    for (const step of steps) await plantStep(db, { accountId, assetId, platform, id }, step);
  }
  return ids;
}

async function plantStep(
  db: DataSource,
  conversation: { accountId: string; assetId: string; platform: string; id: string },
  step: ConversationStep,
): Promise<void> {
  const { accountId, assetId, platform, id } = conversation;
  const ownId = newId();
  if (step.kind === 'closed') {
    await db.query(
      `INSERT INTO conversation_activities (account_id, id, conversation_id, actor_id, kind, at)
       VALUES ($1, $2, $3, $4, 'closed', $5)`,
      [accountId, ownId, id, step.by, step.at],
    );
    return;
  }
  const isAnswer = step.kind === 'answered';
  const by = isAnswer ? step.by : undefined;
  const sender = by === undefined ? 'app' : 'agent';
  await db.query(
    `INSERT INTO messages (account_id, id, conversation_id, asset_id, platform, direction, sender_type, sender_id, type, metadata,
                           status, seq, "timestamp")
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'text', $9, $10, 1, $11)`,
    [
      accountId,
      ownId,
      id,
      assetId,
      platform,
      isAnswer ? 'outbound' : 'inbound',
      isAnswer ? sender : 'customer',
      by ?? null,
      isAnswer && step.isCampaign === true ? { campaignId: newId() } : {},
      isAnswer ? 'accepted' : 'received',
      step.at,
    ],
  );
  if (isAnswer && by !== undefined)
    await db.query(
      `INSERT INTO message_statuses (account_id, message_id, status, at, error) VALUES ($1, $2, $3, $4, $5)`,
      [
        accountId,
        ownId,
        step.fails === true ? 'failed' : 'sent',
        new Date(step.at.getTime() + 2_000),
        step.fails === true ? { code: 131026 } : null,
      ],
    );
  await db.query(`INSERT INTO message_metric_changes (account_id, message_ids) VALUES ($1, $2)`, [
    accountId,
    [ownId],
  ]);
}

/**
 * Answers and closings of an account, counted from messages, statuses and activities in another way than the service does it:
 * as a walk through each conversation. Relations `answer` and `closing`, for a query after WITH; $1 is the account.
 */
export const RECOUNTED = `
  told AS (
    SELECT m.conversation_id, m.asset_id, m.platform, m."timestamp" AS at, m.id, m.sender_id AS agent,
           CASE WHEN m.direction = 'inbound' THEN 'asked' ELSE 'answered' END AS kind,
           CASE WHEN m.sender_type = 'app' THEN m."timestamp"
                ELSE (SELECT min(s.at) FROM message_statuses s WHERE s.account_id = m.account_id AND s.message_id = m.id
                         AND s.status IN ('sent', 'delivered', 'read', 'played')) END AS sent_at
      FROM messages m WHERE m.account_id = $1 AND m.metadata ->> 'campaignId' IS NULL
    UNION ALL
    SELECT a.conversation_id, v.asset_id, v.platform, a.at, a.id, a.actor_id::text, 'closed', NULL
      FROM conversation_activities a JOIN conversations v ON v.account_id = a.account_id AND v.id = a.conversation_id
     WHERE a.account_id = $1 AND a.kind = 'closed'),
  walk AS (
    SELECT told.*, count(*) FILTER (WHERE kind <> 'asked') OVER before_it AS stretch,
           count(*) FILTER (WHERE kind = 'closed') OVER before_it AS past_cases
      FROM told WHERE kind <> 'answered' OR sent_at IS NOT NULL
    WINDOW before_it AS (PARTITION BY conversation_id ORDER BY at, id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)),
  numbered AS (
    SELECT walk.*, min(at) FILTER (WHERE kind = 'asked') OVER (PARTITION BY conversation_id, stretch) AS since,
           min(at) FILTER (WHERE kind = 'asked') OVER (PARTITION BY conversation_id, past_cases) AS opened_at,
           row_number() OVER (PARTITION BY conversation_id, past_cases, kind ORDER BY at, id) AS place
      FROM walk),
  answer AS (
    SELECT asset_id, platform, agent, sent_at AS at, extract(epoch FROM sent_at - since)::int AS seconds, place = 1 AS is_first
      FROM numbered WHERE kind = 'answered' AND since IS NOT NULL),
  closing AS (
    SELECT asset_id, platform, agent, at, extract(epoch FROM at - opened_at)::int AS seconds
      FROM numbered WHERE kind = 'closed' AND opened_at IS NOT NULL)`;

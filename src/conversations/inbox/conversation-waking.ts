import type { EntityManager } from 'typeorm';
import type { AccountId, ConversationId } from '../../database/ids';
import type { DomainEvent } from '../../domain-events/domain-events';
import type { Outbox } from '../../domain-events/outbox';
import { type ConversationActivity, recordActivities } from './conversation-activity';

interface WokenRow {
  account_id: AccountId;
  id: ConversationId;
}

/**
 * Wakes those of the conversations that are snoozed, since their customer wrote. Call it in the transaction that counted the
 * message, and so holds their rows: whoever snoozes at the same moment comes before or after.
 */
export async function wakeByMessage(
  tx: EntityManager,
  outbox: Outbox,
  conversations: readonly { accountId: AccountId; id: ConversationId }[],
): Promise<void> {
  if (conversations.length === 0) return;
  const [woken]: [WokenRow[], number] = await tx.query(
    `UPDATE conversations SET status = 'active', snoozed_until = NULL, updated_at = now()
      WHERE (account_id, id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[])) AND status = 'snoozed'
      RETURNING account_id, id`,
    [conversations.map(({ accountId }) => accountId), conversations.map(({ id }) => id)],
  );
  await recordWaking(tx, outbox, woken, 'message');
}

/**
 * Wakes some of the conversations whose time has come. Several processes take different ones.
 * @returns how many
 */
export async function wakeByTime(tx: EntityManager, outbox: Outbox, most: number): Promise<number> {
  const [woken]: [WokenRow[], number] = await tx.query(
    `UPDATE conversations c SET status = 'active', snoozed_until = NULL, updated_at = now()
       FROM (SELECT account_id, id FROM conversations WHERE snoozed_until <= now()
              ORDER BY snoozed_until LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED) AS due
      WHERE c.account_id = due.account_id AND c.id = due.id
      RETURNING c.account_id, c.id`,
    [most],
  );
  await recordWaking(tx, outbox, woken, 'time');
  return woken.length;
}

async function recordWaking(
  tx: EntityManager,
  outbox: Outbox,
  woken: readonly WokenRow[],
  by: 'time' | 'message',
): Promise<void> {
  await recordActivities(
    tx,
    woken.map((row): ConversationActivity => ({
      accountId: row.account_id,
      conversationId: row.id,
      actorId: null,
      kind: 'woke',
      payload: { by },
    })),
  );
  await outbox.record(
    tx,
    woken.map((row): DomainEvent => ({
      kind: 'conversation.updated',
      accountId: row.account_id,
      payload: { conversationId: row.id, changed: ['status', 'snoozedUntil'] },
    })),
  );
}

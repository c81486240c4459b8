import type { EntityManager } from 'typeorm';
import type { AccountId, ConversationId } from '../../database/ids';
import { type ConversationActivity, recordActivities } from './conversation-activity';
import { unreadOf } from './conversation-view';

/** A conversation that goes on in another one. Both are locked, and the counts of both are still their own. */
interface Absorbed {
  accountId: AccountId;
  from: ConversationId;
  into: ConversationId;
}

/**
 * Moves what a team keeps beside the messages: how far each user has read, labels, notes and activities. As many statements
 * for any number of conversations.
 */
export async function moveInboxState(tx: EntityManager, absorbed: readonly Absorbed[]): Promise<void> {
  const moved = [
    absorbed.map(({ accountId }) => accountId),
    absorbed.map(({ from }) => from),
    absorbed.map(({ into }) => into),
  ];
  await moveReads(tx, moved);
  await tx.query(
    `INSERT INTO conversation_labels (account_id, conversation_id, label_id, created_at)
     SELECT given.account_id, moved."into", given.label_id, min(given.created_at)
       FROM ${MOVED} JOIN conversation_labels given
         ON given.account_id = moved.account_id AND given.conversation_id = moved."from"
      GROUP BY given.account_id, moved."into", given.label_id ON CONFLICT DO NOTHING`,
    moved,
  );
  for (const table of ['conversation_notes', 'conversation_activities'])
    await tx.query(
      `UPDATE ${table} kept SET conversation_id = moved."into" FROM ${MOVED}
        WHERE kept.account_id = moved.account_id AND kept.conversation_id = moved."from"`,
      moved,
    );
  await recordActivities(
    tx,
    absorbed.map(({ accountId, from, into }): ConversationActivity => ({
      accountId,
      conversationId: into,
      actorId: null,
      kind: 'merged',
      payload: { conversationId: from },
    })),
  );
}

const MOVED = `unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS moved (account_id, "from", "into")`;

/**
 * What a user has not read of the parts is unread in the whole, as if it had been one conversation from the beginning.
 * Whoever never said how far they read of any part is without a place in the whole, too.
 */
async function moveReads(tx: EntityManager, moved: readonly unknown[]): Promise<void> {
  await tx.query(
    `WITH part AS (
       SELECT account_id, "from" AS id, "into" FROM ${MOVED}
       UNION SELECT account_id, "into", "into" FROM ${MOVED}),
     reader AS (
       SELECT part.account_id, part."into", r.user_id, max(r.read_at) AS read_at
         FROM part JOIN conversation_reads r ON r.account_id = part.account_id AND r.conversation_id = part.id
        GROUP BY part.account_id, part."into", r.user_id)
     INSERT INTO conversation_reads AS kept (account_id, conversation_id, user_id, inbound_count, read_at)
     SELECT reader.account_id, reader."into", reader.user_id,
            sum(c.inbound_count) - sum(${unreadOf('c', 'r.inbound_count')}), reader.read_at
       FROM reader
       JOIN part ON part.account_id = reader.account_id AND part."into" = reader."into"
       JOIN conversations c ON c.account_id = part.account_id AND c.id = part.id
       LEFT JOIN conversation_reads r
         ON r.account_id = part.account_id AND r.conversation_id = part.id AND r.user_id = reader.user_id
      GROUP BY reader.account_id, reader."into", reader.user_id, reader.read_at
      ON CONFLICT (account_id, conversation_id, user_id)
      DO UPDATE SET inbound_count = excluded.inbound_count, read_at = excluded.read_at`,
    [...moved],
  );
}

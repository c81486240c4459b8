import type { EntityManager } from 'typeorm';

export interface ConversationPlace {
  account_id: string;
  conversation_id: string;
}

interface WalkedRow extends ConversationPlace {
  last_seq: string | null;
  is_emptied: boolean;
}

const NIL = '00000000-0000-0000-0000-000000000000';

/**
 * Of the conversations in a detached month, takes from those that have no message left what showed of one: the preview,
 * and the counts of unread messages, which nobody could open and thereby bring down. The conversation itself stays, with
 * its contact, its dates and its sequence, which goes on from where it was.
 * @param name the detached part of `messages`
 * @param rows conversations to look at
 * @returns the place to go on from, or null when all were looked at
 */
export async function clearEmptiedConversations(
  db: EntityManager,
  name: string,
  rows: number,
  after: ConversationPlace | null,
): Promise<ConversationPlace | null> {
  // From one conversation to the next by the index, over the messages in between.
  const walked: WalkedRow[] = await db.query(
    `WITH RECURSIVE walk AS (
       (SELECT account_id, conversation_id FROM ${name} WHERE (account_id, conversation_id) > ($1, $2)
         ORDER BY account_id, conversation_id LIMIT 1)
       UNION ALL
       SELECT next.account_id, next.conversation_id FROM walk CROSS JOIN LATERAL (
         SELECT d.account_id, d.conversation_id FROM ${name} d
          WHERE (d.account_id, d.conversation_id) > (walk.account_id, walk.conversation_id)
          ORDER BY d.account_id, d.conversation_id LIMIT 1) next)
     SELECT w.account_id, w.conversation_id, c.last_seq,
            c.id IS NOT NULL AND (
              c.last_message_preview IS NOT NULL OR c.unread_count > 0 OR EXISTS (
                SELECT FROM conversation_reads r WHERE r.account_id = c.account_id AND r.conversation_id = c.id
                   AND r.inbound_count < c.inbound_count)) AND NOT EXISTS (
              SELECT FROM messages m WHERE m.account_id = w.account_id AND m.conversation_id = w.conversation_id
            ) AS is_emptied
       FROM (SELECT * FROM walk LIMIT $3) w
       LEFT JOIN conversations c ON c.account_id = w.account_id AND c.id = w.conversation_id
      ORDER BY w.account_id, w.conversation_id`,
    [after?.account_id ?? NIL, after?.conversation_id ?? NIL, rows],
  );
  for (const row of walked) {
    if (!row.is_emptied) continue;
    // One at a time, so that it never holds one conversation while it waits for another. A message that came since has
    // moved the sequence.
    await db.query(
      `WITH emptied AS (
         UPDATE conversations SET last_message_preview = NULL, unread_count = 0, updated_at = now()
          WHERE account_id = $1 AND id = $2 AND last_seq = $3 RETURNING account_id, id, inbound_count)
       UPDATE conversation_reads r SET inbound_count = emptied.inbound_count FROM emptied
        WHERE r.account_id = emptied.account_id AND r.conversation_id = emptied.id
          AND r.inbound_count < emptied.inbound_count`,
      [row.account_id, row.conversation_id, row.last_seq],
    );
  }
  const last = walked.at(-1);
  return last === undefined ? null : { account_id: last.account_id, conversation_id: last.conversation_id };
}

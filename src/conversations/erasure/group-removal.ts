import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { ConversationId, MessageId } from '../../database/ids';
import { type ClaimedErasure, type ErasureStep, ROWS_AT_ONCE, type StepResult } from './erasure-stage';
import { removeOfMessages } from './message-removal';
import { PersonErasers } from './person-erasers';

const NIL = '00000000-0000-0000-0000-000000000000';

/** What a person wrote in groups is emptied and not removed: it has its place among what others wrote. */
@Injectable()
export class GroupRemoval implements ErasureStep {
  readonly stage = 'groups';

  constructor(private readonly erasers: PersonErasers) {}

  /** Group by group; `place` is the last that was finished. */
  async run(tx: EntityManager, erasure: ClaimedErasure): Promise<StepResult> {
    const { accountId, contactIds } = erasure;
    const [group]: { id: ConversationId }[] = await tx.query(
      `SELECT id FROM conversations WHERE account_id = $1 AND group_id <> '' AND id > $2 ORDER BY id LIMIT 1`,
      [accountId, erasure.place ?? NIL],
    );
    if (group === undefined) return { removed: {}, next: 'done' };
    const rows: { id: MessageId }[] = await tx.query(
      `SELECT id FROM messages WHERE account_id = $1 AND conversation_id = $2 AND contact_id = ANY($3)
        LIMIT ${ROWS_AT_ONCE}`,
      [accountId, group.id, contactIds],
    );
    const ids = rows.map(({ id }) => id);
    if (ids.length === 0) {
      await this.removeReadings(tx, erasure, group.id);
      return { removed: {}, next: 'more', place: group.id };
    }
    for (const eraser of this.erasers.all()) await eraser.eraseMessages?.(tx, accountId, ids);
    await removeOfMessages(tx, accountId, ids);
    await tx.query(
      `UPDATE messages
          SET contact_id = NULL, sender_id = NULL, message_text = NULL, content = '{}', context = NULL,
              metadata = '{"erased": true}', external_id = NULL, sentiment = NULL, confidence = NULL, sentiment_score = NULL,
              sentiment_language = NULL, sentiment_model = NULL, updated_at = now()
        WHERE account_id = $1 AND id = ANY($2)`,
      [accountId, ids],
    );
    await tx.query(
      `UPDATE conversations v
          SET last_message_preview = (SELECT left(m.message_text, 200) FROM messages m
                WHERE m.account_id = v.account_id AND m.conversation_id = v.id
                ORDER BY m."timestamp" DESC, m.id DESC LIMIT 1), updated_at = now()
        WHERE v.account_id = $1 AND v.id = $2`,
      [accountId, group.id],
    );
    return { removed: { groupMessages: ids.length }, next: 'more', place: erasure.place };
  }

  /** Who of a group has got and read a message is told by number. */
  private async removeReadings(
    tx: EntityManager,
    { accountId, identities }: ClaimedErasure,
    conversationId: ConversationId,
  ): Promise<void> {
    await tx.query(
      `DELETE FROM message_statuses s USING messages m
        WHERE m.account_id = $1 AND m.conversation_id = $2 AND m.direction = 'outbound'
          AND s.account_id = m.account_id AND s.message_id = m.id AND s.participant = ANY($3)`,
      [accountId, conversationId, identities.map(({ value }) => value)],
    );
  }
}

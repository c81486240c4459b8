import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AccountId, ConversationId, MessageId } from '../../database/ids';
import type { MessageError } from '../conversation-types';
import { SendLedger } from '../sends/send-ledger.service';
import { type ClaimedErasure, type ErasureStep, ROWS_AT_ONCE, type StepResult } from './erasure-stage';
import { PersonErasers } from './person-erasers';

/** Not counted as a failure of anything: it was taken back. */
const TAKEN_BACK: MessageError = {
  code: 'CANCELLED',
  title: 'The person’s data was removed before this was sent',
  message: null,
  details: null,
};

/** Removes the messages of the conversations with a person, the latest first, with all that names them. */
@Injectable()
export class MessageRemoval implements ErasureStep {
  readonly stage = 'messages';

  constructor(
    private readonly ledger: SendLedger,
    private readonly erasers: PersonErasers,
  ) {}

  async run(tx: EntityManager, { accountId, contactIds }: ClaimedErasure): Promise<StepResult> {
    const [row]: { id: ConversationId }[] = await tx.query(
      `SELECT v.id FROM conversations v
        WHERE v.account_id = $1 AND v.contact_id = ANY($2)
          AND EXISTS (SELECT FROM messages m WHERE m.account_id = v.account_id AND m.conversation_id = v.id)
        ORDER BY v.id LIMIT 1`,
      [accountId, contactIds],
    );
    if (row === undefined) return { removed: {}, next: 'done' };
    const ids = await this.removable(tx, accountId, row.id);
    // A call to Meta is under way for each of those that are left: its outcome has to be written down first.
    if (ids.length === 0) return { removed: {}, next: 'wait' };
    await this.remove(tx, accountId, ids);
    return { removed: { messages: ids.length }, next: 'more' };
  }

  private async removable(
    tx: EntityManager,
    accountId: AccountId,
    conversationId: ConversationId,
  ): Promise<MessageId[]> {
    const rows: { id: MessageId }[] = await tx.query(
      `SELECT m.id FROM messages m
        WHERE m.account_id = $1 AND m.conversation_id = $2
          AND NOT EXISTS (SELECT FROM message_sends s
                           WHERE s.account_id = m.account_id AND s.message_id = m.id AND s.state = 'sending')
        ORDER BY m."timestamp" DESC, m.id DESC LIMIT ${ROWS_AT_ONCE}`,
      [accountId, conversationId],
    );
    const ids = rows.map(({ id }) => id);
    // Whoever waits to hear what became of it, as a campaign does, is told before it is gone.
    await this.ledger.withdraw(tx, accountId, ids, TAKEN_BACK);
    const taken: { message_id: MessageId }[] = await tx.query(
      `SELECT message_id FROM message_sends
        WHERE account_id = $1 AND message_id = ANY($2) AND state = 'sending' ORDER BY message_id FOR UPDATE`,
      [accountId, ids],
    );
    const isTaken = new Set(taken.map((each) => each.message_id));
    return ids.filter((id) => !isTaken.has(id));
  }

  private async remove(
    tx: EntityManager,
    accountId: AccountId,
    messageIds: readonly MessageId[],
  ): Promise<void> {
    for (const eraser of this.erasers.all()) await eraser.eraseMessages?.(tx, accountId, messageIds);
    const parameters = [accountId, messageIds];
    // The figures stay; that there is nothing left to count them from does not change them.
    await tx.query(
      'UPDATE message_metric_facts SET is_erased = true WHERE account_id = $1 AND message_id = ANY($2)',
      parameters,
    );
    await removeOfMessages(tx, accountId, messageIds);
    for (const table of ['message_sends', 'message_send_attempts'])
      await tx.query(`DELETE FROM ${table} WHERE account_id = $1 AND message_id = ANY($2)`, parameters);
    await tx.query('DELETE FROM message_statuses WHERE account_id = $1 AND message_id = ANY($2)', parameters);
    await tx.query('DELETE FROM messages WHERE account_id = $1 AND id = ANY($2)', parameters);
  }
}

/** Names that Meta has for messages, what waits for them, what was read in them, and their files; each file goes with its row, by a trigger. */
export async function removeOfMessages(
  tx: EntityManager,
  accountId: AccountId,
  messageIds: readonly MessageId[],
): Promise<void> {
  const parameters = [accountId, messageIds];
  for (const table of ['waiting_statuses', 'waiting_changes'])
    await tx.query(
      `DELETE FROM ${table} w USING message_keys k
        WHERE k.account_id = $1 AND k.message_id = ANY($2) AND w.account_id = k.account_id
          AND w.asset_id = k.asset_id AND w.external_id = k.external_id`,
      parameters,
    );
  await tx.query(
    'DELETE FROM waiting_statuses WHERE account_id = $1 AND message_id IS NOT NULL AND message_id = ANY($2)',
    parameters,
  );
  for (const table of ['sentiment_work', 'sentiment_corrections'])
    await tx.query(
      `DELETE FROM ${table} WHERE account_id = $1 AND message_id IS NOT NULL AND message_id = ANY($2)`,
      parameters,
    );
  await tx.query('DELETE FROM message_media WHERE account_id = $1 AND message_id = ANY($2)', parameters);
  await tx.query('DELETE FROM message_keys WHERE account_id = $1 AND message_id = ANY($2)', parameters);
}

import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { PersonErasers, type PersonTraces } from '../../conversations/erasure/person-erasers';
import type { AccountId } from '../../database/ids';
import type { DeliveredEvent } from '../../domain-events/outbox-subscribers';

const ERASED = 'What was to be sent is gone: it was taken back, or erased at the person’s wish.';
const ROWS_AT_ONCE = 500;

/** What copies of people's data deliveries hold goes when the data itself goes. The rows stay, as a list of what was sent. */
@Injectable()
export class DeliveryErasure implements OnModuleInit {
  constructor(private readonly erasers: PersonErasers) {}

  onModuleInit(): void {
    this.erasers.register({
      name: 'webhook deliveries',
      erasePerson: (tx, person) => this.ofPerson(tx, person),
      // What was written since the person was looked through.
      eraseConversations: async (tx, accountId, conversationIds) => {
        while ((await this.of(tx, accountId, conversationIds)) > 0);
      },
    });
  }

  /** Run before deliveries of the same events are written: those tell of the end and are to go out. */
  async ofEvents(tx: EntityManager, events: readonly DeliveredEvent[]): Promise<void> {
    const removed = events.flatMap(({ kind, accountId, payload }) =>
      kind === 'comment.removed' ? [{ accountId, commentId: payload.commentId }] : [],
    );
    for (const accountId of new Set(removed.map((each) => each.accountId)))
      await this.of(
        tx,
        accountId,
        removed.flatMap((each) => (each.accountId === accountId ? [each.commentId] : [])),
      );
    const forgotten = events.flatMap(({ kind, accountId, payload }) =>
      kind === 'account.disconnected' && payload.reason === 'data_deletion' ? [accountId] : [],
    );
    if (forgotten.length > 0) await this.ofAccounts(tx, forgotten);
  }

  private async ofPerson(tx: EntityManager, { accountId, contactIds }: PersonTraces): Promise<number> {
    const conversations: { id: string }[] = await tx.query(
      'SELECT id FROM conversations WHERE account_id = $1 AND contact_id = ANY($2::uuid[])',
      [accountId, contactIds],
    );
    return this.of(
      tx,
      accountId,
      conversations.map(({ id }) => id),
    );
  }

  /** @returns how many lost their content, at most some hundreds */
  private async of(
    tx: EntityManager,
    accountId: AccountId,
    partitionIds: readonly string[],
  ): Promise<number> {
    if (partitionIds.length === 0) return 0;
    // Endpoints before their deliveries, as everybody locks them.
    await tx.query(
      'SELECT 1 FROM notification_endpoints WHERE account_id = $1 ORDER BY account_id, id FOR NO KEY UPDATE',
      [accountId],
    );
    const [, count]: [unknown[], number] = await tx.query(
      `UPDATE notification_deliveries
          SET body = NULL, due_at = NULL, claimed_until = NULL, hold_until = NULL,
              state = CASE WHEN state = 'delivered' THEN state ELSE 'dead' END,
              last_error = CASE WHEN state = 'delivered' THEN last_error ELSE $3 END,
              finished_at = coalesce(finished_at, now())
        WHERE account_id = $1 AND id IN (
          SELECT id FROM notification_deliveries
           WHERE account_id = $1 AND partition_id = ANY($2::uuid[]) AND body IS NOT NULL
           ORDER BY id LIMIT ${ROWS_AT_ONCE})`,
      [accountId, partitionIds, ERASED],
    );
    return count;
  }

  /** With the secrets, at once; the rows are removed bit by bit. */
  private async ofAccounts(tx: EntityManager, accountIds: readonly AccountId[]): Promise<void> {
    await tx.query(
      `UPDATE notification_endpoints
          SET state = 'removed', secret = NULL, previous_secret = NULL, headers = NULL, due_at = NULL, updated_at = now()
        WHERE account_id = ANY($1)`,
      [accountIds],
    );
  }
}

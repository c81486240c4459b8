import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AccountId } from '../../database/ids';
import type { DeliveredEvent } from '../../domain-events/outbox-subscribers';

const ERASED = 'What was to be sent was erased at the person’s wish.';

/** What copies of people's data deliveries hold goes when the data itself goes. */
@Injectable()
export class DeliveryErasure {
  /** Run before deliveries of the same events are written: those tell of the end and are to go out. */
  async ofEvents(tx: EntityManager, events: readonly DeliveredEvent[]): Promise<void> {
    const erased = events.flatMap(({ kind, accountId, payload }) =>
      kind === 'contact.erased' ? [{ accountId, contactId: payload.contactId }] : [],
    );
    if (erased.length > 0) await this.ofContacts(tx, erased);
    const forgotten = events.flatMap(({ kind, accountId, payload }) =>
      kind === 'account.disconnected' && payload.reason === 'data_deletion' ? [accountId] : [],
    );
    if (forgotten.length > 0) await this.ofAccounts(tx, forgotten);
  }

  /** What happened in the person's conversations is no longer told, nor kept. The rows stay, as a list of what was sent. */
  private async ofContacts(
    tx: EntityManager,
    contacts: readonly { accountId: AccountId; contactId: string }[],
  ): Promise<void> {
    // Endpoints before their deliveries, as everybody locks them.
    await tx.query(
      `SELECT 1 FROM notification_endpoints WHERE account_id = ANY($1) ORDER BY account_id, id FOR NO KEY UPDATE`,
      [contacts.map(({ accountId }) => accountId)],
    );
    await tx.query(
      `UPDATE notification_deliveries d
          SET body = NULL, due_at = NULL, claimed_until = NULL, hold_until = NULL,
              state = CASE WHEN d.state = 'delivered' THEN d.state ELSE 'dead' END,
              last_error = CASE WHEN d.state = 'delivered' THEN d.last_error ELSE $3 END,
              finished_at = coalesce(d.finished_at, now())
         FROM unnest($1::uuid[], $2::uuid[]) AS gone (account_id, contact_id)
         JOIN conversations c USING (account_id, contact_id)
        WHERE d.account_id = c.account_id AND d.partition_id = c.id AND d.body IS NOT NULL`,
      [contacts.map(({ accountId }) => accountId), contacts.map(({ contactId }) => contactId), ERASED],
    );
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

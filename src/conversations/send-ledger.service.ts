import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import type { AccountId, AssetId, ConversationId, MessageId } from '../database/ids';
import { newId } from '../database/ids';
import { Outbox } from '../domain-events/outbox';
import { ContactResolver } from './contact-resolver';
import { ConversationOpener } from './conversation-opener';
import type {
  MessageError,
  OrderedSend,
  PersonIdentity,
  Platform,
  SendOrder,
  StartedSend,
} from './conversation-types';
import { MessageChangeStore } from './message-change-store';
import { MessageStatusStore } from './message-status-store';

interface SendRow {
  account_id: AccountId;
  message_id: MessageId;
  asset_id: AssetId;
  request: Record<string, unknown>;
  attempts: number;
}

interface StateRow {
  conversation_id: ConversationId;
  seq: string;
}

/** `UPDATE … RETURNING` answers `[rows, count]` through TypeORM's PostgreSQL driver. */
type Updated<Row> = [rows: Row[], count: number];

/**
 * The ledger of outgoing messages: each is sent at most once and always accounted for.
 *
 *   queued ──begin──► sending ──► accepted            Meta answered with its id
 *     ▲                  ├──────► failed              Meta refused for good
 *     └── recordRetry ───┤                            Meta certainly did not accept it: later again
 *                        └──────► unknown             no answer came, or this process died; only a status
 *                                                     webhook that carries our message id settles it
 *
 * `begin` commits before the call to Meta is made, so a process that dies at any point leaves a row that tells.
 */
@Injectable()
export class SendLedger {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly contacts: ContactResolver,
    private readonly conversations: ConversationOpener,
    private readonly statuses: MessageStatusStore,
    private readonly changes: MessageChangeStore,
    private readonly outbox: Outbox,
  ) {}

  /** Writes the message as `queued` together with the order to send it. */
  async order(tx: EntityManager, order: SendOrder): Promise<OrderedSend> {
    const now = new Date();
    const [contactId] = await this.contacts.resolve(tx, [
      { accountId: order.accountId, person: order.person, at: now },
    ]);
    const [joined] = await this.conversations.join(tx, [
      {
        accountId: order.accountId,
        assetId: order.assetId,
        platform: order.platform,
        contactId: contactId ?? null,
        groupId: order.groupId,
        preview: order.text,
        at: now,
        opensWindow: false,
      },
    ]);
    if (contactId === undefined || joined === undefined)
      throw new Error('An order was not given its conversation.');
    const messageId = newId<MessageId>();
    await tx.query(
      `INSERT INTO messages (account_id, id, conversation_id, asset_id, contact_id, platform, direction, sender_type,
                             sender_id, type, message_text, content, context, status, seq, "timestamp")
       VALUES ($1, $2, $3, $4, $5, $6, 'outbound', 'agent', $7, $8, $9, $10, $11, 'queued', $12, $13)`,
      [
        order.accountId,
        messageId,
        joined.conversationId,
        order.assetId,
        contactId,
        order.platform,
        order.senderId,
        order.type,
        order.text,
        JSON.stringify(order.content),
        order.context === null ? null : JSON.stringify(order.context),
        joined.seq,
        now,
      ],
    );
    await tx.query(
      `INSERT INTO message_statuses (account_id, message_id, status, at) VALUES ($1, $2, 'queued', $3)`,
      [order.accountId, messageId, now],
    );
    await tx.query(
      `INSERT INTO message_sends (account_id, message_id, asset_id, platform, request) VALUES ($1, $2, $3, $4, $5)`,
      [order.accountId, messageId, order.assetId, order.platform, JSON.stringify(order.request)],
    );
    await this.outbox.record(tx, [
      {
        kind: 'message.created',
        accountId: order.accountId,
        payload: { messageId, conversationId: joined.conversationId, contactId },
        conversation: { id: joined.conversationId, seq: joined.seq },
      },
    ]);
    return { messageId, conversationId: joined.conversationId, contactId };
  }

  /**
   * Takes a message that is due. Of any number of processes that try, one gets it.
   * @returns null when there is nothing to do: taken by another, not due yet, or finished
   */
  async begin(accountId: AccountId, messageId: MessageId): Promise<StartedSend | null> {
    const [rows]: Updated<SendRow> = await this.database.query(
      `UPDATE message_sends SET state = 'sending', started_at = now(), attempts = attempts + 1
        WHERE account_id = $1 AND message_id = $2 AND state = 'queued' AND available_at <= now()
        RETURNING account_id, message_id, asset_id, request, attempts`,
      [accountId, messageId],
    );
    const [row] = rows;
    if (row === undefined) return null;
    return { accountId, messageId, assetId: row.asset_id, request: row.request, attempt: row.attempts };
  }

  /** Meta accepted: its id is stored, and what came for it earlier is applied. */
  async recordAccepted(
    send: StartedSend,
    answer: {
      externalId: string;
      identities: readonly PersonIdentity[];
      details: Readonly<Record<string, unknown>>;
    },
  ): Promise<void> {
    const key = { accountId: send.accountId, assetId: send.assetId, externalId: answer.externalId };
    await this.database.transaction(async (tx) => {
      await tx.query(
        `INSERT INTO message_keys (account_id, asset_id, external_id, message_id) VALUES ($1, $2, $3, $4)
         ON CONFLICT DO NOTHING`,
        [send.accountId, send.assetId, answer.externalId, send.messageId],
      );
      await tx.query(
        `UPDATE message_sends SET state = 'accepted', finished_at = now(), error = NULL
          WHERE account_id = $1 AND message_id = $2`,
        [send.accountId, send.messageId],
      );
      const told: unknown[] = await tx.query(
        `INSERT INTO message_statuses (account_id, message_id, status, at, details) VALUES ($1, $2, 'accepted', now(), $3)
         ON CONFLICT DO NOTHING RETURNING 1`,
        [send.accountId, send.messageId, JSON.stringify(answer.details)],
      );
      // A status webhook may have been faster and have raised the status already.
      const [rows]: Updated<StateRow> = await tx.query(
        `UPDATE messages SET external_id = $3, updated_at = now(),
                status = CASE WHEN status IN ('queued', 'unknown') THEN 'accepted' ELSE status END,
                error = CASE WHEN status IN ('queued', 'unknown') THEN NULL ELSE error END
          WHERE account_id = $1 AND id = $2 RETURNING conversation_id, seq`,
        [send.accountId, send.messageId, answer.externalId],
      );
      // Who does not know whether an earlier try was committed writes it down again, and must not tell it again.
      if (told.length > 0) await this.tell(tx, send, rows[0], 'accepted');
      // Meta's answer tells its own form of the number we dialled, and the business-scoped id.
      await this.contacts.learn(tx, [{ ...send, identities: answer.identities }]);
      await this.statuses.applyWaiting(tx, [key]);
      await this.changes.applyWaiting(tx, [key]);
    });
  }

  /** Meta refused for good, or we found that it must not go out. */
  async recordFailed(send: StartedSend, error: MessageError): Promise<void> {
    await this.finish(send, 'failed', error);
  }

  /** No answer came. It is never sent again by us; a status webhook may still settle it. */
  async recordUnknown(send: StartedSend, error: MessageError): Promise<void> {
    await this.finish(send, 'unknown', error);
  }

  /** Back to `queued`. Only for errors that prove Meta did not accept the message. */
  async recordRetry(send: StartedSend, availableAt: Date, error: MessageError): Promise<void> {
    await this.database.query(
      `UPDATE message_sends SET state = 'queued', started_at = NULL, available_at = $3, error = $4
        WHERE account_id = $1 AND message_id = $2 AND state = 'sending'`,
      [send.accountId, send.messageId, availableAt, JSON.stringify(error)],
    );
  }

  /** Back to `queued` before anything was tried: its number's turn has not come. Counts as no attempt. */
  async postpone(send: StartedSend, availableAt: Date): Promise<void> {
    await this.database.query(
      `UPDATE message_sends
          SET state = 'queued', started_at = NULL, available_at = $3, attempts = attempts - 1
        WHERE account_id = $1 AND message_id = $2 AND state = 'sending'`,
      [send.accountId, send.messageId, availableAt],
    );
  }

  /** Messages that are due: for the sweep that makes up for lost wake-ups. Oldest first. */
  async findDue(
    platform: Platform,
    limit: number,
  ): Promise<{ accountId: AccountId; messageId: MessageId }[]> {
    const rows: { account_id: AccountId; message_id: MessageId }[] = await this.database.query(
      `SELECT account_id, message_id FROM message_sends
        WHERE state = 'queued' AND available_at <= now() AND platform = $1 ORDER BY available_at LIMIT $2`,
      [platform, limit],
    );
    return rows.map((row) => ({ accountId: row.account_id, messageId: row.message_id }));
  }

  /**
   * Settles as `unknown` what a process took and never finished, because it died.
   * @param startedBefore must lie further back than a call to Meta can take
   * @returns how many there were
   */
  async markAbandoned(startedBefore: Date): Promise<number> {
    const rows: SendRow[] = await this.database.query(
      `SELECT account_id, message_id, asset_id, request, attempts FROM message_sends
        WHERE state = 'sending' AND started_at < $1 ORDER BY started_at LIMIT 500`,
      [startedBefore],
    );
    for (const row of rows) {
      await this.recordUnknown(
        {
          accountId: row.account_id,
          messageId: row.message_id,
          assetId: row.asset_id,
          request: row.request,
          attempt: row.attempts,
        },
        {
          code: 'OUTCOME_UNKNOWN',
          title: 'The outcome of this send is not known',
          message: 'The process that sent it ended before the answer was stored.',
          details: null,
        },
      );
    }
    return rows.length;
  }

  private async finish(send: StartedSend, state: 'failed' | 'unknown', error: MessageError): Promise<void> {
    const json = JSON.stringify(error);
    await this.database.transaction(async (tx) => {
      const [finished]: Updated<{ message_id: string }> = await tx.query(
        `UPDATE message_sends SET state = $3, finished_at = now(), error = $4
          WHERE account_id = $1 AND message_id = $2 AND state = 'sending' RETURNING message_id`,
        [send.accountId, send.messageId, state, json],
      );
      // A status webhook proved meanwhile that Meta has it.
      if (finished.length === 0) return;
      await tx.query(
        `INSERT INTO message_statuses (account_id, message_id, status, at, error) VALUES ($1, $2, $3, now(), $4)
         ON CONFLICT DO NOTHING`,
        [send.accountId, send.messageId, state, json],
      );
      const [rows]: Updated<StateRow> = await tx.query(
        `UPDATE messages SET status = $3, error = $4, updated_at = now()
          WHERE account_id = $1 AND id = $2 AND status IN ('queued', 'unknown') RETURNING conversation_id, seq`,
        [send.accountId, send.messageId, state, json],
      );
      await this.tell(tx, send, rows[0], state);
    });
  }

  private async tell(
    tx: EntityManager,
    send: StartedSend,
    row: StateRow | undefined,
    status: string,
  ): Promise<void> {
    if (row === undefined) return;
    await this.outbox.record(tx, [
      {
        kind: 'message.status',
        accountId: send.accountId,
        payload: { messageId: send.messageId, conversationId: row.conversation_id, status },
      },
    ]);
  }
}

import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AccountId, AssetId, ContactId, ConversationId, MessageId } from '../../database/ids';
import { newId } from '../../database/ids';
import { Outbox } from '../../domain-events/outbox';
import { currentRequestId, currentTraceParent, noteOrdered } from '../../tracing/work-scope';
import { ContactResolver } from '../contacts/contact-resolver';
import { ConversationOpener } from '../conversation-opener';
import { type MessageError, type OrderedSend, SEND_LANES, type SendOrder } from '../conversation-types';
import { SendSettlement } from './send-settlement.service';

/** `UPDATE … RETURNING` answers `[rows, count]` through TypeORM's PostgreSQL driver. */
type Updated<Row> = [rows: Row[], count: number];

interface PlacedOrder extends OrderedSend {
  order: SendOrder;
  seq: string;
  at: Date;
}

/**
 * The ledger of outgoing messages: each is sent at most once and always accounted for.
 *
 *   held ◄──hold/release──► queued ──claim──► sending ──► accepted     Meta answered with its id
 *     │                      │  ▲                ├──────► failed       Meta refused for good
 *     │                      │  └──── retry ─────┤                     Meta certainly did not accept it: later again
 *     └──────withdraw────────┴──► failed         └──────► unknown      no answer came, or this process died; only a
 *                                                                      status webhook with our message id settles it
 *
 * Here are the orders; `SendClaims` gives them out, committed before the call to Meta is made, so that a process that dies
 * at any point leaves a row that tells; `SendSettlement` writes down how the calls ended.
 */
@Injectable()
export class SendLedger {
  constructor(
    private readonly contacts: ContactResolver,
    private readonly conversations: ConversationOpener,
    private readonly settlement: SendSettlement,
    private readonly outbox: Outbox,
  ) {}

  /** Writes the message as `queued` together with the order to send it. */
  async order(tx: EntityManager, order: SendOrder): Promise<OrderedSend> {
    const [placed] = await this.orderAll(tx, [order]);
    if (placed === undefined) throw new Error('An order was not placed.');
    return placed;
  }

  /**
   * The same for many, in a fixed number of statements.
   * @returns in the order given
   */
  async orderAll(tx: EntityManager, orders: readonly SendOrder[]): Promise<OrderedSend[]> {
    if (orders.length === 0) return [];
    const placed = await this.place(tx, orders);
    await this.insertMessages(tx, placed);
    await tx.query(
      `INSERT INTO message_statuses (account_id, message_id, status, at)
       SELECT account_id, message_id, 'queued', at
         FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) AS told (account_id, message_id, at)`,
      [
        placed.map(({ order }) => order.accountId),
        placed.map(({ messageId }) => messageId),
        placed.map(({ at }) => at),
      ],
    );
    await this.insertSends(tx, placed);
    await this.outbox.record(
      tx,
      placed.map(({ order, messageId, conversationId, contactId, seq }) => ({
        kind: 'message.created',
        accountId: order.accountId,
        payload: { messageId, conversationId, contactId },
        conversation: { id: conversationId, seq },
      })),
    );
    return placed.map(({ messageId, conversationId, contactId }) => ({
      messageId,
      conversationId,
      contactId,
    }));
  }

  /**
   * Keeps back what is queued and not under way.
   * @returns which of them now stay until they are released
   */
  async hold(
    tx: EntityManager,
    accountId: AccountId,
    messageIds: readonly MessageId[],
  ): Promise<MessageId[]> {
    return this.move(tx, accountId, messageIds, 'queued', 'held');
  }

  /** Lets go what was held. Times not to be tried before still hold. */
  async release(
    tx: EntityManager,
    accountId: AccountId,
    messageIds: readonly MessageId[],
  ): Promise<MessageId[]> {
    return this.move(tx, accountId, messageIds, 'held', 'queued');
  }

  /**
   * Takes orders back that were not begun: their messages become `failed`, with the reason given.
   * @returns which of them had not left; the others are under way or done
   */
  async withdraw(
    tx: EntityManager,
    accountId: AccountId,
    messageIds: readonly MessageId[],
    error: MessageError,
  ): Promise<MessageId[]> {
    const withdrawn = await this.move(
      tx,
      accountId,
      messageIds,
      ['queued', 'held'],
      'failed',
      ', finished_at = now(), error = $5',
      [JSON.stringify(error)],
    );
    await this.settlement.recordFailures(
      tx,
      withdrawn.map((messageId) => ({ accountId, messageId, status: 'failed', error })),
    );
    return withdrawn;
  }

  private async move(
    tx: EntityManager,
    accountId: AccountId,
    messageIds: readonly MessageId[],
    from: string | string[],
    to: string,
    further = '',
    parameters: readonly unknown[] = [],
  ): Promise<MessageId[]> {
    if (messageIds.length === 0) return [];
    const [rows]: Updated<{ message_id: MessageId }> = await tx.query(
      `WITH mine AS (
         SELECT account_id, message_id FROM message_sends
          WHERE account_id = $1 AND message_id = ANY($2::uuid[]) AND state = ANY($3::text[])
          ORDER BY message_id FOR UPDATE)
       UPDATE message_sends s SET state = $4${further} FROM mine
        WHERE s.account_id = mine.account_id AND s.message_id = mine.message_id
        RETURNING s.message_id`,
      [accountId, messageIds, typeof from === 'string' ? [from] : from, to, ...parameters],
    );
    return rows.map(({ message_id: id }) => id);
  }

  /** Finds or makes contacts and conversations, and each message's place in its conversation. */
  private async place(tx: EntityManager, orders: readonly SendOrder[]): Promise<PlacedOrder[]> {
    const now = new Date();
    const people = orders.flatMap(({ accountId, person }) =>
      person === null ? [] : [{ accountId, person, at: now }],
    );
    const resolved = await this.contacts.resolve(tx, people);
    let next = 0;
    const contactIds = orders.map(({ person }): ContactId | null =>
      person === null ? null : (resolved[next++] ?? null),
    );
    const joined = await this.conversations.join(
      tx,
      orders.map((order, index) => ({
        accountId: order.accountId,
        assetId: order.assetId,
        platform: order.platform,
        contactId: contactIds[index] ?? null,
        groupId: order.groupId,
        preview: order.text,
        at: now,
        opensWindow: false,
      })),
    );
    return orders.map((order, index) => {
      const place = joined[index];
      if (place === undefined) throw new Error('An order was not given its conversation.');
      return {
        order,
        ...place,
        contactId: contactIds[index] ?? null,
        messageId: newId<MessageId>(),
        at: now,
      };
    });
  }

  private async insertMessages(tx: EntityManager, placed: readonly PlacedOrder[]): Promise<void> {
    await tx.query(
      `INSERT INTO messages (account_id, id, conversation_id, asset_id, contact_id, platform, direction, sender_type,
                             sender_id, type, message_text, content, context, metadata, status, seq,
                             "timestamp")
       SELECT account_id, id, conversation_id, asset_id, contact_id, platform, 'outbound', 'agent',
              sender_id, type, message_text, content, context, metadata, 'queued', seq, at
         FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::text[],
                     $9::text[], $10::jsonb[], $11::jsonb[], $12::jsonb[], $13::bigint[], $14::timestamptz[])
                AS told (account_id, id, conversation_id, asset_id, contact_id, platform, sender_id, type,
                         message_text, content, context, metadata, seq, at)`,
      [
        placed.map(({ order }) => order.accountId),
        placed.map(({ messageId }) => messageId),
        placed.map(({ conversationId }): ConversationId => conversationId),
        placed.map(({ order }): AssetId => order.assetId),
        placed.map(({ contactId }) => contactId),
        placed.map(({ order }) => order.platform),
        placed.map(({ order }) => order.senderId),
        placed.map(({ order }) => order.type),
        placed.map(({ order }) => order.text),
        placed.map(({ order }) => JSON.stringify(order.content)),
        placed.map(({ order }) => (order.context === null ? null : JSON.stringify(order.context))),
        placed.map(({ order: { campaignId } }) =>
          JSON.stringify(campaignId === undefined ? {} : { campaignId }),
        ),
        placed.map(({ seq }) => seq),
        placed.map(({ at }) => at),
      ],
    );
  }

  private async insertSends(tx: EntityManager, placed: readonly PlacedOrder[]): Promise<void> {
    // The database's clock, which is the one that says what is due.
    await tx.query(
      `INSERT INTO message_sends (account_id, message_id, asset_id, platform, request, lane, recipient, available_at,
                                  ordered_for, request_id, trace_parent)
       SELECT account_id, message_id, asset_id, platform, request, lane, recipient, coalesce(send_at, now()),
              coalesce(send_at, now()), $9::text, $10::text
         FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::jsonb[], $6::smallint[], $7::text[],
                     $8::timestamptz[])
                AS told (account_id, message_id, asset_id, platform, request, lane, recipient, send_at)`,
      [
        placed.map(({ order }) => order.accountId),
        placed.map(({ messageId }) => messageId),
        placed.map(({ order }) => order.assetId),
        placed.map(({ order }) => order.platform),
        placed.map(({ order }) => JSON.stringify(order.request)),
        placed.map(({ order }) => SEND_LANES.indexOf(order.lane)),
        placed.map(({ order }) => recipientOf(order)),
        placed.map(({ order }) => order.sendAt),
        currentRequestId(),
        currentTraceParent(),
      ],
    );
    noteOrdered(placed.map(({ messageId }) => messageId));
  }
}

/** As the person was addressed: who is addressed in two ways has two lines, which may overtake each other. */
function recipientOf({ groupId, person }: SendOrder): string {
  return groupId === '' ? (person?.identities[0]?.value ?? '') : groupId;
}

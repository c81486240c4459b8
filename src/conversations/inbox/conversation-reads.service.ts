import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import type { UserId } from '../../database/ids';
import { repeatLostRaces } from '../../database/lost-race';
import { Outbox } from '../../domain-events/outbox';
import { NotFoundError } from '../../errors/app.error';
import { type ConversationKey, NO_SUCH_CONVERSATION } from '../conversations.service';
import type { StoredConversation } from '../stored-conversation';

interface Counts {
  /** Messages of the other side so far. */
  inbound: bigint;
  /** Up to which of them the user has read. */
  read: bigint;
}

/** How far each user has read: a place in the count of what came in, so that nothing has to be counted to show it. */
@Injectable()
export class ConversationReads {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly outbox: Outbox,
  ) {}

  /**
   * Everything up to a message, or all there is. What was read before stays read.
   * @param messageId a message, or a comment, of the conversation; null: the last one
   * @throws NotFoundError when it has no such message
   */
  async read(userId: UserId, conversation: StoredConversation, messageId: string | null): Promise<void> {
    await this.move(userId, conversation, async (tx, { inbound, read }) => {
      if (messageId === null) return inbound;
      const later = await this.countLater(tx, conversation, messageId, inbound > read ? inbound - read : 0n);
      return inbound - later > read ? inbound - later : read;
    });
  }

  /** At least the last message is unread again. */
  async unread(userId: UserId, conversation: StoredConversation): Promise<void> {
    await this.move(userId, conversation, (_tx, { inbound, read }) =>
      Promise.resolve(read < inbound - 1n ? read : inbound - 1n),
    );
  }

  private async move(
    userId: UserId,
    { accountId, id }: ConversationKey,
    place: (tx: EntityManager, counts: Counts) => Promise<bigint>,
  ): Promise<void> {
    await repeatLostRaces(() =>
      this.database.transaction(async (tx) => {
        const counts = await this.lock(tx, userId, { accountId, id });
        const read = await place(tx, counts);
        await tx.query(
          `INSERT INTO conversation_reads AS r (account_id, conversation_id, user_id, inbound_count)
           VALUES ($1, $2, $3, $4)
           ON CONFLICT (account_id, conversation_id, user_id)
           DO UPDATE SET inbound_count = excluded.inbound_count, read_at = now()`,
          [accountId, id, userId, read.toString()],
        );
        if (read === counts.read) return;
        // The user's other windows show it, too.
        await this.outbox.record(tx, [
          {
            kind: 'conversation.updated',
            accountId,
            payload: { conversationId: id, changed: ['unreadCount', 'lastReadAt'] },
          },
        ]);
      }),
    );
  }

  /** The conversation first, as everything does that touches more than it: no message comes, and nothing is merged meanwhile. */
  private async lock(tx: EntityManager, userId: UserId, key: ConversationKey): Promise<Counts> {
    const rows: { inbound_count: string; unread_count: number }[] = await tx.query(
      'SELECT inbound_count, unread_count FROM conversations WHERE account_id = $1 AND id = $2 FOR NO KEY UPDATE',
      [key.accountId, key.id],
    );
    const [row] = rows;
    if (row === undefined) throw new NotFoundError(NO_SUCH_CONVERSATION);
    const inbound = BigInt(row.inbound_count);
    const own: { inbound_count: string }[] = await tx.query(
      'SELECT inbound_count FROM conversation_reads WHERE account_id = $1 AND conversation_id = $2 AND user_id = $3',
      [key.accountId, key.id, userId],
    );
    const read = own[0] === undefined ? inbound - BigInt(row.unread_count) : BigInt(own[0].inbound_count);
    return { inbound, read };
  }

  /** How many messages of the other side came after one. No more than are unread are counted: the rest was read before. */
  private async countLater(
    tx: EntityManager,
    conversation: StoredConversation,
    messageId: string,
    unread: bigint,
  ): Promise<bigint> {
    const [row]: { later: string | null }[] =
      conversation.commentThread === null
        ? await tx.query(
            `SELECT (SELECT count(*) FROM (
                      SELECT FROM messages m
                       WHERE m.account_id = read.account_id AND m.conversation_id = read.conversation_id
                         AND (m."timestamp", m.id) > (read."timestamp", read.id) AND m.direction = 'inbound'
                         AND m.sender_type = 'customer' AND NOT m.metadata @> '{"imported": true}'
                       LIMIT $4) later) AS later
               FROM messages read WHERE read.account_id = $1 AND read.conversation_id = $2 AND read.id = $3`,
            [conversation.accountId, conversation.id, messageId, unread.toString()],
          )
        : await tx.query(
            `SELECT (SELECT count(*) FROM (
                      SELECT FROM comments c
                       WHERE c.account_id = read.account_id AND c.asset_id = read.asset_id
                         AND c.thread_external_id = read.thread_external_id AND c.thread_seq IS NOT NULL
                         AND (c.commented_at, c.id) > (read.commented_at, read.id) AND NOT c.by_business
                       LIMIT $5) later) AS later
               FROM comments read
              WHERE read.account_id = $1 AND read.asset_id = $2 AND read.thread_external_id = $3 AND read.id = $4`,
            [
              conversation.accountId,
              conversation.channel.id,
              conversation.commentThread.externalId,
              messageId,
              unread.toString(),
            ],
          );
    if (row?.later === undefined || row.later === null)
      throw new NotFoundError('There is no such message in this conversation.');
    return BigInt(row.later);
  }
}

import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { ReplyRequest, TakenReply } from '../conversations/replies/reply-channel';
import { renaming } from '../conversations/replies/reply-refusals';
import type { StoredConversation } from '../conversations/stored-conversation';
import type { MessageId } from '../database/ids';
import type { AuthenticatedUser } from '../identity/authenticated-user';
import { DirectDesk, type SendDirectDto } from './direct-desk.service';
import type { DirectSender } from './direct-door';
import type { DirectHouse } from './direct-house';
import { DirectMessages } from './direct-messages.service';
import { directReplyBody } from './direct-reply-body';

/** Replies from the inbox on Messenger and Instagram, whose channels differ in what a message may hold. */
@Injectable()
export class DirectReplies {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly desk: DirectDesk,
    private readonly messages: DirectMessages,
  ) {}

  /** @param check the platform's own check of a body @throws ValidationFailedError */
  async reply<S extends DirectSender>(
    house: DirectHouse<S>,
    request: ReplyRequest,
    check: (body: Record<string, unknown>) => Promise<SendDirectDto>,
  ): Promise<TakenReply> {
    const { user, conversation, body, key, answeredExternalId } = request;
    const { message, nameOf } = directReplyBody(house.platform, body, answeredExternalId);
    const { accountId, id: conversationId } = conversation;
    const queued = await renaming(nameOf, async () => {
      const dto = await check({ ...message, conversationId });
      return this.desk.queue(house, user, { conversationId, accountId }, dto, key, request);
    });
    const { id, status, warnings } = queued;
    return { kind: 'message', id, status, conversationId, messageId: id, warnings };
  }

  /** @param messageId ours; null: the latest of the person */
  async markRead<S extends DirectSender>(
    house: DirectHouse<S>,
    user: AuthenticatedUser,
    { accountId, id }: StoredConversation,
    messageId: MessageId | null,
  ): Promise<void> {
    const rows: { id: MessageId }[] = await this.database.query(
      `SELECT id FROM messages
        WHERE account_id = $1 AND conversation_id = $2 AND direction = 'inbound' AND sender_type = 'customer'
          AND external_id IS NOT NULL AND sender_id IS NOT NULL AND ($3::uuid IS NULL OR id = $3)
        ORDER BY "timestamp" DESC, id DESC LIMIT 1`,
      [accountId, id, messageId],
    );
    const [latest] = rows;
    if (latest !== undefined) await this.messages.act(house, user, latest.id, 'mark_seen');
  }
}

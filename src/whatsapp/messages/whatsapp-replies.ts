import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { IdentityKind } from '../../conversations/conversation-types';
import {
  type ReplyChannel,
  ReplyChannels,
  type ReplyRequest,
  type TakenReply,
} from '../../conversations/replies/reply-channel';
import { renaming } from '../../conversations/replies/reply-refusals';
import type { StoredConversation } from '../../conversations/stored-conversation';
import type { MessageId } from '../../database/ids';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { noWayToAnswer, whatsAppReplyBody } from '../sending/reply-body';
import { SendMessagePipe } from '../sending/send-message.pipe';
import { SendingService } from '../sending/sending.service';
import { WhatsAppMessagesService } from './whatsapp-messages.service';

/** Replies from the inbox to people and groups on WhatsApp. */
@Injectable()
export class WhatsAppReplies implements ReplyChannel, OnModuleInit {
  readonly name = 'whatsapp';

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly channels: ReplyChannels,
    private readonly pipe: SendMessagePipe,
    private readonly sending: SendingService,
    private readonly messages: WhatsAppMessagesService,
  ) {}

  onModuleInit(): void {
    this.channels.register(this);
  }

  async reply(request: ReplyRequest): Promise<TakenReply> {
    const { user, conversation, body, key } = request;
    const { message, nameOf } = whatsAppReplyBody(body, request.answeredExternalId);
    const addressed = {
      ...message,
      ...(await this.addressOf(conversation)),
      accountId: conversation.accountId,
      phoneNumberId: conversation.channel.metaId,
    };
    const queued = await renaming(nameOf, async () => {
      const dto = await this.pipe.transform(addressed, { type: 'body' });
      return this.sending.queue(user, dto, key, request);
    });
    const { id } = conversation;
    return { kind: 'message', ...queued, conversationId: id, messageId: queued.id, warnings: [] };
  }

  async markRead(
    user: AuthenticatedUser,
    { accountId, id }: StoredConversation,
    messageId: MessageId | null,
  ): Promise<void> {
    const rows: { id: MessageId }[] = await this.database.query(
      `SELECT id FROM messages
        WHERE account_id = $1 AND conversation_id = $2 AND direction = 'inbound' AND sender_type = 'customer'
          AND external_id IS NOT NULL AND ($3::uuid IS NULL OR id = $3)
        ORDER BY "timestamp" DESC, id DESC LIMIT 1`,
      [accountId, id, messageId],
    );
    const [latest] = rows;
    if (latest !== undefined) await this.messages.markRead(user, latest.id, false);
  }

  /** Of somebody with several numbers the one that wrote last; a number rather than the id that stands in for one. */
  private async addressOf({ accountId, id, groupId }: StoredConversation): Promise<Record<string, string>> {
    if (groupId !== null) return { recipient_type: 'group', to: groupId };
    const rows: { kind: IdentityKind; value: string }[] = await this.database.query(
      `SELECT i.kind, i.value
         FROM conversations v
         JOIN contact_identities i ON i.account_id = v.account_id AND i.contact_id = v.contact_id
          AND i.kind IN ('wa_id', 'phone', 'bsuid', 'parent_bsuid')
         LEFT JOIN LATERAL (
           SELECT m.sender_id FROM messages m
            WHERE m.account_id = v.account_id AND m.conversation_id = v.id AND m.direction = 'inbound'
            ORDER BY m."timestamp" DESC, m.id DESC LIMIT 1) latest ON true
        WHERE v.account_id = $1 AND v.id = $2
        ORDER BY array_position(ARRAY['wa_id', 'phone', 'bsuid', 'parent_bsuid'], i.kind),
                 i.value = latest.sender_id DESC NULLS LAST, i.created_at DESC, i.value
        LIMIT 1`,
      [accountId, id],
    );
    const [identity] = rows;
    if (identity === undefined) throw noWayToAnswer();
    const { kind, value } = identity;
    return kind === 'wa_id' || kind === 'phone' ? { to: `+${value}` } : { recipient: value };
  }
}

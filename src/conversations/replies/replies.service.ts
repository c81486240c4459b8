import { Injectable } from '@nestjs/common';
import { instanceToPlain } from 'class-transformer';
import type { MessageId } from '../../database/ids';
import { ValidationFailedError } from '../../errors/app.error';
import { requestDigest } from '../../http/idempotency-key';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import type { ReplyDto } from '../dto/reply.dto';
import { ConversationAccess } from '../inbox/conversation-access.service';
import { MessagesService } from '../messages/messages.service';
import type { StoredConversation } from '../stored-conversation';
import { ReplyChannels, type TakenReply } from './reply-channel';
import { ReplyOrders } from './reply-orders';

export const REPLY_ROUTE = '/api/meta/conversations/:id/messages';

/** Replies from the inbox: finds the conversation, and hands the reply to whoever carries it there. */
@Injectable()
export class Replies {
  constructor(
    private readonly access: ConversationAccess,
    private readonly messages: MessagesService,
    private readonly channels: ReplyChannels,
    private readonly orders: ReplyOrders,
  ) {}

  /**
   * @param key the caller's Idempotency-Key
   * @throws NotFoundError also for somebody else's conversation; whatever else the channel throws
   */
  async reply(
    user: AuthenticatedUser,
    id: string,
    body: ReplyDto,
    key: string | undefined,
  ): Promise<TakenReply> {
    const { conversation, key: conversationKey, view } = await this.access.require(user, id);
    const replier = { view, takesOn: body.assign === true };
    return this.channels.of(conversation).reply({
      user,
      conversation,
      body,
      key,
      digest: requestDigest('POST', REPLY_ROUTE, { id: conversation.id, ...instanceToPlain(body) }),
      answeredExternalId: await this.answeredIn(conversation, body),
      place: (tx, order) => this.orders.place(tx, conversationKey, replier, order),
      goOn: (tx, repliedAt) => this.orders.goOn(tx, conversationKey, replier, repliedAt),
    });
  }

  /** Comments are found by their own channel. */
  private async answeredIn(
    { accountId, id, commentThread }: StoredConversation,
    { replyTo }: ReplyDto,
  ): Promise<string | null> {
    if (replyTo === undefined || commentThread !== null) return null;
    const [message] = await this.messages.getMany(accountId, [replyTo as MessageId]);
    if (message?.conversationId !== id)
      throw ValidationFailedError.of(
        'replyTo',
        'ofConversation',
        'replyTo must be a message of this conversation.',
      );
    if (message.externalId === null)
      throw ValidationFailedError.of(
        'replyTo',
        'atMeta',
        'replyTo must be a message that Meta has: this one was not sent yet, or never will be.',
      );
    return message.externalId;
  }
}

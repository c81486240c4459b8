import { Injectable, type OnModuleInit } from '@nestjs/common';
import {
  type ReplyChannel,
  ReplyChannels,
  type ReplyRequest,
  type TakenReply,
} from '../../conversations/replies/reply-channel';
import type { StoredConversation } from '../../conversations/stored-conversation';
import type { MessageId } from '../../database/ids';
import { DirectReplies } from '../../direct-messaging/direct-replies.service';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { InstagramBodyPipe } from './instagram-body.pipe';
import { InstagramMessagingHouse } from './instagram-messaging.house';

/** Replies from the inbox to people on Instagram. */
@Injectable()
export class InstagramReplies implements ReplyChannel, OnModuleInit {
  readonly name = 'instagram';

  constructor(
    private readonly channels: ReplyChannels,
    private readonly house: InstagramMessagingHouse,
    private readonly pipe: InstagramBodyPipe,
    private readonly replies: DirectReplies,
  ) {}

  onModuleInit(): void {
    this.channels.register(this);
  }

  async reply(request: ReplyRequest): Promise<TakenReply> {
    return this.replies.reply(this.house, request, async (body) => {
      const dto = await this.pipe.transform(body, { type: 'body' });
      if ('sender_action' in dto) throw new Error('A reply is no sender action.');
      return dto;
    });
  }

  async markRead(
    user: AuthenticatedUser,
    conversation: StoredConversation,
    messageId: MessageId | null,
  ): Promise<void> {
    await this.replies.markRead(this.house, user, conversation, messageId);
  }
}

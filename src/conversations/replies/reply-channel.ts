import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { ConversationId, MessageId } from '../../database/ids';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import type { OrderedSend, Platform } from '../conversation-types';
import type { ReplyDto } from '../dto/reply.dto';
import type { StoredConversation } from '../stored-conversation';

/** Who carries a reply: Instagram has messages and comments, so that a platform's name alone does not say it. */
export type ReplyChannelName = Platform | 'facebook-comments' | 'instagram-comments';

/** Places an order within its transaction so that it lands in the conversation that was replied to. */
export type PlaceInConversation = (
  tx: EntityManager,
  order: () => Promise<OrderedSend>,
) => Promise<OrderedSend>;

/** A reply that was asked for; conversation and what it answers have been found and are the user's. */
export interface ReplyRequest {
  user: AuthenticatedUser;
  conversation: StoredConversation;
  body: ReplyDto;
  /** The caller's Idempotency-Key. */
  key: string | undefined;
  /** By what the request is known again; see requestDigest. */
  digest: Buffer;
  /** What it answers, in a conversation of messages: Meta's id. */
  answeredExternalId: string | null;
  place: PlaceInConversation;
  /** Lets the conversation go on, as `place` does, after a reply that is no order; see ReplyOrders.goOn. */
  goOn: (tx: EntityManager, repliedAt: Date) => Promise<void>;
}

export const REPLY_STATES = ['queued', 'sending', 'done', 'unknown', 'failed'] as const;
export type ReplyState = (typeof REPLY_STATES)[number];

export interface ReplyWarning {
  code: string;
  message: string;
}

/** A reply that is written down and on its way, or, of comments, stands at Meta. */
export interface TakenReply {
  kind: 'message' | 'comment' | 'private_reply';
  /** Ours: of the message, or of the answer to a comment. */
  id: string;
  status: ReplyState;
  /** Where it stands: a private reply stands in another conversation. Null while that is not known. */
  conversationId: ConversationId | null;
  /** Which of that conversation's messages it is; null while that is not known. */
  messageId: string | null;
  warnings: ReplyWarning[];
}

/** How one platform takes replies from the inbox, under its own rules. */
export interface ReplyChannel {
  readonly name: ReplyChannelName;
  /**
   * @throws ValidationFailedError, before anything is stored, for what the platform cannot do; WindowClosedError and the
   *   like as the platform's own routes do
   */
  reply(request: ReplyRequest): Promise<TakenReply>;
  /**
   * Tells the customer that everything up to a message was read, and records the messages as read.
   * @param messageId ours; null: the latest message of the customer. Where there is none, nothing is done.
   * @throws GraphError as Meta refuses it. Comments know no receipts: nothing is done.
   */
  markRead(
    user: AuthenticatedUser,
    conversation: StoredConversation,
    messageId: MessageId | null,
  ): Promise<void>;
}

/** Where the platforms register theirs. */
@Injectable()
export class ReplyChannels {
  private readonly channels = new Map<ReplyChannelName, ReplyChannel>();

  /** Called from a platform module's `onModuleInit`. */
  register(channel: ReplyChannel): void {
    this.channels.set(channel.name, channel);
  }

  of(conversation: StoredConversation): ReplyChannel {
    const name = channelNameOf(conversation);
    const channel = this.channels.get(name);
    if (channel === undefined) throw new Error(`Nothing carries replies on ${name}.`);
    return channel;
  }
}

export function channelNameOf({
  platform,
  commentThread,
}: Pick<StoredConversation, 'platform' | 'commentThread'>): ReplyChannelName {
  if (platform === 'facebook') return 'facebook-comments';
  return platform === 'instagram' && commentThread !== null ? 'instagram-comments' : platform;
}

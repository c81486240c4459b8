import { ApiExtraModels, ApiProperty } from '@nestjs/swagger';
import { createdAtOf } from '../../database/ids';
import { CursorPaginationDto } from '../../http/page.dto';
import type { ThreadComment } from '../comment-threads/comment-thread-messages';
import { privateReplyOf } from '../comments/comment-rules';
import type { StoredComment } from '../comments/comment-view';
import {
  CONVERSATION_PLATFORMS,
  type ConversationPlatform,
  MESSAGE_STATUSES,
  type MessageStatus,
  type SenderType,
} from '../conversation-types';
import { type ShownContent, shownContent } from '../messages/message-content';
import type { StoredMessage } from '../messages/stored-message';
import { MESSAGE_CONTENT_CLASSES, MESSAGE_CONTENT_SCHEMA } from './message-content.dto';
import { MessageContextDto, MessageReferralDto } from './message-context.dto';
import { MessageMediaDto } from './message-media.dto';
import { MessageSentimentDto } from './message-sentiment.dto';

const SENDER_TYPES = ['customer', 'agent', 'app', 'system'] as const;

export class MessageErrorDto {
  /** Meta's error code, or a word of ours. @example 131049 */
  @ApiProperty({ oneOf: [{ type: 'number' }, { type: 'string' }] }) code!: number | string;
  title!: string | null;
  message!: string | null;
  details!: string | null;
}

@ApiExtraModels(...MESSAGE_CONTENT_CLASSES)
export class ThreadMessageDto {
  id!: string;
  conversationId!: string;
  /** Meta's id (`wamid…`, `m_…`); null until Meta accepted it. */
  externalId!: string | null;
  @ApiProperty({ enum: CONVERSATION_PLATFORMS }) platform!: ConversationPlatform;
  @ApiProperty({ enum: ['inbound', 'outbound'] }) direction!: 'inbound' | 'outbound';
  /** `customer`, `agent` (a user of this service), `app` (sent elsewhere in the business's name), `system`. */
  @ApiProperty({ enum: SENDER_TYPES }) senderType!: SenderType;
  /** For agents the user's id, else the platform's. @example "16505551234" */
  senderId!: string | null;
  /**
   * Meta's word: `text`, `image`, `interactive`, … Types that we do not know keep their name. In threads of comments it is
   * `comment`.
   * @example text
   */
  type!: string;
  /**
   * Body, caption or title, whatever there is to read; null for the rest and for what was taken back.
   * @example "Do you deliver on Sundays?"
   */
  text!: string | null;
  /**
   * What it says, in one of the forms below: `kind` tells which. It is mostly the `type`; answers to buttons, lists and
   * forms have kinds of their own. Content that Meta has changed or added since is of the kind `unknown`.
   */
  @ApiProperty({ ...MESSAGE_CONTENT_SCHEMA, example: { kind: 'text', body: 'Do you deliver on Sundays?' } })
  content!: ShownContent;
  /** Its file, the first where it has several; null where it has none, or nothing is known of it yet. */
  @ApiProperty({ type: MessageMediaDto, nullable: true }) media!: MessageMediaDto | null;
  /** All its files, in its order: messages of Messenger and Instagram may have several. */
  @ApiProperty({ type: [MessageMediaDto] }) files!: MessageMediaDto[];
  /** The message that it answers, or that it was forwarded. */
  @ApiProperty({ type: MessageContextDto, nullable: true }) context!: MessageContextDto | null;
  /** The advertisement or link that led the person here; only with the first message after it. */
  @ApiProperty({ type: MessageReferralDto, nullable: true, example: null })
  referral!: MessageReferralDto | null;
  @ApiProperty({ enum: MESSAGE_STATUSES }) status!: MessageStatus;
  @ApiProperty({ type: MessageErrorDto, nullable: true }) error!: MessageErrorDto | null;
  /**
   * The mood of what a customer wrote. It comes a moment after the message itself, with `message.sentiment`; null until then,
   * and where there is nothing to read.
   */
  @ApiProperty({ type: MessageSentimentDto, nullable: true }) sentiment!: MessageSentimentDto | null;
  /** Its place in the conversation, from 1, in order of arrival. A gap means something has not reached you yet. @example 7 */
  seq!: number;
  /** When it was sent, by the platform's clock. */
  timestamp!: Date;
  editedAt!: Date | null;
  /** When the sender took it back; its content is gone then. */
  revokedAt!: Date | null;
  createdAt!: Date;

  /** A comment as a message of its thread. */
  static fromComment(
    conversationId: string,
    { comment, seq }: ThreadComment,
    now: Date = new Date(),
  ): ThreadMessageDto {
    const { id, externalId, parentExternalId, byBusiness, sentBy, commentedAt } = comment;
    return Object.assign(new ThreadMessageDto(), {
      id,
      conversationId,
      externalId,
      platform: comment.platform,
      direction: byBusiness ? 'outbound' : 'inbound',
      senderType: !byBusiness ? 'customer' : sentBy === null ? 'app' : 'agent',
      senderId: sentBy ?? comment.author?.id ?? null,
      type: 'comment',
      text: comment.text,
      content: comment.removedAt === null ? commentContent(comment, now) : { kind: 'revoked' },
      media: null,
      files: [],
      context: parentExternalId === null ? null : { message_id: parentExternalId },
      referral: null,
      status: byBusiness ? 'sent' : 'received',
      error: null,
      sentiment: comment.sentiment,
      seq,
      timestamp: commentedAt,
      editedAt: comment.editedAt,
      revokedAt: comment.removedAt,
      createdAt: createdAtOf(id),
    });
  }

  static from(message: StoredMessage): ThreadMessageDto {
    return Object.assign(new ThreadMessageDto(), {
      id: message.id,
      conversationId: message.conversationId,
      externalId: message.externalId,
      platform: message.platform,
      direction: message.direction,
      senderType: message.senderType,
      senderId: message.senderId,
      type: message.type,
      text: message.text,
      content: shownContent(message),
      media: message.media,
      files: [...message.files],
      context: message.context,
      referral: message.metadata.referral ?? null,
      status: message.status,
      error: message.error,
      sentiment: message.sentiment,
      seq: message.seq,
      timestamp: message.at,
      editedAt: message.editedAt,
      revokedAt: message.revokedAt,
      createdAt: message.createdAt,
    });
  }
}

function commentContent(comment: StoredComment, now: Date): ShownContent {
  const { text, attachment, author, isHidden, postExternalId, parentId, likeCount, metadata } = comment;
  return {
    kind: 'comment',
    text,
    attachment,
    author,
    isHidden,
    postExternalId,
    replyTo: parentId,
    permalink: typeof metadata.permalink === 'string' ? metadata.permalink : null,
    likeCount,
    privateReply: {
      ...privateReplyOf(comment, now),
      messageId: comment.privateReply?.messageId ?? null,
      conversationId: comment.privateReply?.conversationId ?? null,
    },
  };
}

export class ThreadPageDto {
  /** Newest first. */
  @ApiProperty({ type: [ThreadMessageDto] }) messages!: ThreadMessageDto[];
  @ApiProperty({ type: CursorPaginationDto }) pagination!: CursorPaginationDto;
}

import { ApiExtraModels, ApiProperty } from '@nestjs/swagger';
import { IsBoolean, IsOptional } from 'class-validator';
import {
  MESSAGE_STATUSES,
  type MessageStatus,
  type SenderType,
} from '../../conversations/conversation-types';
import { MESSAGE_CONTENT_CLASSES, MESSAGE_CONTENT_SCHEMA } from '../../conversations/dto/message-content.dto';
import { MessageContextDto, MessageReferralDto } from '../../conversations/dto/message-context.dto';
import { MessageMediaDto } from '../../conversations/dto/message-media.dto';
import { type ShownContent, shownContent } from '../../conversations/messages/message-content';
import type { MessageWithHistory, StoredMessage } from '../../conversations/messages/stored-message';
import { inOrder, MessageStatusDto, STATUSES_EXAMPLE, WhatsAppMessageErrorDto } from './message-status.dto';

const SENDER_TYPES = ['customer', 'agent', 'app', 'system'] as const;

/** The order to send is stored. What becomes of the message shows in `GET /messages/{id}` and over Socket.IO. */
export class QueuedMessageDto {
  /** Our id of the message. */
  id!: string;
  @ApiProperty({ type: String, enum: ['queued'] }) status!: 'queued';
}

const TEXT_EXAMPLE = 'Yes, until six in the evening.';

/** The two ends of a message, which it does not hold itself. */
export interface MessageEnds {
  /** Meta's id of our number. */
  phoneNumberId: string;
  /** Our number, with `+`. */
  business: string | null;
  /** Digits with `+`, or the business-scoped id; in groups the id of whoever wrote it, null for our own. */
  person: string | null;
  /** Meta's id of the group. */
  groupId: string | null;
  /** When it is to go out, while it waits for that. */
  sendAt: Date | null;
}

@ApiExtraModels(...MESSAGE_CONTENT_CLASSES)
export class ListedMessageDto {
  id!: string;
  /** WhatsApp's id; null until Meta has accepted the message. @example wamid.HBgLMTY1MDU1NTEyMzQVAgARGBJB */
  @ApiProperty({ type: String, nullable: true }) wamid!: string | null;
  /**
   * `queued` → `accepted` (Meta has it) → `sent` → `delivered` → `read` → `played` (voice notes), only ever forward; steps
   * may be skipped. `failed` is final unless Meta delivers after all. `unknown`: Meta's answer to the send was lost; the
   * message is not sent again, and its first status from Meta settles it. `received`: a customer's message.
   */
  @ApiProperty({ type: String, enum: MESSAGE_STATUSES, example: 'delivered' }) status!: MessageStatus;
  /** Why it failed, or why its outcome is not known. */
  @ApiProperty({ type: WhatsAppMessageErrorDto, nullable: true }) error!: WhatsAppMessageErrorDto | null;
  @ApiProperty({ type: String, enum: ['inbound', 'outbound'], example: 'outbound' })
  direction!: 'inbound' | 'outbound';
  /** Meta's word: `text`, `template`, `image`, … Types that we do not know keep their name. @example text */
  type!: string;
  /** Phone number with `+`, or business-scoped user id of a person whose number is hidden. @example +15550783881 */
  @ApiProperty({ type: String, nullable: true }) from!: string | null;
  /** As `from`. @example +16505551234 */
  @ApiProperty({ type: String, nullable: true }) to!: string | null;
  /** Meta's id of our number. */
  phoneNumberId!: string;
  /** Body, caption or title, whatever there is to read; a template's body with its variables filled in. */
  @ApiProperty({ type: String, nullable: true, example: TEXT_EXAMPLE }) text!: string | null;
  /**
   * What it says, in one of the forms below: `kind` tells which. It is mostly the `type`; answers to buttons, lists and
   * forms have kinds of their own. Content that Meta has changed or added since is of the kind `unknown`.
   */
  @ApiProperty({ ...MESSAGE_CONTENT_SCHEMA, example: { kind: 'text', body: TEXT_EXAMPLE } })
  content!: ShownContent;
  /** Its file; null where it has none, or nothing is known of it yet. */
  @ApiProperty({ type: MessageMediaDto, nullable: true }) media!: MessageMediaDto | null;
  /** The message that it answers (`message_id`), or that it was forwarded. */
  @ApiProperty({ type: MessageContextDto, nullable: true }) context!: MessageContextDto | null;
  /** The advertisement or post that led the person here; only with the first message after it. */
  @ApiProperty({ type: MessageReferralDto, nullable: true, example: null })
  referral!: MessageReferralDto | null;
  /** Meta's id of the group that it was written in; null outside of groups. */
  @ApiProperty({ type: String, nullable: true }) groupId!: string | null;
  /** When it is to go out, while it waits for that; null otherwise. */
  @ApiProperty({ type: Date, nullable: true, example: null }) sendAt!: Date | null;
  /** What else came with it: `referral` (the advertisement that led here), `errors`, `origin`. */
  @ApiProperty({ type: 'object', additionalProperties: true }) metadata!: Record<string, unknown>;
  accountId!: string;
  conversationId!: string;
  @ApiProperty({ type: String, nullable: true }) contactId!: string | null;
  @ApiProperty({ type: String, enum: SENDER_TYPES, example: 'agent' }) senderType!: SenderType;
  /** When it was sent or ordered. */
  @ApiProperty({ type: Date }) timestamp!: Date;
  @ApiProperty({ type: Date, nullable: true }) editedAt!: Date | null;
  /** When the sender took it back; its content is gone then. */
  @ApiProperty({ type: Date, nullable: true }) revokedAt!: Date | null;
  @ApiProperty({ type: Date }) createdAt!: Date;

  static of(message: StoredMessage, ends: MessageEnds): ListedMessageDto {
    const isInbound = message.direction === 'inbound';
    return {
      id: message.id,
      wamid: message.externalId,
      status: message.status,
      error: message.error === null ? null : WhatsAppMessageErrorDto.from(message.error),
      direction: message.direction,
      type: message.type,
      from: isInbound ? ends.person : ends.business,
      to: isInbound ? ends.business : ends.person,
      phoneNumberId: ends.phoneNumberId,
      text: message.text,
      content: shownContent(message),
      media: message.media,
      context: message.context,
      referral: message.metadata.referral ?? null,
      groupId: ends.groupId,
      sendAt: ends.sendAt,
      metadata: message.metadata,
      accountId: message.accountId,
      conversationId: message.conversationId,
      contactId: message.contactId,
      senderType: message.senderType,
      timestamp: message.at,
      editedAt: message.editedAt,
      revokedAt: message.revokedAt,
      createdAt: message.createdAt,
    };
  }
}

export class WhatsAppMessageDto extends ListedMessageDto {
  /**
   * Every step with its time, in the order of the steps. Meta's times are whole seconds by its own clock, so that `sent` may
   * seem to be earlier than `accepted`.
   */
  @ApiProperty({ type: [MessageStatusDto], example: STATUSES_EXAMPLE }) statuses!: MessageStatusDto[];

  static from({ message, statuses }: MessageWithHistory, ends: MessageEnds): WhatsAppMessageDto {
    return Object.assign(ListedMessageDto.of(message, ends), {
      statuses: inOrder(statuses).map((transition) => MessageStatusDto.from(transition)),
    });
  }
}

export class ReadMessageDto {
  /** Show the customer that an answer is being written: for up to 25 seconds, or until it is there. */
  @IsOptional() @IsBoolean() typing?: boolean;
}

export class MessageReadDto {
  id!: string;
  @ApiProperty({ type: Date }) readAt!: Date;
  /** Whether the customer was shown that an answer is being written. */
  typing!: boolean;
}

import { ApiExtraModels, ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  MESSAGE_STATUSES,
  type MessageError,
  type MessageStatus,
  type SenderType,
} from '../../conversations/conversation-types';
import { MESSAGE_CONTENT_CLASSES, MESSAGE_CONTENT_SCHEMA } from '../../conversations/dto/message-content.dto';
import { MessageMediaDto } from '../../conversations/dto/message-media.dto';
import { type ShownContent, shownContent } from '../../conversations/messages/message-content';
import type {
  MessageWithHistory,
  StatusTransition,
  StoredMessage,
} from '../../conversations/messages/stored-message';

const SENDER_TYPES = ['customer', 'agent', 'app', 'system'] as const;
const PLATFORMS = ['messenger', 'instagram'] as const;
const EXAMPLE = 'Yes, until six in the evening.';

export class DirectWarningDto {
  @ApiProperty({ type: String, enum: ['THREAD_NOT_OURS'] }) code!: 'THREAD_NOT_OURS';
  message!: string;
}

/** The order to send is stored, or what was to be shown has been shown. */
export class QueuedDirectMessageDto {
  /** Our id of the message; null for a `sender_action`, which is no message. */
  @ApiProperty({ type: String, nullable: true, format: 'uuid' }) id!: string | null;
  /** `done`: a `sender_action` was carried out. */
  @ApiProperty({ type: String, enum: ['queued', 'done'], example: 'queued' }) status!: 'queued' | 'done';
  /** What may well keep it from arriving; mostly empty. */
  @ApiProperty({ type: [DirectWarningDto], example: [] }) warnings!: DirectWarningDto[];
}

export class DirectMessageErrorDto {
  /**
   * Meta's error code, such as 551, or a word of ours: `META_REAUTH_REQUIRED`, `META_UNAVAILABLE`, `WINDOW_CLOSED`,
   * `RECIPIENT_OPTED_OUT`, `OUTCOME_UNKNOWN`, `CANCELLED`.
   */
  @ApiProperty({ oneOf: [{ type: 'integer' }, { type: 'string' }], example: 551 }) code!: number | string;
  /** What happened, in a few words. @example The person cannot be reached */
  @ApiProperty({ type: String, nullable: true }) title!: string | null;
  /** Meta's own words, where there are any. */
  @ApiProperty({ type: String, nullable: true }) message!: string | null;
  /** What can be done, and Meta's subcode. */
  @ApiProperty({ type: String, nullable: true }) details!: string | null;

  static from({ code, title, message, details }: MessageError): DirectMessageErrorDto {
    return { code, title, message, details };
  }
}

export class DirectMessageStatusDto {
  /** @example delivered */
  @ApiProperty({ type: String, enum: MESSAGE_STATUSES }) status!: string;
  /** When it happened; `sent`, `delivered` and `read` by Meta's clock. */
  @ApiProperty({ type: Date }) at!: Date;
  @ApiPropertyOptional({ type: DirectMessageErrorDto }) error?: DirectMessageErrorDto;
  /** Of `accepted`: the `tag` under which it went out, if there was one. */
  @ApiPropertyOptional({ type: 'object', additionalProperties: true }) details?: Record<string, unknown>;

  static from({ status, at, error, details }: StatusTransition): DirectMessageStatusDto {
    return {
      status,
      at,
      ...(error === null ? {} : { error: DirectMessageErrorDto.from(error) }),
      ...(Object.keys(details).length === 0 ? {} : { details }),
    };
  }
}

const STATUSES_EXAMPLE = [
  { status: 'queued', at: '2026-03-14T09:26:53.000Z' },
  { status: 'accepted', at: '2026-03-14T09:26:53.412Z' },
  { status: 'sent', at: '2026-03-14T09:26:53.500Z' },
  { status: 'read', at: '2026-03-14T09:27:10.000Z' },
];

/** What a message does not hold of its two ends. */
export interface DirectMessageEnds {
  /** Meta's id of the Page or Instagram account. */
  channelId: string;
  /** What the Page or account knows the person by. */
  person: string | null;
  sendAt: Date | null;
}

@ApiExtraModels(...MESSAGE_CONTENT_CLASSES)
export class ListedDirectMessageDto {
  id!: string;
  @ApiProperty({ type: String, enum: PLATFORMS }) platform!: string;
  /** Meta's id; null until Meta has accepted the message. @example m_AG5Hz2Uq7tuwNEhXfYYKj8mJEM_QPpz5jdCK48PnKAjSdjfipqx */
  @ApiProperty({ type: String, nullable: true }) mid!: string | null;
  /**
   * `queued` → `accepted` (Meta has it) → `sent` → `delivered` → `read`, only ever forward; steps may be skipped. `failed` is
   * final unless Meta delivers after all. `unknown`: Meta's answer to the send was lost; the message is not sent again, and
   * its echo settles it. `received`: a person's message.
   */
  @ApiProperty({ type: String, enum: MESSAGE_STATUSES, example: 'read' }) status!: MessageStatus;
  /** Why it failed, or why its outcome is not known. */
  @ApiProperty({ type: DirectMessageErrorDto, nullable: true, example: null })
  error!: DirectMessageErrorDto | null;
  @ApiProperty({ type: String, enum: ['inbound', 'outbound'], example: 'outbound' })
  direction!: 'inbound' | 'outbound';
  /** `text`, `image`, `template`, `sticker`, `postback`, `reaction`, … @example text */
  type!: string;
  /** Meta's id of whoever wrote it: the person, or the Page or Instagram account. @example "113470551234567" */
  @ApiProperty({ type: String, nullable: true }) from!: string | null;
  /** As `from`. @example "9876543210123" */
  @ApiProperty({ type: String, nullable: true }) to!: string | null;
  /** Meta's id of the Page or Instagram account. @example "113470551234567" */
  channelId!: string;
  /** Its words, whatever there is to read. */
  @ApiProperty({ type: String, nullable: true, example: EXAMPLE }) text!: string | null;
  /** What it holds, in Meta's names: `text`, `attachments`, `quick_replies`, … */
  @ApiProperty({ ...MESSAGE_CONTENT_SCHEMA, example: { kind: 'direct', text: EXAMPLE } })
  content!: ShownContent;
  /**
   * Its files, in its order: those that came with it, and of what was sent from here the uploads that it names. Meta's own
   * addresses in `content` end after some days, these do not.
   */
  @ApiProperty({ type: [MessageMediaDto] }) files!: MessageMediaDto[];
  /** The message that it answers (`message_id`), or the story. */
  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true, example: null })
  context!: Record<string, unknown> | null;
  /** When it is to go out, while it waits for that; null otherwise. */
  @ApiProperty({ type: Date, nullable: true, example: null }) sendAt!: Date | null;
  /** What else came with it: `referral`, `app_id` of the tool that sent it, `standby`. */
  @ApiProperty({ type: 'object', additionalProperties: true }) metadata!: Record<string, unknown>;
  accountId!: string;
  conversationId!: string;
  @ApiProperty({ type: String, nullable: true }) contactId!: string | null;
  @ApiProperty({ type: String, enum: SENDER_TYPES, example: 'agent' }) senderType!: SenderType;
  /** When it was sent or ordered. */
  @ApiProperty({ type: Date }) timestamp!: Date;
  @ApiProperty({ type: Date, nullable: true, example: null }) editedAt!: Date | null;
  /** When it was taken back; its content is gone then. */
  @ApiProperty({ type: Date, nullable: true, example: null }) revokedAt!: Date | null;
  @ApiProperty({ type: Date }) createdAt!: Date;

  static of(message: StoredMessage, ends: DirectMessageEnds): ListedDirectMessageDto {
    const isInbound = message.direction === 'inbound';
    return {
      id: message.id,
      platform: message.platform,
      mid: message.externalId,
      status: message.status,
      error: message.error === null ? null : DirectMessageErrorDto.from(message.error),
      direction: message.direction,
      type: message.type,
      from: isInbound ? ends.person : ends.channelId,
      to: isInbound ? ends.channelId : ends.person,
      channelId: ends.channelId,
      text: message.text,
      content: shownContent(message),
      files: [...message.files],
      context: message.context,
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

export class DirectMessageDto extends ListedDirectMessageDto {
  /** Every step with its time, in the order of the steps. */
  @ApiProperty({ type: [DirectMessageStatusDto], example: STATUSES_EXAMPLE })
  statuses!: DirectMessageStatusDto[];

  static from({ message, statuses }: MessageWithHistory, ends: DirectMessageEnds): DirectMessageDto {
    return Object.assign(ListedDirectMessageDto.of(message, ends), {
      statuses: inOrder(statuses).map((transition) => DirectMessageStatusDto.from(transition)),
    });
  }
}

export class CancelledDirectMessageDto {
  id!: string;
  /** What became of it: `failed`, with the error `CANCELLED`. */
  @ApiProperty({ type: String, enum: ['failed'], example: 'failed' }) status!: 'failed';
}

/** `failed` before `delivered`, which may prove it wrong. */
const STEPS = ['received', 'queued', 'unknown', 'accepted', 'sent', 'failed', 'delivered', 'read', 'played'];

function inOrder(statuses: readonly StatusTransition[]): StatusTransition[] {
  return [...statuses].sort(
    (a, b) => STEPS.indexOf(a.status) - STEPS.indexOf(b.status) || a.at.getTime() - b.at.getTime(),
  );
}

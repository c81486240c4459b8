import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsOptional } from 'class-validator';
import {
  MESSAGE_STATUSES,
  type MessageError,
  type MessageStatus,
  type SenderType,
} from '../../conversations/conversation-types';
import type { MessageWithHistory, StatusTransition } from '../../conversations/stored-message';

const SENDER_TYPES = ['customer', 'agent', 'app', 'system'] as const;

/** The order to send is stored. What becomes of the message shows in `GET /messages/{id}` and over Socket.IO. */
export class QueuedMessageDto {
  /** Our id of the message. */
  id!: string;
  @ApiProperty({ type: String, enum: ['queued'] }) status!: 'queued';
}

export class WhatsAppMessageErrorDto {
  /**
   * Meta's error code, such as 131049, or a word of ours: `META_REAUTH_REQUIRED`, `META_UNAVAILABLE`, `WINDOW_CLOSED`,
   * `RECIPIENT_OPTED_OUT`, `OUTCOME_UNKNOWN`.
   */
  @ApiProperty({ oneOf: [{ type: 'integer' }, { type: 'string' }], example: 131049 }) code!: number | string;
  @ApiProperty({ type: String, nullable: true }) title!: string | null;
  @ApiProperty({ type: String, nullable: true }) message!: string | null;
  @ApiProperty({ type: String, nullable: true }) details!: string | null;

  static from(error: MessageError): WhatsAppMessageErrorDto {
    const { code, title, message, details } = error;
    return { code, title, message, details };
  }
}

export class MessageStatusDto {
  /** @example delivered */
  @ApiProperty({ type: String, enum: MESSAGE_STATUSES }) status!: string;
  /** When it happened; delivery statuses by Meta's clock. */
  @ApiProperty({ type: Date }) at!: Date;
  @ApiPropertyOptional({ type: WhatsAppMessageErrorDto }) error?: WhatsAppMessageErrorDto;
  /** In groups: whom the status is about. */
  @ApiPropertyOptional({ type: String }) participant?: string;
  /** Pricing and whatever else Meta told along with it, in Meta's names. */
  @ApiPropertyOptional({ type: 'object', additionalProperties: true }) details?: Record<string, unknown>;

  static from({ status, at, error, participant, details }: StatusTransition): MessageStatusDto {
    return {
      status,
      at,
      ...(error === null ? {} : { error: WhatsAppMessageErrorDto.from(error) }),
      ...(participant === '' ? {} : { participant }),
      ...(Object.keys(details).length === 0 ? {} : { details }),
    };
  }
}

const TEXT_EXAMPLE = 'Yes, until six in the evening.';

const STATUSES_EXAMPLE = [
  { status: 'queued', at: '2026-03-14T09:26:53.000Z' },
  { status: 'accepted', at: '2026-03-14T09:26:53.412Z' },
  { status: 'sent', at: '2026-03-14T09:26:54.000Z' },
  {
    status: 'delivered',
    at: '2026-03-14T09:26:55.000Z',
    details: {
      pricing: { billable: false, pricing_model: 'PMP', type: 'free_customer_service', category: 'service' },
    },
  },
];

/** `failed` before `delivered`, which may prove it wrong. */
const STEPS = ['received', 'queued', 'unknown', 'accepted', 'sent', 'failed', 'delivered', 'read', 'played'];

function inOrder(statuses: readonly StatusTransition[]): StatusTransition[] {
  return [...statuses].sort(
    (a, b) => STEPS.indexOf(a.status) - STEPS.indexOf(b.status) || a.at.getTime() - b.at.getTime(),
  );
}

/** The two ends of a message, which it does not hold itself. */
export interface MessageEnds {
  /** Meta's id of our number. */
  phoneNumberId: string;
  /** Our number, with `+`. */
  business: string | null;
  /** Digits with `+`, or the business-scoped id; null in groups. */
  person: string | null;
}

export class WhatsAppMessageDto {
  id!: string;
  /** WhatsApp's id; null until Meta has accepted the message. @example wamid.HBgLMTY1MDU1NTEyMzQVAgARGBJB */
  @ApiProperty({ type: String, nullable: true }) wamid!: string | null;
  /**
   * `queued` → `accepted` (Meta has it) → `sent` → `delivered` → `read` → `played` (voice notes), only ever forward; steps
   * may be skipped. `failed` is final unless Meta delivers after all. `unknown`: Meta's answer to the send was lost; the
   * message is not sent again, and its first status from Meta settles it. `received`: a customer's message.
   */
  @ApiProperty({ type: String, enum: MESSAGE_STATUSES, example: 'delivered' }) status!: MessageStatus;
  /**
   * Every step with its time, in the order of the steps. Meta's times are whole seconds by its own clock, so that `sent` may
   * seem to be earlier than `accepted`.
   */
  @ApiProperty({ type: [MessageStatusDto], example: STATUSES_EXAMPLE }) statuses!: MessageStatusDto[];
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
  /** The type's own content in Meta's names. */
  @ApiProperty({ type: 'object', additionalProperties: true, example: { body: TEXT_EXAMPLE } })
  content!: Record<string, unknown>;
  /** The message that it answers (`message_id`), or that it was forwarded. */
  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true }) context!: Record<
    string,
    unknown
  > | null;
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

  static from({ message, statuses }: MessageWithHistory, ends: MessageEnds): WhatsAppMessageDto {
    const isInbound = message.direction === 'inbound';
    return {
      id: message.id,
      wamid: message.externalId,
      status: message.status,
      statuses: inOrder(statuses).map((transition) => MessageStatusDto.from(transition)),
      error: message.error === null ? null : WhatsAppMessageErrorDto.from(message.error),
      direction: message.direction,
      type: message.type,
      from: isInbound ? ends.person : ends.business,
      to: isInbound ? ends.business : ends.person,
      phoneNumberId: ends.phoneNumberId,
      text: message.text,
      content: message.content,
      context: message.context,
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

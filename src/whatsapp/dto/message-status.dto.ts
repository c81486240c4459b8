import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { MESSAGE_STATUSES, type MessageError } from '../../conversations/conversation-types';
import type { StatusTransition } from '../../conversations/messages/stored-message';
import { findGraphErrorRule } from '../../graph-client/graph-error-codes';
import type { GraphErrorOwner } from '../../graph-client/graph-error-rule';
import { isRecord } from '../meta-values';

const OWNERS: readonly GraphErrorOwner[] = ['meta', 'developer', 'business', 'customer', 'nobody'];
const MARKETING_LIMIT_CAUSE = 'Meta limits how much marketing this person gets; wait at least 24 hours.';

export class WhatsAppMessageErrorDto {
  /**
   * Meta's error code, such as 131049, or a word of ours: `META_REAUTH_REQUIRED`, `META_UNAVAILABLE`, `WINDOW_CLOSED`,
   * `RECIPIENT_OPTED_OUT`, `OUTCOME_UNKNOWN`.
   */
  @ApiProperty({ oneOf: [{ type: 'integer' }, { type: 'string' }], example: 131049 }) code!: number | string;
  @ApiProperty({ type: String, nullable: true }) title!: string | null;
  @ApiProperty({ type: String, nullable: true }) message!: string | null;
  @ApiProperty({ type: String, nullable: true }) details!: string | null;
  /** What Meta's code means, in our words, for Meta often gives the bare code. `GET /errors/{code}` says more. */
  @ApiProperty({ type: String, nullable: true, example: MARKETING_LIMIT_CAUSE })
  cause!: string | null;
  /** Who has to do something before it can succeed; null where the code is unknown or a word of ours. */
  @ApiProperty({ type: String, nullable: true, enum: OWNERS, example: 'nobody' }) whoMustAct!: string | null;
  /** What that person does, where there is one thing to do. */
  @ApiProperty({ type: String, nullable: true }) action!: string | null;

  static from(error: MessageError): WhatsAppMessageErrorDto {
    const { code, title, message, details } = error;
    const rule = typeof code === 'number' ? findGraphErrorRule(code) : null;
    return {
      code,
      title,
      message,
      details,
      cause: rule?.cause ?? null,
      whoMustAct: rule?.whoMustAct ?? null,
      action: rule?.action ?? null,
    };
  }
}

export class MessagePricingDto {
  /** Going out of use at Meta. */
  billable?: boolean;
  /** `PMP`: by the message. Older: `CBP`, `NBP`. @example PMP */
  pricing_model?: string;
  /** `regular`, `free_customer_service` or `free_entry_point`. @example regular */
  type?: string;
  /** `marketing`, `utility`, `authentication`, `service`, … @example marketing */
  category?: string;
}

export class MessageConversationDto {
  /** Meta's id. */
  id?: string;
  expiration_timestamp?: string;
  /** What opened it: `marketing`, `utility`, `service`, `referral_conversion`, … @example service */
  origin?: string;
}

export class MessageStatusDto {
  /** @example delivered */
  @ApiProperty({ type: String, enum: MESSAGE_STATUSES }) status!: string;
  /** When it happened; delivery statuses by Meta's clock. */
  @ApiProperty({ type: Date }) at!: Date;
  @ApiPropertyOptional({ type: WhatsAppMessageErrorDto }) error?: WhatsAppMessageErrorDto;
  /** In groups: whom the status is about. */
  @ApiPropertyOptional({ type: String }) participant?: string;
  /** What Meta says it charges; with `sent`, and with one of `delivered` and `read`. */
  @ApiPropertyOptional({ type: MessagePricingDto }) pricing?: MessagePricingDto;
  /** The conversation that Meta counts it to; in newer versions only where messages are free. */
  @ApiPropertyOptional({ type: MessageConversationDto }) conversation?: MessageConversationDto;
  /** Everything that Meta told along with it, in Meta's names. */
  @ApiPropertyOptional({ type: 'object', additionalProperties: true }) details?: Record<string, unknown>;

  static from({ status, at, error, participant, details }: StatusTransition): MessageStatusDto {
    return {
      status,
      at,
      ...(error === null ? {} : { error: WhatsAppMessageErrorDto.from(error) }),
      ...(participant === '' ? {} : { participant }),
      ...(isRecord(details.pricing) ? { pricing: details.pricing } : {}),
      ...(isRecord(details.conversation) ? { conversation: details.conversation } : {}),
      ...(Object.keys(details).length === 0 ? {} : { details }),
    };
  }
}

const PRICING_EXAMPLE = {
  billable: false,
  pricing_model: 'PMP',
  type: 'free_customer_service',
  category: 'service',
};

export const STATUSES_EXAMPLE = [
  { status: 'queued', at: '2026-03-14T09:26:53.000Z' },
  { status: 'accepted', at: '2026-03-14T09:26:53.412Z' },
  { status: 'sent', at: '2026-03-14T09:26:54.000Z' },
  {
    status: 'delivered',
    at: '2026-03-14T09:26:55.000Z',
    pricing: PRICING_EXAMPLE,
    details: { pricing: PRICING_EXAMPLE },
  },
];

/** `failed` before `delivered`, which may prove it wrong. */
const STEPS = ['received', 'queued', 'unknown', 'accepted', 'sent', 'failed', 'delivered', 'read', 'played'];

export function inOrder(statuses: readonly StatusTransition[]): StatusTransition[] {
  return [...statuses].sort(
    (a, b) => STEPS.indexOf(a.status) - STEPS.indexOf(b.status) || a.at.getTime() - b.at.getTime(),
  );
}

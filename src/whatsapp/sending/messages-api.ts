import { Injectable } from '@nestjs/common';
import { Type } from 'class-transformer';
import { ArrayNotEmpty, IsArray, IsOptional, ValidateNested } from 'class-validator';
import type { PersonIdentity } from '../../conversations/conversation-types';
import { GraphClient } from '../../graph-client/graph-client';
import { GraphId, GraphSuccess } from '../../graph-client/graph-fields';
import { OptionalText, isRecord, textAt } from '../meta-values';
import { withoutAbsent } from '../messages/message-content';

class SentMessageItem {
  @GraphId() id!: string;
  @OptionalText() message_status?: string;
  @OptionalText() group_id?: string;
}

class SendMessageAnswer {
  @IsArray()
  @ArrayNotEmpty()
  @ValidateNested({ each: true })
  @Type(() => SentMessageItem)
  messages!: SentMessageItem[];
  /** Read with care: which ids are in it depends on how the recipient was named. */
  @IsOptional() contacts?: unknown;
}

/** Meta has the message. That says nothing yet of its delivery. */
export interface AcceptedMessage {
  wamid: string;
  /** What Meta knows the recipient by; its form of a phone number may differ from the one dialled. */
  identities: PersonIdentity[];
  /** Meta's `message_status` (`accepted`, `held_for_quality_assessment`, `paused`) and the recipient as told. */
  details: Record<string, unknown>;
}

/** The Graph endpoints for sending messages and marking them as read. */
@Injectable()
export class MessagesApi {
  constructor(private readonly graph: GraphClient) {}

  /**
   * @param phoneNumberId Meta's id of the number to send from
   * @param message Meta's message object: recipient, type and content
   * @param callbackData comes back in every status webhook of the message, at most 512 characters
   */
  async send(
    token: string,
    phoneNumberId: string,
    message: Readonly<Record<string, unknown>>,
    callbackData: string,
  ): Promise<AcceptedMessage> {
    const { messages, contacts } = await this.graph.call({
      method: 'POST',
      path: `/${encodeURIComponent(phoneNumberId)}/messages`,
      token,
      body: { messaging_product: 'whatsapp', ...message, biz_opaque_callback_data: callbackData },
      response: SendMessageAnswer,
      // Meta has no idempotency key: whoever sends again after a time-out may send twice.
      retry: 'never',
    });
    const [sent] = messages;
    if (sent === undefined) throw new Error('An answer without a message passed its check.');
    const contact: unknown = Array.isArray(contacts) ? contacts[0] : undefined;
    return {
      wamid: sent.id,
      identities: identitiesOf(contact),
      details: withoutAbsent({
        message_status: sent.message_status,
        group_id: sent.group_id,
        contact: isRecord(contact) ? contact : undefined,
      }),
    };
  }

  /** Marks this message and all earlier ones of the chat as read; with `typing` shows that an answer is being written. */
  async markRead(token: string, phoneNumberId: string, wamid: string, typing: boolean): Promise<void> {
    await this.graph.call({
      method: 'POST',
      path: `/${encodeURIComponent(phoneNumberId)}/messages`,
      token,
      body: {
        messaging_product: 'whatsapp',
        status: 'read',
        message_id: wamid,
        ...(typing ? { typing_indicator: { type: 'text' } } : {}),
      },
      response: GraphSuccess,
      // Reading twice is reading once.
      retry: 'safe',
    });
  }
}

function identitiesOf(contact: unknown): PersonIdentity[] {
  const identities: PersonIdentity[] = [];
  const bsuid = textAt(contact, 'user_id');
  const waId = textAt(contact, 'wa_id');
  const parentBsuid = textAt(contact, 'parent_user_id');
  if (bsuid !== undefined) identities.push({ kind: 'bsuid', value: bsuid });
  if (waId !== undefined && /^\d+$/.test(waId)) identities.push({ kind: 'wa_id', value: waId });
  if (parentBsuid !== undefined) identities.push({ kind: 'parent_bsuid', value: parentBsuid });
  return identities;
}

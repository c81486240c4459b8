import { Injectable } from '@nestjs/common';
import type { PersonIdentity } from '../../conversations/conversation-types';
import { GraphClient } from '../../graph-client/graph-client';
import { GraphUnreadableAnswerError } from '../../graph-client/graph.error';
import { GraphSuccess } from '../../graph-client/graph-fields';
import { isRecord, textAt } from '../meta-values';
import { withoutAbsent } from '../messages/message-content';

/** Meta has the message. That says nothing yet of its delivery. */
export interface AcceptedMessage {
  wamid: string;
  /** What Meta knows the recipient by; its form of a phone number may differ from the one dialled. */
  identities: PersonIdentity[];
  /** Meta's `message_status` (`accepted`, `held_for_quality_assessment`, `paused`) and the recipient as told. */
  details: Record<string, unknown>;
}

const LONGEST_READ_MS = 5_000;

/** In a stored message: the edge that it goes to instead of `messages`. Meta never sees it. */
export const EDGE = 'edge';
/** In a stored message: the text that goes out when its file cannot. Meta never sees it. */
export const FALLBACK = 'fallbackText';
export const MARKETING_EDGE = 'marketing_messages';

/** The Graph endpoints for sending messages and marking them as read. */
@Injectable()
export class MessagesApi {
  constructor(private readonly graph: GraphClient) {}

  /**
   * @param phoneNumberId Meta's id of the number to send from
   * @param message Meta's message object: recipient, type and content; under EDGE the edge, where it is not `messages`
   * @param callbackData comes back in every status webhook of the message, at most 512 characters
   * @throws GraphUnreadableAnswerError for an answer without the message's id: whether Meta took it is not known
   */
  async send(
    token: string,
    phoneNumberId: string,
    { [EDGE]: edge = 'messages', [FALLBACK]: _fallback, ...message }: Readonly<Record<string, unknown>>,
    callbackData: string,
  ): Promise<AcceptedMessage> {
    const answer = await this.graph.callUnknown({
      method: 'POST',
      path: `/${encodeURIComponent(phoneNumberId)}/${edge === MARKETING_EDGE ? MARKETING_EDGE : 'messages'}`,
      token,
      body: { messaging_product: 'whatsapp', ...message, biz_opaque_callback_data: callbackData },
      // Meta has no idempotency key: whoever sends again after a time-out may send twice.
      retry: 'never',
    });
    // By hand: the general way to read answers takes longer than the rest of a send.
    const sent = firstOf(answer, 'messages');
    const wamid = textAt(sent, 'id');
    if (wamid === undefined)
      throw new GraphUnreadableAnswerError("Meta's answer has no id of a message.", 200);
    const contact = firstOf(answer, 'contacts');
    return {
      wamid,
      identities: identitiesOf(contact),
      details: withoutAbsent({
        message_status: textAt(sent, 'message_status'),
        group_id: textAt(sent, 'group_id'),
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
      // Reading twice is reading once. Somebody waits for it at a screen.
      retry: 'safe',
      timeoutMs: LONGEST_READ_MS,
    });
  }
}

function firstOf(answer: unknown, key: string): unknown {
  const list = isRecord(answer) ? answer[key] : undefined;
  return Array.isArray(list) ? (list as unknown[])[0] : undefined;
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

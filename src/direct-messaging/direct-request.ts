import type { StartedSend } from '../conversations/conversation-types';
import { isRecord } from '../http/unfit-content';
import { HUMAN_AGENT, MESSAGING_TYPES, type Permit, type PermitWish } from './direct-permit';

type Json = Record<string, unknown>;

/** A message that was ordered, as the ledger keeps it: the body of Meta's Send API with what the caller wished for. */
export interface DirectRequest {
  recipient: { id: string };
  message: Json;
  reply_to?: { mid: string };
  messaging_type?: PermitWish['messaging_type'];
  tag?: PermitWish['tag'];
  notification_type?: string;
  persona_id?: string;
}

export function wishOf(request: Readonly<Json>): PermitWish {
  return {
    messaging_type: MESSAGING_TYPES.find((type) => type === request.messaging_type),
    tag: request.tag === HUMAN_AGENT ? HUMAN_AGENT : undefined,
  };
}

/**
 * The body of the call. Our message id goes along as `metadata`: the echo of the message brings it back, by which a send
 * whose answer was lost is recognised.
 */
export function callOf({ request, messageId }: StartedSend, message: unknown, permit: Permit): Json {
  const { messaging_type: _type, tag: _tag, message: _message, ...rest } = request;
  return { ...rest, ...permit, message: { ...(isRecord(message) ? message : {}), metadata: messageId } };
}

/** Whether it carries files, for which Meta has a limit of its own. */
export function hasMedia(message: unknown): boolean {
  if (!isRecord(message)) return false;
  if (Array.isArray(message.attachments)) return true;
  return (
    isRecord(message.attachment) &&
    ['image', 'video', 'audio', 'file'].includes(String(message.attachment.type))
  );
}

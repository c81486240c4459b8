import type { WebhookEvent } from '../webhook-events';
import type { JsonRecord } from './json-reader';
import {
  present,
  presentOrNothing,
  readInstant,
  readNumber,
  readRecord,
  readText,
  requireId,
  requireWord,
} from './json-reader';
import type { WhatsAppChange } from './whatsapp-change';
import { readErrors, routeToNumber, timeOf } from './whatsapp-change';
import { readOtherEnd } from './whatsapp-echo.parser';
import { readRecipientIds } from './whatsapp-status.parser';

/** One of `calls[]`: somebody calls, or the call is over. */
export function parseWhatsAppCall(call: JsonRecord, change: WhatsAppChange): WebhookEvent<'whatsapp.call'> {
  const direction = readText(call, 'direction');
  const session = readRecord(call, 'session') ?? {};
  const otherEnd = readOtherEnd(call, change, direction === 'BUSINESS_INITIATED' ? 'to' : 'from');
  return {
    kind: 'whatsapp.call',
    occurredAt: timeOf(call, change),
    ...routeToNumber(change),
    payload: {
      callId: requireId(call, 'id'),
      event: requireWord(call, 'event'),
      person: change.contacts.completeOrOnly(otherEnd),
      errors: readErrors(call),
      raw: call,
      ...present({
        direction,
        session: presentOrNothing({ sdpType: readText(session, 'sdp_type'), sdp: readText(session, 'sdp') }),
        status: readText(call, 'status'),
        startedAt: readInstant(call, 'start_time'),
        endedAt: readInstant(call, 'end_time'),
        durationSeconds: readNumber(call, 'duration'),
        callbackData: readText(call, 'biz_opaque_callback_data'),
      }),
    },
  };
}

/** One of `statuses[]` of the field `calls`: the other end rings, picks up or declines. */
export function parseWhatsAppCallStatus(
  status: JsonRecord,
  change: WhatsAppChange,
): WebhookEvent<'whatsapp.call.status'> {
  const at = timeOf(status, change);
  return {
    kind: 'whatsapp.call.status',
    occurredAt: at,
    ...routeToNumber(change),
    payload: {
      callId: requireId(status, 'id'),
      status: requireWord(status, 'status'),
      at,
      recipient: change.contacts.completeOrOnly(readRecipientIds(status)),
      errors: readErrors(status),
      ...present({ callbackData: readText(status, 'biz_opaque_callback_data') }),
    },
  };
}

import { requireMessaging } from '../graph/access';
import type { SandboxContext } from '../context';
import { catalogueError } from '../graph/error-catalogue';
import { invalidParameter, missingParameter } from '../graph/graph-error';
import type { GraphRouter } from '../graph/graph-router';
import { isObject, textOf, type JsonObject } from '../json';
import { sendMessage } from './message-sending';
import { requireProduct } from '../graph/messaging-product';
import type { PhoneRecord } from '../world';

const TYPING_MS = 25_000;

export function registerMessages(router: GraphRouter, context: SandboxContext): void {
  router.on('POST', 'phone', 'messages', (phone, request) => {
    const waba = context.world.wabaOfPhone(phone);
    requireMessaging(request.token, waba.id);
    requireProduct(request.params);
    if (request.params.status !== undefined) return markAsRead(context, phone, request.params);
    return sendMessage(context, phone, waba, request);
  });
  router.on('POST', 'phone', 'marketing_messages', (phone, request) => {
    const waba = context.world.wabaOfPhone(phone);
    requireMessaging(request.token, waba.id);
    requireProduct(request.params);
    return sendMessage(context, phone, waba, request, true);
  });
}

function markAsRead(context: SandboxContext, phone: PhoneRecord, params: JsonObject): JsonObject {
  if (params.status !== 'read') throw invalidParameter('Param status must be one of {READ}');
  const id = textOf(params.message_id);
  if (id === undefined) throw missingParameter('message_id');
  const message = context.messages.received.get(id);
  if (message?.phoneId !== phone.id) {
    throw catalogueError(131009, 'The message_id is not that of a message received by this phone number.');
  }
  const now = context.clock.now();
  message.readAt = now;
  if (isObject(params.typing_indicator)) {
    if (params.typing_indicator.type !== 'text')
      throw invalidParameter("Param typing_indicator['type'] must be text.");
    message.typingUntil = now + TYPING_MS;
  }
  return { success: true };
}

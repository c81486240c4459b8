import type { SandboxContext } from '../context';
import type { Customer } from '../messages/customers';
import { webhookError } from '../graph/error-catalogue';
import { newWamid } from '../ids';
import type { JsonObject } from '../json';
import { contactOf } from '../messages/message-statuses';
import { DAY_MS } from '../login/tokens';
import type { CallSession, VoiceCall } from './voice-calls';
import { whatsAppValue } from '../webhooks/webhook-hub';

/** A call rings this long before it is given up. */
export const RINGING_MS = 60_000;
const PERMISSION_MS = 7 * DAY_MS;

function tell(
  context: SandboxContext,
  call: Pick<VoiceCall, 'phoneId' | 'userId'>,
  field: string,
  value: JsonObject,
): number {
  const phone = context.world.get('phone', call.phoneId);
  const customer = context.customers.withUserId(call.userId);
  return context.webhooks.emitChange({
    object: 'whatsapp_business_account',
    ownerId: phone.wabaId,
    field,
    value: whatsAppValue(phone, { ...(customer && { contacts: [contactOf(customer)] }), ...value }),
  });
}

function parties(context: SandboxContext, call: VoiceCall): JsonObject {
  const business = context.world.get('phone', call.phoneId).displayPhoneNumber.replace(/\D/g, '');
  const customer = context.customers.withUserId(call.userId);
  const person = customer?.waId;
  const byUser = call.direction === 'USER_INITIATED';
  return {
    ...(byUser ? person !== undefined && { from: person } : { from: business }),
    ...(byUser ? { to: business } : person !== undefined && { to: person }),
    [byUser ? 'from_user_id' : 'to_user_id']: call.userId,
  };
}

/** The person's offer, or the person's answer to ours. */
export function tellConnect(context: SandboxContext, call: VoiceCall, session: CallSession): number {
  return tell(context, call, 'calls', {
    calls: [
      {
        id: call.id,
        ...parties(context, call),
        event: 'connect',
        timestamp: String(context.clock.seconds()),
        direction: call.direction,
        session: { sdp_type: session.sdpType, sdp: session.sdp },
      },
    ],
  });
}

export function tellCallStatus(
  context: SandboxContext,
  call: VoiceCall,
  status: 'RINGING' | 'ACCEPTED' | 'REJECTED',
): number {
  const customer = context.customers.withUserId(call.userId);
  return tell(context, call, 'calls', {
    statuses: [
      {
        id: call.id,
        timestamp: String(context.clock.seconds()),
        type: 'call',
        status,
        ...(customer?.waId !== undefined && { recipient_id: customer.waId }),
        recipient_user_id: call.userId,
        ...(call.bizOpaqueCallbackData !== null && {
          biz_opaque_callback_data: call.bizOpaqueCallbackData,
        }),
      },
    ],
  });
}

/** Ends the call and tells it. Times and length are given only of calls that were picked up. */
export function endCall(
  context: SandboxContext,
  call: VoiceCall,
  options: { errorCode?: number } = {},
): number {
  if (call.state === 'ended') return 0;
  const now = context.clock.now();
  call.state = 'ended';
  call.endedAt = now;
  const isDone = call.pickedUpAt !== null && options.errorCode === undefined;
  const start = Math.floor((call.pickedUpAt ?? now) / 1000);
  const end = Math.floor(now / 1000);
  return tell(context, call, 'calls', {
    calls: [
      {
        id: call.id,
        ...parties(context, call),
        event: 'terminate',
        timestamp: String(end),
        direction: call.direction,
        status: isDone ? 'COMPLETED' : 'FAILED',
        ...(call.pickedUpAt !== null && {
          start_time: String(start),
          end_time: String(end),
          duration: end - start,
        }),
        ...(call.bizOpaqueCallbackData !== null && {
          biz_opaque_callback_data: call.bizOpaqueCallbackData,
        }),
      },
    ],
    ...(options.errorCode !== undefined && { errors: [webhookError(options.errorCode)] }),
  });
}

export function giveUpLater(context: SandboxContext, call: VoiceCall): void {
  context.clock.schedule(RINGING_MS, () => {
    if (call.pickedUpAt === null) endCall(context, call);
  });
}

export interface PermissionReply {
  response: 'accept' | 'reject';
  isPermanent?: boolean;
  source: 'user_action' | 'automatic';
  /** The request, or the call, that it answers. */
  contextId: string | undefined;
}

/** The person says whether the business may call; told as a message. */
export function replyPermission(
  context: SandboxContext,
  phoneId: string,
  customer: Customer,
  reply: PermissionReply,
): { messageId: string; told: number } {
  const { clock, voiceCalls, world } = context;
  const isGranted = reply.response === 'accept';
  const until = clock.now() + PERMISSION_MS;
  const permission = { until: reply.isPermanent === true ? null : until };
  voiceCalls.permit(phoneId, customer.userId, isGranted ? permission : null);
  const id = newWamid(customer.waId ?? customer.userId, 'in');
  const business = world.get('phone', phoneId).displayPhoneNumber.replace(/\D/g, '');
  const told = tell(context, { phoneId, userId: customer.userId }, 'messages', {
    messages: [
      {
        ...(reply.contextId !== undefined && { context: { from: business, id: reply.contextId } }),
        ...(customer.waId !== undefined && { from: customer.waId }),
        from_user_id: customer.userId,
        id,
        timestamp: String(clock.seconds()),
        type: 'interactive',
        interactive: {
          type: 'call_permission_reply',
          call_permission_reply: {
            response: reply.response,
            ...(isGranted && reply.isPermanent === true && { is_permanent: true }),
            ...(isGranted &&
              reply.isPermanent !== true && { expiration_timestamp: Math.floor(until / 1000) }),
            response_source: reply.source,
          },
        },
      },
    ],
  });
  return { messageId: id, told };
}

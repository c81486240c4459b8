import { requireMessaging } from '../graph/access';
import { endCall, giveUpLater, tellCallStatus } from './call-events';
import { checkCallLimits, permissionsOf } from './call-permissions';
import { callingIsEnabled, usesSip } from './call-settings';
import type { SandboxContext } from '../context';
import { readPhoneNumber, type Customer } from '../messages/customers';
import { catalogueError } from '../graph/error-catalogue';
import { invalidParameter, missingParameter } from '../graph/graph-error';
import type { AuthenticatedRequest, GraphRouter } from '../graph/graph-router';
import { isObject, textOf, type JsonObject } from '../json';
import { requireProduct } from '../graph/messaging-product';
import type { CallSession, VoiceCall } from './voice-calls';
import type { PhoneRecord } from '../world';

const RINGING_AFTER_MS = 60;
const LONGEST_CALLBACK_DATA = 512;
const QUESTIONS_PER_SECOND = 5;

export function registerCalls(router: GraphRouter, context: SandboxContext): void {
  router.on('POST', 'phone', 'calls', (phone, request) => act(context, phone, request));
  router.on('GET', 'phone', 'call_permissions', (phone, request) => {
    requireMessaging(request.token, phone.wabaId);
    if (!callingIsEnabled(phone)) throw catalogueError(138000);
    const now = context.clock.now();
    if (context.voiceCalls.count(`questions ${phone.id}`, now, 1000) >= QUESTIONS_PER_SECOND) {
      throw catalogueError(613);
    }
    const { user_wa_id: waId, recipient } = request.params;
    if (waId === undefined && recipient === undefined) throw missingParameter('user_wa_id');
    const to = textOf(waId) ?? textOf(recipient) ?? '';
    return permissionsOf(context, phone, findPerson(context, phone, to.replace(/^(?=\d)/, '+')));
  });
}

function act(context: SandboxContext, phone: PhoneRecord, request: AuthenticatedRequest): JsonObject {
  const { params, token } = request;
  requireMessaging(token, phone.wabaId);
  requireProduct(params);
  if (!phone.registered) throw catalogueError(133010);
  if (usesSip(phone)) throw catalogueError(131055, 'Calls of this number go by SIP.');
  if (!callingIsEnabled(phone)) throw catalogueError(138000);
  const action = textOf(params.action);
  switch (action) {
    case 'connect':
      return connect(context, phone, request);
    case 'pre_accept':
    case 'accept':
      return accept(context, ownCall(context, phone, params), params, action);
    case 'reject':
      return reject(context, ownCall(context, phone, params));
    case 'terminate':
      return terminate(context, ownCall(context, phone, params));
    default:
      throw invalidParameter('Param action must be one of {CONNECT, PRE_ACCEPT, ACCEPT, REJECT, TERMINATE}');
  }
}

function connect(
  context: SandboxContext,
  phone: PhoneRecord,
  { params, token }: AuthenticatedRequest,
): JsonObject {
  const { clock, voiceCalls } = context;
  const to = textOf(params.to) ?? textOf(params.recipient);
  if (to === undefined || to === '') throw missingParameter('to');
  const customer = findPerson(context, phone, to);
  if (!customer) throw catalogueError(138001);
  const session = sessionOf(params, 'offer');
  const now = clock.now();
  if (voiceCalls.permissionOf(phone.id, customer.userId, now) === undefined) throw catalogueError(138006);
  const open = voiceCalls.between(phone.id, customer.userId).some((call) => call.state !== 'ended');
  if (open) throw catalogueError(138003);
  checkCallLimits(context, phone, customer);
  const call = voiceCalls.add({
    phoneId: phone.id,
    appId: token.appId,
    userId: customer.userId,
    direction: 'BUSINESS_INITIATED',
    state: 'ringing',
    session,
    bizOpaqueCallbackData: callbackDataOf(params),
    startedAt: now,
    pickedUpAt: null,
    endedAt: null,
  });
  clock.schedule(RINGING_AFTER_MS, () => {
    if (call.state === 'ringing') tellCallStatus(context, call, 'RINGING');
  });
  giveUpLater(context, call);
  return { messaging_product: 'whatsapp', calls: [{ id: call.id }], success: true };
}

/** An answer given in advance must be the same when the call is taken. */
function accept(
  context: SandboxContext,
  call: VoiceCall,
  params: JsonObject,
  action: 'pre_accept' | 'accept',
): JsonObject {
  if (call.direction !== 'USER_INITIATED') throw invalidParameter('Only calls of people can be accepted.');
  if (call.state === 'active' || call.state === 'ended') throw invalidParameter('The call is not ringing.');
  if (action === 'pre_accept' && call.state === 'pre_accepted') {
    throw invalidParameter('The call was accepted in advance already.');
  }
  const session = sessionOf(params, 'answer');
  if (call.session && call.session.sdp !== session.sdp) {
    throw invalidParameter('The SDP answer differs from that of pre_accept.');
  }
  call.session = session;
  call.bizOpaqueCallbackData = callbackDataOf(params) ?? call.bizOpaqueCallbackData;
  call.state = action === 'accept' ? 'active' : 'pre_accepted';
  if (action === 'accept') call.pickedUpAt = context.clock.now();
  return { messaging_product: 'whatsapp', success: true };
}

function reject(context: SandboxContext, call: VoiceCall): JsonObject {
  if (call.direction !== 'USER_INITIATED' || call.state === 'active' || call.state === 'ended') {
    throw invalidParameter('Only a ringing call of a person can be rejected.');
  }
  endCall(context, call);
  return { messaging_product: 'whatsapp', success: true };
}

function terminate(context: SandboxContext, call: VoiceCall): JsonObject {
  if (call.state === 'ended') throw invalidParameter('The call is over already.');
  endCall(context, call);
  return { messaging_product: 'whatsapp', success: true };
}

function ownCall({ voiceCalls }: SandboxContext, phone: PhoneRecord, params: JsonObject): VoiceCall {
  const id = textOf(params.call_id);
  if (id === undefined) throw missingParameter('call_id');
  const call = voiceCalls.find(id);
  if (call?.phoneId !== phone.id)
    throw invalidParameter('Param call_id is not that of a call of this number.');
  return call;
}

function sessionOf(params: JsonObject, wanted: 'offer' | 'answer'): CallSession {
  const { session } = params;
  if (!isObject(session)) throw missingParameter('session');
  const sdp = textOf(session.sdp);
  if (session.sdp_type !== wanted)
    throw invalidParameter(`Param session['sdp_type'] must be one of {${wanted}}`);
  if (sdp === undefined || !/^v=0\r?\n/.test(sdp) || !/^m=audio /m.test(sdp)) {
    throw invalidParameter("SDP Validation error: Param session['sdp'] is not a session description.", {
      data: { messaging_product: 'whatsapp', details: 'SDP must begin with v=0 and have an audio line.' },
    });
  }
  return { sdpType: wanted, sdp };
}

function callbackDataOf(params: JsonObject): string | null {
  const data = textOf(params.biz_opaque_callback_data);
  if (data !== undefined && data.length > LONGEST_CALLBACK_DATA) {
    throw invalidParameter(`Param biz_opaque_callback_data must be at most ${LONGEST_CALLBACK_DATA} long.`);
  }
  return data ?? null;
}

function findPerson(context: SandboxContext, phone: PhoneRecord, to: string): Customer | undefined {
  const number = readPhoneNumber(to, context.world.wabaOfPhone(phone).country);
  if (number) return context.customers.withNumber(number.digits, number.country);
  return context.customers.withUserId(to);
}

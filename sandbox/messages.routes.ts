import { requireMessaging } from './access';
import type { SandboxContext } from './context';
import { readPhoneNumber, type Customer } from './customers';
import { catalogueError } from './error-catalogue';
import { invalidParameter, missingParameter } from './graph-error';
import type { AuthenticatedRequest, GraphRouter } from './graph-router';
import { newWamid } from './ids';
import { isObject, objectOf, textOf, type JsonObject } from './json';
import type { SentMessage } from './message-log';
import { checkMessage } from './message-rules';
import { scheduleFailure, scheduleStatuses, type StatusSubject } from './message-statuses';
import { requireProduct } from './phone-numbers.routes';
import { checkTemplateMessage, findSendable, needsPhoneNumber } from './template-message-rules';
import type { PhoneRecord, TemplateRecord, WabaRecord } from './world';

const TYPING_MS = 25_000;
const HIGH_THROUGHPUT = 1000;

interface Recipient {
  customer: Customer;
  input: string;
  byUserId: boolean;
}

export function registerMessages(router: GraphRouter, context: SandboxContext): void {
  router.on('POST', 'phone', 'messages', (phone, request) => {
    const waba = context.world.wabaOfPhone(phone);
    requireMessaging(request.token, waba.id);
    requireProduct(request.params);
    if (!phone.registered) throw catalogueError(133010);
    if (request.params.status !== undefined) return markAsRead(context, phone, request.params);
    return send(context, phone, waba, request);
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

function send(
  context: SandboxContext,
  phone: PhoneRecord,
  waba: WabaRecord,
  request: AuthenticatedRequest,
): JsonObject {
  const { params } = request;
  const recipient = findRecipient(context, phone, waba, params);
  const type = checkMessage(params, (id) => context.world.findKind('media', id)?.phoneId === phone.id);
  const template = type === 'template' ? checkTemplate(context, waba, params, recipient) : undefined;
  const ordered = context.messages.takeFailure('answer', recipient.input, phone.id);
  if (ordered) throw catalogueError(ordered.code, ordered.details);
  checkLimits(context, phone, recipient.customer);

  const { customer } = recipient;
  const now = context.clock.now();
  const inWindow = context.messages.windowIsOpen(phone.id, customer.userId, now);
  const windowClosed = !template && !inWindow;
  if (windowClosed && context.settings.sending.closedWindow === 'answer') throw catalogueError(131047);

  const { access_token: _token, appsecret_proof: _proof, ...body } = params;
  const message: SentMessage = {
    id: newWamid(customer.waId ?? customer.userId, 'out'),
    acceptedAt: now,
    appId: request.token.appId,
    phoneNumberId: phone.id,
    wabaId: waba.id,
    to: recipient.input,
    waId: customer.waId ?? null,
    userId: customer.userId,
    type,
    body,
    bizOpaqueCallbackData: textOf(params.biz_opaque_callback_data) ?? null,
    statuses: [],
    errorCode: null,
  };
  context.messages.sent.push(message);
  const subject: StatusSubject = {
    message,
    customer,
    category: template?.category.toLowerCase() ?? 'service',
    inWindow,
    isVoice: type === 'audio' && objectOf(params.audio).voice === true,
  };
  const failure = failureOf(context, subject, windowClosed, template);
  if (failure) scheduleFailure(context, subject, failure);
  else scheduleStatuses(context, subject);
  const status = template && context.settings.sending.templateMessageStatus;
  return answerOf(message, recipient, status);
}

function failureOf(
  context: SandboxContext,
  { message, customer }: StatusSubject,
  windowClosed: boolean,
  template: TemplateRecord | undefined,
): { errorCode: number; details?: string } | undefined {
  const ordered = context.messages.takeFailure('status', message.to, message.phoneNumberId);
  if (ordered) {
    return { errorCode: ordered.code, ...(ordered.details !== undefined && { details: ordered.details }) };
  }
  if (windowClosed && context.settings.sending.closedWindow === 'status') return { errorCode: 131047 };
  if (template?.category === 'MARKETING' && customer.stoppedMarketing) return { errorCode: 131050 };
  return undefined;
}

function answerOf(message: SentMessage, recipient: Recipient, status: string | undefined): JsonObject {
  const { customer, input, byUserId } = recipient;
  const showNumber = customer.waId !== undefined && !byUserId;
  return {
    messaging_product: 'whatsapp',
    contacts: [{ input, ...(showNumber && { wa_id: customer.waId }), user_id: customer.userId }],
    messages: [{ id: message.id, ...(status !== undefined && { message_status: status }) }],
  };
}

/** `to` wins over `recipient` where both are given. */
function findRecipient(
  context: SandboxContext,
  phone: PhoneRecord,
  waba: WabaRecord,
  params: JsonObject,
): Recipient {
  const to = textOf(params.to);
  const recipient = textOf(params.recipient);
  if (to === undefined || to === '') {
    if (recipient === undefined) throw invalidParameter('The parameter to is required.');
    if (!/^[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}$/.test(recipient)) {
      throw invalidParameter('Param recipient must be a business-scoped user id.');
    }
    const customer = context.customers.withUserId(recipient);
    if (!customer) throw catalogueError(131026, 'The business-scoped user id is not known to this business.');
    return { customer, input: recipient, byUserId: true };
  }
  const number = readPhoneNumber(to, waba.country);
  if (!number) throw invalidParameter(`Param to must be a valid WhatsApp phone number - got "${to}".`);
  if (number.digits === phone.displayPhoneNumber.replace(/\D/g, '')) throw catalogueError(131021);
  return {
    customer: context.customers.withNumber(number.digits, number.country),
    input: to,
    byUserId: false,
  };
}

function checkTemplate(
  context: SandboxContext,
  waba: WabaRecord,
  params: JsonObject,
  recipient: Recipient,
): TemplateRecord {
  const message = objectOf(params.template);
  const template = findSendable(context.world.templatesOf(waba.id), message);
  if (recipient.byUserId && needsPhoneNumber(template)) throw catalogueError(131062);
  checkTemplateMessage(template, message);
  return template;
}

function checkLimits(context: SandboxContext, phone: PhoneRecord, customer: Customer): void {
  const { buckets, clock, settings } = context;
  const { throughputPerSecond, pairBurst, pairRefillMs } = settings.sending;
  const now = clock.now();
  const perSecond =
    phone.throughputLevel === 'HIGH' ? Math.max(HIGH_THROUGHPUT, throughputPerSecond) : throughputPerSecond;
  if (!buckets.take(`throughput ${phone.id}`, perSecond, 1000 / perSecond, now)) throw catalogueError(130429);
  if (!buckets.take(`pair ${phone.id} ${customer.userId}`, pairBurst, pairRefillMs, now))
    throw catalogueError(131056);
}

import type { SandboxContext } from '../context';
import { catalogueError } from '../graph/error-catalogue';
import { invalidParameter } from '../graph/graph-error';
import { checkFeatures } from './feature-messages';
import type { AuthenticatedRequest } from '../graph/graph-router';
import { sendToGroup } from './group-messages';
import { newWamid } from '../ids';
import { flagOf, objectOf, parseJson, textOf, type JsonObject } from '../json';
import { filesOf, hasLinks, uploadedProblem } from './message-files';
import { checkFlowMessage } from './message-flows';
import type { SentMessage } from './message-log';
import { findRecipient, type Recipient } from './message-recipients';
import { checkMessage } from './message-rules';
import {
  scheduleFailure,
  scheduleStatuses,
  type StatusOptions,
  type StatusSubject,
} from './message-statuses';
import { assertCanSend } from '../whatsapp-accounts/number-health';
import {
  checkTemplateMessage,
  findSendable,
  needsPhoneNumber,
  type FillingContext,
} from './template-message-rules';
import type { PhoneRecord, TemplateRecord, WabaRecord } from '../world';

/** Accepts one message, or says why not. What becomes of it afterwards is told by statuses. */
export function sendMessage(
  context: SandboxContext,
  phone: PhoneRecord,
  waba: WabaRecord,
  request: AuthenticatedRequest,
  isMarketing = false,
): JsonObject {
  const params = withDecodedContent(request.params);
  context.limits.checkNumber(phone);
  if (params.recipient_type === 'group') return sendToGroup(context, phone, request);
  const recipient = findRecipient(context, phone, waba, params);
  const { customer } = recipient;
  const inWindow = context.messages.windowIsOpen(phone.id, customer.userId, context.clock.now());
  assertCanSend(context, phone, { isTemplate: params.type === 'template', inWindow });
  const filling = fillingOf(context, phone);
  const type = checkMessage(params, filling.mediaExists);
  if (type === 'pin') throw catalogueError(131009, 'Messages can be pinned in groups only.');
  checkFeatures(context, phone, customer, params);
  if (type === 'interactive') checkFlowMessage(context, waba, objectOf(params.interactive));
  const template = type === 'template' ? checkTemplate(context, waba, params, recipient, filling) : undefined;
  if (isMarketing) checkMarketing(template, request);
  const ordered = context.messages.takeFailure('answer', recipient.input, phone.id);
  if (ordered) throw catalogueError(ordered.code, ordered.details);

  const { closedWindow, templateMessageStatus } = context.settings.sending;
  const windowClosed = !template && !inWindow;
  if (windowClosed && closedWindow === 'answer') throw catalogueError(131047);
  const business = context.world.get('business', waba.ownerBusinessId);
  const limited = context.limits.take({ phone, business, customer, template, inWindow });

  const message = recordMessage(context, phone, recipient, type, { ...request, params });
  if (template) message.templateId = template.id;
  const subject: StatusSubject = {
    message,
    customer,
    category: template?.category.toLowerCase() ?? 'service',
    inWindow,
    isVoice: type === 'audio' && objectOf(params.audio).voice === true,
  };
  const failure = orderedFailure(context, message) ?? failureOf(context, subject, template, limited);
  const waitMs = holdingTime(context, template);
  if (failure) scheduleFailure(context, subject, failure, waitMs);
  else follow(context, subject, waitMs, isHeld(context, template));
  return answerOf(message, recipient, template && templateMessageStatus);
}

/** Graph takes nested values as JSON text anywhere, and a client in wide use sends contacts so. */
function withDecodedContent(params: JsonObject): JsonObject {
  const type = textOf(params.type) ?? '';
  const content = params[type];
  const decoded = typeof content === 'string' && /^\s*[[{]/.test(content) ? parseJson(content) : undefined;
  return decoded === undefined ? params : { ...params, [type]: decoded };
}

function recordMessage(
  context: SandboxContext,
  phone: PhoneRecord,
  { customer, input }: Recipient,
  type: string,
  { params, token }: AuthenticatedRequest,
): SentMessage {
  const { access_token: _token, appsecret_proof: _proof, ...body } = params;
  return context.messages.add({
    id: newWamid(customer.waId ?? customer.userId, 'out'),
    acceptedAt: context.clock.now(),
    appId: token.appId,
    phoneNumberId: phone.id,
    wabaId: phone.wabaId,
    to: input,
    waId: customer.waId ?? null,
    userId: customer.userId,
    type,
    body,
    bizOpaqueCallbackData: textOf(params.biz_opaque_callback_data) ?? null,
    statuses: [],
    errorCode: null,
  });
}

function orderedFailure(
  context: SandboxContext,
  { to, phoneNumberId }: SentMessage,
): StatusOptions | undefined {
  const ordered = context.messages.takeFailure('status', to, phoneNumberId);
  if (!ordered) return undefined;
  return { errorCode: ordered.code, ...(ordered.details !== undefined && { details: ordered.details }) };
}

function failureOf(
  context: SandboxContext,
  { customer, inWindow }: StatusSubject,
  template: TemplateRecord | undefined,
  limited: number | undefined,
): StatusOptions | undefined {
  if (!template && !inWindow && context.settings.sending.closedWindow === 'status')
    return { errorCode: 131047 };
  if (template?.category === 'MARKETING' && customer.stoppedMarketing) return { errorCode: 131050 };
  return limited === undefined ? undefined : { errorCode: limited };
}

function isHeld({ settings }: SandboxContext, template: TemplateRecord | undefined): boolean {
  return template !== undefined && settings.sending.templateMessageStatus !== 'accepted';
}

function holdingTime(context: SandboxContext, template: TemplateRecord | undefined): number {
  return isHeld(context, template) ? context.settings.sending.heldMs : 0;
}

/** The statuses of a message that is in order so far: its files are looked at last. */
function follow(context: SandboxContext, subject: StatusSubject, waitMs: number, held: boolean): void {
  const { heldOutcome } = context.settings.sending;
  const { message } = subject;
  if (held && heldOutcome === 'failed') scheduleFailure(context, subject, { errorCode: 132015 }, waitMs);
  if (held && heldOutcome !== 'sent') return;
  const files = filesOf(message.body[message.type], message.type);
  const problem = uploadedProblem(context, files);
  if (problem !== null) {
    scheduleFailure(context, subject, { errorCode: 131053, details: problem }, waitMs);
  } else if (!hasLinks(context, files)) scheduleStatuses(context, subject, waitMs);
  else {
    context.links.inspect(files, (details) => {
      if (details === null) scheduleStatuses(context, subject, waitMs);
      else scheduleFailure(context, subject, { errorCode: 131053, details }, waitMs);
    });
  }
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

function fillingOf(context: SandboxContext, phone: PhoneRecord): FillingContext {
  const now = context.clock.now();
  return {
    now,
    mediaExists: (id) => {
      const media = context.world.findKind('media', id);
      return media?.phoneId === phone.id && media.expiresAt > now;
    },
  };
}

function checkTemplate(
  context: SandboxContext,
  waba: WabaRecord,
  params: JsonObject,
  recipient: Recipient,
  filling: FillingContext,
): TemplateRecord {
  const message = objectOf(params.template);
  const template = findSendable(candidates(context, waba, message), message);
  context.messages.lastTemplate.set(keyOf(waba, message), template);
  if (recipient.byUserId && needsPhoneNumber(template)) throw catalogueError(131062);
  checkTemplateMessage(template, message, filling);
  return template;
}

function keyOf(waba: WabaRecord, message: JsonObject): string {
  return `${waba.id} ${textOf(message.name) ?? ''} ${textOf(objectOf(message.language).code) ?? ''}`;
}

/** Campaigns name the same template ten thousand times: an account's thousands of others need not be searched each time. */
function candidates(context: SandboxContext, waba: WabaRecord, message: JsonObject): TemplateRecord[] {
  const last = context.messages.lastTemplate.get(keyOf(waba, message));
  const isCurrent = last !== undefined && context.world.find(last.id) === last;
  return isCurrent ? [last] : context.world.templatesOf(waba.id);
}

const POLICIES = ['CLOUD_API_FALLBACK', 'STRICT'];

/** The Marketing Messages API takes marketing templates only; the code for others changed with v23. */
function checkMarketing(template: TemplateRecord | undefined, request: AuthenticatedRequest): void {
  if (!template) throw invalidParameter('Message must be a template message.');
  if (template.category !== 'MARKETING') throw catalogueError(request.version < 23 ? 131055 : 134100);
  const { product_policy: policy, message_activity_sharing: sharing } = request.params;
  if (policy !== undefined && !POLICIES.includes(textOf(policy) ?? ''))
    throw invalidParameter(`Param product_policy must be one of {${POLICIES.join(', ')}}`);
  if (sharing !== undefined && flagOf(sharing) === undefined)
    throw invalidParameter('Param message_activity_sharing must be a boolean.');
}

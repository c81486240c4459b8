import type { SandboxContext } from '../context';
import { catalogueError, webhookError } from '../graph/error-catalogue';
import type { AuthenticatedRequest } from '../graph/graph-router';
import { newWamid } from '../ids';
import { objectOf, textOf, type JsonObject } from '../json';
import type { SentMessage } from './message-log';
import { checkMessage } from './message-rules';
import { contactOf } from './message-statuses';
import { assertCanSend } from '../whatsapp-accounts/number-health';
import { checkTemplateMessage, findSendable } from './template-message-rules';
import type { StatusStep } from './message-settings';
import { whatsAppValue } from '../webhooks/webhook-hub';
import type { GroupRecord } from '../whatsapp-accounts/whatsapp-records';
import type { PhoneRecord } from '../world';

/** Types that Meta's pages name for groups; buttons, lists, flows and reactions are not among them. */
const TYPES = ['text', 'image', 'video', 'audio', 'document', 'sticker', 'template', 'pin'];

/** `recipient_type: group`: sent once, delivered and read by everybody in it. */
export function sendToGroup(
  context: SandboxContext,
  phone: PhoneRecord,
  { params, token }: AuthenticatedRequest,
): JsonObject {
  const to = textOf(params.to) ?? '';
  const group = context.world.findKind('group', to);
  if (group?.phoneId !== phone.id) throw catalogueError(131041);
  if (group.isSuspended) throw catalogueError(131207);
  if (group.participants.length === 0) throw catalogueError(131020);
  const type = textOf(params.type) ?? 'text';
  if (!TYPES.includes(type)) throw catalogueError(131051);
  const inWindow = context.messages.windowIsOpen(phone.id, group.id, context.clock.now());
  assertCanSend(context, phone, { isTemplate: type === 'template', inWindow });
  if (type !== 'pin') checkMessage(params, (id) => context.world.findKind('media', id)?.phoneId === phone.id);
  if (type === 'template') checkGroupTemplate(context, group, params);
  const ordered = context.messages.takeFailure('answer', to, phone.id);
  if (ordered) throw catalogueError(ordered.code, ordered.details);
  const message = record(context, phone, group, type, { params, token });
  const isClosed = type !== 'template' && !inWindow;
  if (isClosed && context.settings.sending.closedWindow === 'answer') throw catalogueError(131047);
  if (isClosed && context.settings.sending.closedWindow === 'status') fail(context, group, message, 131047);
  else climb(context, group, message);
  return {
    messaging_product: 'whatsapp',
    contacts: [{ input: to }],
    messages: [{ id: message.id, group_id: group.id }],
  };
}

function checkGroupTemplate(context: SandboxContext, group: GroupRecord, params: JsonObject): void {
  const message = objectOf(params.template);
  checkTemplateMessage(findSendable(context.world.templatesOf(group.wabaId), message), message);
}

function record(
  context: SandboxContext,
  phone: PhoneRecord,
  group: GroupRecord,
  type: string,
  { params, token }: Pick<AuthenticatedRequest, 'params' | 'token'>,
): SentMessage {
  const { access_token: _token, appsecret_proof: _proof, ...body } = params;
  return context.messages.add({
    id: newWamid(phone.displayPhoneNumber.replace(/\D/g, ''), 'out'),
    acceptedAt: context.clock.now(),
    appId: token.appId,
    phoneNumberId: phone.id,
    wabaId: phone.wabaId,
    to: group.id,
    waId: null,
    userId: group.id,
    type,
    body,
    bizOpaqueCallbackData: textOf(params.biz_opaque_callback_data) ?? null,
    statuses: [],
    errorCode: null,
  });
}

/** Delivered and read come for all participants at once, one status each. */
function climb(context: SandboxContext, group: GroupRecord, message: SentMessage): void {
  const { lose, delaysMs } = context.settings.statuses;
  const steps: StatusStep[] = ['sent', 'delivered', 'read'];
  for (const step of steps.filter((candidate) => !lose.includes(candidate))) {
    context.clock.schedule(delaysMs[step], () => {
      message.statuses.push(step);
      const who = step === 'sent' ? [undefined] : group.participants;
      tell(
        context,
        message,
        group,
        who.map((userId) => statusOf(context, group, message, step, userId)),
      );
    });
  }
}

function fail(context: SandboxContext, group: GroupRecord, message: SentMessage, code: number): void {
  context.clock.schedule(context.settings.statuses.delaysMs.sent, () => {
    message.statuses.push('failed');
    message.errorCode = code;
    const status = statusOf(context, group, message, 'failed', undefined);
    tell(context, message, group, [{ ...status, errors: [webhookError(code)] }]);
  });
}

function tell(
  context: SandboxContext,
  message: SentMessage,
  group: GroupRecord,
  statuses: JsonObject[],
): void {
  const phone = context.world.findKind('phone', message.phoneNumberId);
  if (!phone || statuses.length === 0) return;
  const contacts = group.participants
    .flatMap((userId) => context.customers.withUserId(userId) ?? [])
    .filter((customer) => statuses.some((status) => status.recipient_participant_user_id === customer.userId))
    .map(contactOf);
  context.webhooks.emitChange({
    object: 'whatsapp_business_account',
    ownerId: message.wabaId,
    field: 'messages',
    value: whatsAppValue(phone, { ...(contacts.length > 0 && { contacts }), statuses }),
    appId: message.appId,
  });
}

function statusOf(
  context: SandboxContext,
  group: GroupRecord,
  message: SentMessage,
  status: string,
  userId: string | undefined,
): JsonObject {
  const customer = userId === undefined ? undefined : context.customers.withUserId(userId);
  const category = message.type === 'template' ? 'group_utility' : 'group_service';
  return {
    id: message.id,
    status,
    timestamp: String(context.clock.seconds()),
    recipient_id: group.id,
    recipient_type: 'group',
    ...(customer && {
      ...(customer.waId !== undefined && { recipient_participant_id: customer.waId }),
      recipient_participant_user_id: customer.userId,
    }),
    ...(message.bizOpaqueCallbackData !== null && {
      biz_opaque_callback_data: message.bizOpaqueCallbackData,
    }),
    ...(status === 'delivered' && {
      pricing: { billable: true, pricing_model: 'PMP', category, type: 'regular' },
    }),
  };
}

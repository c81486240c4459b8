import type { SandboxContext } from '../context';
import type { Customer } from './customers';
import { webhookError } from '../graph/error-catalogue';
import type { JsonObject } from '../json';
import { drawFate } from './message-fates';
import type { SentMessage } from './message-log';
import { whatsAppValue } from '../webhooks/webhook-hub';

export interface StatusSubject {
  message: SentMessage;
  customer: Customer;
  /** What the message is billed as. */
  category: string;
  inWindow: boolean;
  isVoice: boolean;
  /** The later one of the two statuses that carry `pricing`; `delivered` where left out. */
  billedStep?: string;
}

export interface StatusOptions {
  errorCode?: number;
  details?: string;
}

/** Lets an accepted message climb from sent to read, by the delays, shares, losses and repetitions that are set. */
export function scheduleStatuses(context: SandboxContext, subject: StatusSubject, waitMs = 0): void {
  const { clock, settings, random } = context;
  const isReaction = subject.message.type === 'reaction';
  const { steps, failure } = drawFate(settings.statuses, random, { isReaction, isVoice: subject.isVoice });
  const billed = steps.find(({ step }) => step !== 'sent');
  const fated: StatusSubject = { ...subject, ...(billed && { billedStep: billed.step }) };
  for (const { step, delayMs } of steps) {
    clock.schedule(waitMs + delayMs, () => {
      tellStatus(context, fated, step);
    });
  }
  if (!failure) return;
  clock.schedule(waitMs + failure.delayMs, () => {
    tellStatus(context, fated, 'failed', { errorCode: failure.code });
  });
}

export function scheduleFailure(
  context: SandboxContext,
  subject: StatusSubject,
  options: StatusOptions,
  waitMs = 0,
): void {
  context.clock.schedule(waitMs + context.settings.statuses.delaysMs.sent, () => {
    tellStatus(context, subject, 'failed', options);
  });
}

export function tellStatus(
  context: SandboxContext,
  subject: StatusSubject,
  status: string,
  options: StatusOptions = {},
): void {
  const { message } = subject;
  const { statuses } = context.settings;
  message.statuses.push(status);
  (message.toldAt ??= []).push(context.clock.now());
  if (options.errorCode !== undefined) {
    message.errorCode = options.errorCode;
    context.limits.countFailure(options.errorCode);
  }
  emitStatus(context, subject, status, options);
  context.messages.statusCount++;
  const every = statuses.duplicateEvery;
  if (every > 0 && context.messages.statusCount % every === 0) emitStatus(context, subject, status, options);
}

function emitStatus(
  context: SandboxContext,
  subject: StatusSubject,
  status: string,
  options: StatusOptions,
): void {
  const { message, customer } = subject;
  const phone = context.world.findKind('phone', message.phoneNumberId);
  if (!phone) return;
  const failed = status === 'failed';
  const content: JsonObject = {
    ...(!failed && { contacts: [contactOf(customer)] }),
    statuses: [
      {
        id: message.id,
        status,
        timestamp: String(context.clock.seconds()),
        ...(customer.waId !== undefined && { recipient_id: customer.waId }),
        recipient_user_id: customer.userId,
        ...(customer.parentUserId !== undefined && { parent_recipient_user_id: customer.parentUserId }),
        ...(message.bizOpaqueCallbackData !== null && {
          biz_opaque_callback_data: message.bizOpaqueCallbackData,
        }),
        ...(!failed && billing(context, subject, status)),
        ...(failed && { errors: [webhookError(options.errorCode ?? 131000, options.details)] }),
      },
    ],
  };
  context.webhooks.emitChange({
    object: 'whatsapp_business_account',
    ownerId: message.wabaId,
    field: 'messages',
    value: whatsAppValue(phone, content),
  });
}

export function contactOf(customer: Customer): JsonObject {
  return {
    profile: { name: customer.name, ...(customer.username !== undefined && { username: customer.username }) },
    ...(customer.waId !== undefined && { wa_id: customer.waId }),
    user_id: customer.userId,
    ...(customer.parentUserId !== undefined && { parent_user_id: customer.parentUserId }),
  };
}

/** `pricing` comes with sent and with one later status; `conversation` only in free entry windows, or before v24. */
function billing(context: SandboxContext, subject: StatusSubject, status: string): JsonObject {
  const { message, category, inWindow } = subject;
  if (status !== 'sent' && status !== (subject.billedStep ?? 'delivered')) return {};
  const now = context.clock.now();
  const isFreeEntry = context.messages.isFreeEntry(message.phoneNumberId, message.userId, now);
  const isFreeService = category === 'service' || (category === 'utility' && inWindow);
  const type = isFreeEntry ? 'free_entry_point' : isFreeService ? 'free_customer_service' : 'regular';
  message.billing ??= { category, type };
  const version = context.webhooks.versionFor(message.appId, 'whatsapp_business_account') ?? 26;
  const withConversation = isFreeEntry || version < 24;
  return {
    ...(withConversation && {
      conversation: {
        id: Buffer.from(message.userId).toString('hex').slice(0, 32),
        ...(status === 'sent' && { expiration_timestamp: String(context.clock.seconds() + 86_400) }),
        origin: { type: isFreeEntry ? 'referral_conversion' : category },
      },
    }),
    pricing: { billable: type === 'regular', pricing_model: 'PMP', category, type },
  };
}

import type { WebhookEvent } from '../webhook-events';
import type { JsonRecord } from './json-reader';
import {
  present,
  presentOrNothing,
  readId,
  readInstant,
  readNumber,
  readRecord,
  readRecords,
  readText,
  requireWord,
} from './json-reader';
import type { WhatsAppChange } from './whatsapp-change';
import { routeToAccount } from './whatsapp-change';

/** Field `account_update`. */
export function parseWhatsAppAccountUpdate(
  value: JsonRecord,
  change: WhatsAppChange,
): WebhookEvent<'whatsapp.account.updated'> {
  // In partner events the entry is that of the partner's business, and the account stands in the value.
  const accountId = readId(readRecord(value, 'waba_info') ?? {}, 'waba_id');
  const { asset } =
    accountId === undefined
      ? routeToAccount(change)
      : { asset: { kind: 'waba' as const, metaId: accountId } };
  const ban = readRecord(value, 'ban_info') ?? {};
  const restrictions = readRecords(value, 'restriction_info').map((restriction) =>
    present({
      type: readText(restriction, 'restriction_type'),
      expiresAt: readInstant(restriction, 'expiration'),
    }),
  );
  return {
    kind: 'whatsapp.account.updated',
    occurredAt: change.fallbackTime,
    asset,
    parent: null,
    payload: {
      event: requireWord(value, 'event'),
      wabaId: asset.metaId,
      details: value,
      ...present({
        ban: presentOrNothing({
          state: readText(ban, 'waba_ban_state'),
          date: readText(ban, 'waba_ban_date'),
        }),
        violationType: readText(readRecord(value, 'violation_info') ?? {}, 'violation_type'),
        restrictions: restrictions.length > 0 ? restrictions : undefined,
      }),
    },
  };
}

/** Field `account_alerts`, in its present form and the older one without `alert_info`. */
export function parseWhatsAppAccountAlert(
  value: JsonRecord,
  change: WhatsAppChange,
): WebhookEvent<'whatsapp.account.alert'> {
  const alert = readRecord(value, 'alert_info') ?? value;
  return {
    kind: 'whatsapp.account.alert',
    occurredAt: change.fallbackTime,
    ...routeToAccount(change),
    payload: {
      alertType: requireWord(alert, 'alert_type'),
      ...present({
        entityType: readText(value, 'entity_type'),
        entityId: readText(value, 'entity_id'),
        severity: readText(alert, 'alert_severity'),
        status: readText(alert, 'alert_status'),
        description: readText(alert, 'alert_description'),
      }),
    },
  };
}

export function parseWhatsAppAccountReview(
  value: JsonRecord,
  change: WhatsAppChange,
): WebhookEvent<'whatsapp.account.reviewed'> {
  return {
    kind: 'whatsapp.account.reviewed',
    occurredAt: change.fallbackTime,
    ...routeToAccount(change),
    payload: { decision: requireWord(value, 'decision') },
  };
}

/** The daily limit is a number in Meta's samples and a `TIER_…` in its tables: text holds both. */
export function parseWhatsAppBusinessCapability(
  value: JsonRecord,
  change: WhatsAppChange,
): WebhookEvent<'whatsapp.business.capability'> {
  return {
    kind: 'whatsapp.business.capability',
    occurredAt: change.fallbackTime,
    ...routeToAccount(change),
    payload: present({
      maxDailyConversationsPerBusiness:
        readText(value, 'max_daily_conversations_per_business') ??
        readText(value, 'max_daily_conversation_per_phone'),
      maxPhoneNumbersPerWaba: readNumber(value, 'max_phone_numbers_per_waba'),
      maxPhoneNumbersPerBusiness: readNumber(value, 'max_phone_numbers_per_business'),
    }),
  };
}

export function parseWhatsAppPaymentConfiguration(
  value: JsonRecord,
  change: WhatsAppChange,
): WebhookEvent<'whatsapp.payment_configuration.updated'> {
  return {
    kind: 'whatsapp.payment_configuration.updated',
    occurredAt: change.fallbackTime,
    ...routeToAccount(change),
    payload: {
      configurationName: requireWord(value, 'configuration_name'),
      ...present({
        providerName: readText(value, 'provider_name'),
        providerMid: readText(value, 'provider_mid'),
        status: readText(value, 'status'),
        createdAt: readInstant(value, 'created_timestamp'),
        updatedAt: readInstant(value, 'updated_timestamp'),
      }),
    },
  };
}

export function parseWhatsAppPartnerSolution(
  value: JsonRecord,
  change: WhatsAppChange,
): WebhookEvent<'whatsapp.partner_solution'> {
  return {
    kind: 'whatsapp.partner_solution',
    occurredAt: change.fallbackTime,
    ...routeToAccount(change),
    payload: {
      event: requireWord(value, 'event'),
      solutionId: requireWord(value, 'solution_id'),
      ...present({ status: readText(value, 'solution_status') }),
    },
  };
}

export function parseWhatsAppFlow(value: JsonRecord, change: WhatsAppChange): WebhookEvent<'whatsapp.flow'> {
  return {
    kind: 'whatsapp.flow',
    occurredAt: change.fallbackTime,
    ...routeToAccount(change),
    payload: {
      event: requireWord(value, 'event'),
      details: value,
      ...present({
        flowId: readId(value, 'flow_id'),
        message: readText(value, 'message'),
        oldStatus: readText(value, 'old_status'),
        newStatus: readText(value, 'new_status'),
      }),
    },
  };
}

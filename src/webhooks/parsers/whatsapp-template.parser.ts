import type { WebhookEvent } from '../webhook-events';
import type { WhatsAppTemplateRef, WhatsAppTemplateStatus } from '../whatsapp-account-events';
import type { JsonRecord } from './json-reader';
import {
  present,
  presentOrNothing,
  readInstant,
  readRecord,
  readRecords,
  readText,
  requireId,
  requireWord,
} from './json-reader';
import type { WhatsAppChange } from './whatsapp-change';
import { routeToAccount } from './whatsapp-change';

/** Field `message_template_status_update`, under whose name a page of Meta's prints a change of quality, too. */
export function parseWhatsAppTemplateStatus(
  value: JsonRecord,
  change: WhatsAppChange,
): WebhookEvent<'whatsapp.template.status' | 'whatsapp.template.quality'> {
  if (value.event === undefined && value.new_quality_score !== undefined) {
    return parseWhatsAppTemplateQuality(value, change);
  }
  const otherInfo = readRecord(value, 'other_info') ?? {};
  const rejection = readRecord(value, 'rejection_info') ?? {};
  return {
    kind: 'whatsapp.template.status',
    occurredAt: change.fallbackTime,
    ...routeToAccount(change),
    payload: {
      ...readTemplate(value),
      status: requireWord(value, 'event'),
      reason: readReason(value),
      ...present({
        category: readText(value, 'message_template_category'),
        disableDate: readText(readRecord(value, 'disable_info') ?? {}, 'disable_date'),
        otherInfo: presentOrNothing({
          title: readText(otherInfo, 'title'),
          description: readText(otherInfo, 'description'),
        }),
        rejection: presentOrNothing({
          reason: readText(rejection, 'reason'),
          recommendation: readText(rejection, 'recommendation'),
        }),
      }),
    },
  };
}

export function parseWhatsAppTemplateQuality(
  value: JsonRecord,
  change: WhatsAppChange,
): WebhookEvent<'whatsapp.template.quality'> {
  return {
    kind: 'whatsapp.template.quality',
    occurredAt: change.fallbackTime,
    ...routeToAccount(change),
    payload: {
      ...readTemplate(value),
      score: requireWord(value, 'new_quality_score'),
      ...present({ previousScore: readText(value, 'previous_quality_score') }),
    },
  };
}

/** `correct_category` tells an announcement from the change itself: `new_category` is then the one that still holds. */
export function parseWhatsAppTemplateCategory(
  value: JsonRecord,
  change: WhatsAppChange,
): WebhookEvent<'whatsapp.template.category'> {
  const template = readTemplate(value);
  const category = requireWord(value, 'new_category');
  const nextCategory = readText(value, 'correct_category');
  return {
    kind: 'whatsapp.template.category',
    occurredAt: change.fallbackTime,
    ...routeToAccount(change),
    payload:
      nextCategory === undefined
        ? {
            ...template,
            phase: 'done',
            category,
            ...present({ previousCategory: readText(value, 'previous_category') }),
          }
        : {
            ...template,
            phase: 'announced',
            category,
            nextCategory,
            ...present({ effectiveAt: readInstant(value, 'category_update_timestamp') }),
          },
  };
}

export function parseWhatsAppTemplateComponents(
  value: JsonRecord,
  change: WhatsAppChange,
): WebhookEvent<'whatsapp.template.components'> {
  return {
    kind: 'whatsapp.template.components',
    occurredAt: change.fallbackTime,
    ...routeToAccount(change),
    payload: {
      ...readTemplate(value),
      buttons: readRecords(value, 'message_template_buttons').map((button) =>
        present({
          type: readText(button, 'message_template_button_type'),
          text: readText(button, 'message_template_button_text'),
          url: readText(button, 'message_template_button_url'),
          phoneNumber: readText(button, 'message_template_button_phone_number'),
        }),
      ),
      ...present({
        header: readText(value, 'message_template_title'),
        body: readText(value, 'message_template_element'),
        footer: readText(value, 'message_template_footer'),
      }),
    },
  };
}

function readTemplate(value: JsonRecord): WhatsAppTemplateRef {
  return {
    templateId: requireId(value, 'message_template_id'),
    ...present({
      name: readText(value, 'message_template_name'),
      language: readText(value, 'message_template_language'),
    }),
  };
}

function readReason(value: JsonRecord): WhatsAppTemplateStatus['reason'] {
  const reason = readText(value, 'reason');
  return reason === undefined || reason === 'NONE' ? null : reason;
}

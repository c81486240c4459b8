import type { SandboxContext } from '../context';
import type { JsonObject } from '../json';
import { judge } from './template-reviewer';
import type { TemplateRecord } from '../world';
import { accountEvent } from '../webhooks/webhook-hub';

export interface TemplateVerdict {
  status: string;
  /** `NONE` where left out. */
  reason?: string | null;
  /** Only for rejections. */
  rejectionInfo?: { reason: string; recommendation: string };
  /** Only for pauses: `FIRST_PAUSE`, `SECOND_PAUSE`, …; made from the number of pauses where left out. */
  pauseTitle?: string;
}

/** Puts a template in the queue of the virtual reviewer. */
export function startReview(context: SandboxContext, template: TemplateRecord): void {
  const { review } = context.settings;
  if (review.mode === 'none') return;
  const submitted = template.components;
  context.clock.schedule(review.delayMs, () => {
    const isStillThere = context.world.find(template.id) === template;
    if (!isStillThere || template.status !== 'PENDING' || template.components !== submitted) return;
    setTemplateStatus(context, template, judge(template, review));
  });
}

/** Changes a template's status and tells it by webhook, as review and quality rating do. */
export function setTemplateStatus(
  context: SandboxContext,
  template: TemplateRecord,
  verdict: TemplateVerdict,
): void {
  const { status } = verdict;
  const reason = verdict.reason === undefined ? 'NONE' : verdict.reason;
  template.status = status;
  template.rejectedReason = status === 'REJECTED' ? (reason ?? 'NONE') : 'NONE';
  if (status === 'APPROVED' && template.qualityScore === 'UNKNOWN')
    template.qualityDate = context.clock.seconds();
  if (status === 'PAUSED') template.pauses++;
  emitTemplateStatus(context, template, status, reason, {
    ...(status === 'REJECTED' && verdict.rejectionInfo && { rejection_info: { ...verdict.rejectionInfo } }),
    ...(status === 'PAUSED' && { other_info: pauseInfo(template, verdict.pauseTitle) }),
    ...(status === 'DISABLED' && { disable_info: { disable_date: String(context.clock.seconds()) } }),
  });
}

export function emitTemplateStatus(
  context: SandboxContext,
  template: TemplateRecord,
  event: string,
  reason: string | null,
  more: JsonObject = {},
): void {
  const waba = context.world.get('waba', template.wabaId);
  const value: JsonObject = {
    event,
    message_template_id: Number(template.id),
    message_template_name: template.name,
    message_template_language: template.language,
    reason,
    message_template_category: template.category,
    ...more,
  };
  context.webhooks.emitChange(accountEvent(context.clock, waba, 'message_template_status_update', value));
}

function pauseInfo(template: TemplateRecord, title: string | undefined): JsonObject {
  const byCount = template.pauses <= 1 ? 'FIRST_PAUSE' : 'SECOND_PAUSE';
  const hours = template.pauses <= 1 ? 3 : 6;
  return {
    title: title ?? byCount,
    description: `Your WhatsApp message template has been paused for ${hours} hours until it can be sent again.`,
  };
}

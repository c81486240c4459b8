import type { SandboxContext } from '../context';
import { emitTemplateStatus, setTemplateStatus } from './template-review';
import { accountEvent } from '../webhooks/webhook-hub';
import type { TemplateRecord } from '../world';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** First and second pause; the third time the template is disabled for good. */
const PAUSE_HOURS = [3, 6] as const;

/** People's reactions move the score; at RED an approved template is paused, and in the end disabled. */
export function setTemplateQuality(context: SandboxContext, template: TemplateRecord, score: string): void {
  const previous = template.qualityScore;
  template.qualityScore = score;
  template.qualityDate = context.clock.seconds();
  tell(context, template, 'message_template_quality_update', {
    previous_quality_score: previous,
    new_quality_score: score,
  });
  const pauses = context.settings.review.pauseAtRed && score === 'RED' && template.status === 'APPROVED';
  if (pauses) pause(context, template);
}

function pause(context: SandboxContext, template: TemplateRecord): void {
  const hours = PAUSE_HOURS[template.pauses];
  if (hours === undefined) {
    setTemplateStatus(context, template, { status: 'DISABLED' });
    return;
  }
  setTemplateStatus(context, template, { status: 'PAUSED' });
  const { pauses } = template;
  context.clock.schedule(hours * HOUR_MS, () => {
    const isSamePause = template.status === 'PAUSED' && template.pauses === pauses;
    if (isSamePause && context.world.find(template.id) === template) unpause(context, template);
  });
}

export function unpause(context: SandboxContext, template: TemplateRecord): void {
  template.status = 'APPROVED';
  emitTemplateStatus(context, template, 'APPROVED', 'NONE', {
    other_info: { title: 'UNPAUSE', description: 'Your WhatsApp message template has been unpaused.' },
  });
}

/** Meta moved a template to another category. */
export function setTemplateCategory(
  context: SandboxContext,
  template: TemplateRecord,
  category: string,
): void {
  const previous = template.category;
  template.previousCategory = previous;
  template.category = category;
  delete template.correctCategory;
  tell(context, template, 'template_category_update', {
    previous_category: previous,
    new_category: category,
  });
}

/** The notice, and the change when it has run out: 24 hours later as a rule. */
export function announceTemplateCategory(
  context: SandboxContext,
  template: TemplateRecord,
  category: string,
  noticeMs = DAY_MS,
): void {
  template.correctCategory = category;
  tell(context, template, 'template_category_update', {
    new_category: template.category, // in the notice this is the present one
    correct_category: category,
    category_update_timestamp: context.clock.seconds() + Math.floor(noticeMs / 1000),
  });
  context.clock.schedule(noticeMs, () => {
    const isStillDue = context.world.find(template.id) === template && template.correctCategory === category;
    if (isStillDue) setTemplateCategory(context, template, category);
  });
}

function tell(
  { webhooks, clock, world }: SandboxContext,
  template: TemplateRecord,
  field: string,
  value: Record<string, string | number>,
): void {
  const ids = {
    message_template_id: Number(template.id),
    message_template_name: template.name,
    message_template_language: template.language,
  };
  webhooks.emitChange(accountEvent(clock, world.get('waba', template.wabaId), field, { ...ids, ...value }));
}

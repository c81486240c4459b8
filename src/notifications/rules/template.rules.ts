import type { DomainEventMap, EventSeverity } from '../../domain-events/domain-events';
import type { NotificationKind } from '../notification-kinds';
import { type Finding, type RuleTable, type Subject, clear, raise } from './finding';

type Update = DomainEventMap['template.updated'];

const STATUS = 'template.status';
const CATEGORY = 'template.category';
const QUALITY = 'template.quality';

interface Misfortune {
  kind: NotificationKind;
  severity: EventSeverity;
  /** What happened to it. */
  verb: string;
  advice: string;
}

const MISFORTUNES: ReadonlyMap<string, Misfortune> = new Map([
  [
    'REJECTED',
    {
      kind: 'template.rejected',
      severity: 'warning',
      verb: 'rejected',
      advice:
        'It cannot be sent. The template shows Meta’s reason: change it and submit it again, or appeal in WhatsApp Manager.',
    },
  ],
  [
    'PAUSED',
    {
      kind: 'template.paused',
      severity: 'warning',
      verb: 'paused',
      advice:
        'People blocked or reported it too often. It cannot be sent until Meta ends the pause; a third pause disables it. Send it to fewer people, or change it.',
    },
  ],
  [
    'DISABLED',
    {
      kind: 'template.disabled',
      severity: 'critical',
      verb: 'disabled',
      advice: 'It cannot be sent any more. Make another template, or appeal in WhatsApp Manager.',
    },
  ],
  [
    'LIMIT_EXCEEDED',
    {
      kind: 'template.disabled',
      severity: 'warning',
      verb: 'refused, as the account has too many templates',
      advice: 'Delete templates that are no longer used, then submit it again.',
    },
  ],
]);

const GONE: readonly string[] = ['DELETED', 'PENDING_DELETION', 'ARCHIVED'];

export const TEMPLATE_RULES: RuleTable = {
  'template.updated': (update) => {
    const { changed } = update;
    const has = (what: 'status' | 'category' | 'correctCategory' | 'qualityScore'): boolean =>
      changed?.includes(what) ?? false;
    return [
      // An event that does not say what changed is of a release that told of statuses only.
      ...(changed === undefined || has('status') ? ofStatus(update) : []),
      ...(has('category') || has('correctCategory') ? ofCategory(update) : []),
      ...(has('qualityScore') ? ofQuality(update) : []),
    ];
  },
};

function subjectOf({ id, templateId, name, language }: Update): Subject {
  return { type: 'template', id: id ?? templateId, name: `${name} (${language})` };
}

function ofStatus(update: Update): Finding[] {
  const { status, previous } = update;
  const subject = subjectOf(update);
  if (GONE.includes(status)) return [STATUS, CATEGORY, QUALITY].map((topic) => clear(topic, subject.id));
  if (status === 'APPROVED') {
    if (previous === undefined || previous === null) return [clear(STATUS, subject.id)];
    return [
      raise({
        kind: 'template.approved',
        topic: STATUS,
        subject,
        severity: 'info',
        isLasting: false,
        one: (name) => ({ title: `Template ${name} is approved`, message: 'It can be sent.' }),
        many: (count) => ({ title: `${count} templates are approved`, message: 'They can be sent.' }),
        payload: factsOf(update),
      }),
    ];
  }
  const found = MISFORTUNES.get(status);
  if (found === undefined) return [];
  return [
    raise({
      kind: found.kind,
      topic: STATUS,
      subject,
      // One that was so before it was first seen is no news.
      severity: previous === null ? 'info' : found.severity,
      isLasting: true,
      one: (name) => ({ title: `Template ${name} was ${found.verb}`, message: found.advice }),
      many: (count) => ({ title: `${count} templates were ${found.verb}`, message: found.advice }),
      payload: factsOf(update),
    }),
  ];
}

function ofCategory(update: Update): Finding[] {
  const subject = subjectOf(update);
  const category = update.current?.category;
  const announced = update.current?.correctCategory ?? null;
  const before = update.previous?.category;
  if (announced !== null && announced !== category)
    return [
      raise({
        kind: 'template.recategorised',
        topic: CATEGORY,
        subject,
        severity: 'warning',
        isLasting: true,
        one: (name) => ({
          title: `Template ${name} is going to be ${announced}`,
          message: `Meta is going to move it from ${category ?? 'its category'} to ${announced}, with the price and the limits of that. Change its text or ask for a review in WhatsApp Manager before.`,
        }),
        many: (count) => ({
          title: `Meta is going to change the category of ${count} templates`,
          message:
            'Other prices and limits will hold for them. Change their texts or ask for a review before.',
        }),
        payload: factsOf(update),
      }),
    ];
  if (before === undefined || before === 'UNKNOWN' || category === undefined || before === category)
    return [clear(CATEGORY, subject.id)];
  return [
    raise({
      kind: 'template.recategorised',
      topic: CATEGORY,
      subject,
      severity: category === 'MARKETING' ? 'warning' : 'info',
      isLasting: false,
      one: (name) => ({
        title: `Template ${name} is ${category} now`,
        message: `It was ${before}. The price and the limits of ${category} hold from now on; campaigns with it are paused until somebody resumes them.`,
      }),
      many: (count) => ({
        title: `The category of ${count} templates changed`,
        message:
          'Other prices and limits hold for them from now on; campaigns with them are paused until somebody resumes them.',
      }),
      payload: factsOf(update),
    }),
  ];
}

function ofQuality(update: Update): Finding[] {
  const subject = subjectOf(update);
  const quality = update.current?.qualityScore ?? null;
  if (quality !== 'RED' && quality !== 'YELLOW') return [clear(QUALITY, subject.id)];
  const level = quality === 'RED' ? 'low' : 'medium';
  const advice =
    quality === 'RED'
      ? 'People block or report it. Meta pauses templates that stay so: send it to fewer people, or change it.'
      : 'Some people block or report it. Look at whom it is sent to before Meta pauses it.';
  return [
    raise({
      kind: 'template.quality_dropped',
      topic: QUALITY,
      subject,
      severity: quality === 'RED' ? 'warning' : 'info',
      isLasting: true,
      one: (name) => ({ title: `The quality of template ${name} is ${level}`, message: advice }),
      many: (count) => ({ title: `The quality of ${count} templates dropped`, message: advice }),
      payload: factsOf(update),
    }),
  ];
}

function factsOf({ templateId, name, language, status, previous, current }: Update): object {
  return { templateId, name, language, status, previous: previous ?? null, current: current ?? null };
}

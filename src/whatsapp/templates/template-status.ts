import type { WhatsAppTemplateStatus } from '../../webhooks/whatsapp-account-events';

/** Meta's names. It may add more; those are stored and shown as they come. */
export const TEMPLATE_STATUSES = [
  'APPROVED',
  'PENDING',
  'REJECTED',
  'PAUSED',
  'DISABLED',
  'IN_APPEAL',
  'PENDING_DELETION',
  'DELETED',
  'LIMIT_EXCEEDED',
  'ARCHIVED',
] as const;
export type TemplateStatus = (typeof TEMPLATE_STATUSES)[number];

export const TEMPLATE_CATEGORIES = ['MARKETING', 'UTILITY', 'AUTHENTICATION'] as const;
export type TemplateCategory = (typeof TEMPLATE_CATEGORIES)[number];

/** Meta takes edits in these states only. */
export const EDITABLE_STATUSES: readonly string[] = [
  'APPROVED',
  'REJECTED',
  'PAUSED',
] satisfies TemplateStatus[];

/** Words of this API that stand for several of Meta's. */
const FILTER_WORDS: Readonly<Record<string, readonly TemplateStatus[]>> = {
  IN_REVIEW: ['PENDING', 'IN_APPEAL'],
};

/** What `status` of a list request may be, for people. */
export const STATUS_FILTER_HELP = `approved, in_review, rejected, or one of Meta's names, such as ${TEMPLATE_STATUSES.join(', ')}`;

/** Meta's words, those of tomorrow included. */
export const META_WORD = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;

/**
 * The stored statuses that a filter means; case does not matter. A word that is new at Meta means itself.
 * @returns null for what cannot be a word of Meta's
 */
export function statusesOfFilter(word: string): readonly string[] | null {
  const upper = word.trim().toUpperCase();
  return FILTER_WORDS[upper] ?? (META_WORD.test(upper) ? [upper] : null);
}

/** Events that are not named after the status they lead to. */
const STATUS_AFTER: ReadonlyMap<string, TemplateStatus> = new Map<string, TemplateStatus>([
  ['REINSTATED', 'APPROVED'],
  ['UNPAUSED', 'APPROVED'],
  ['UNPAUSE', 'APPROVED'],
]);
/** Warnings, and returns to whatever it was before: only the list at Meta knows the status. */
const WITHOUT_STATUS: readonly string[] = ['FLAGGED', 'LOCKED', 'UNLOCKED', 'UNARCHIVED'];

/**
 * The status that a webhook's event leads to, or null when it tells none. A word that is new is a status until the list
 * at Meta says otherwise.
 */
export function statusAfter(event: WhatsAppTemplateStatus['status']): string | null {
  const status = TEMPLATE_STATUSES.find((known) => known === event) ?? STATUS_AFTER.get(event);
  if (status !== undefined) return status;
  return WITHOUT_STATUS.includes(event) || !/^[A-Z][A-Z0-9_]{0,63}$/.test(event) ? null : event;
}

/** Whether the event tells the status for certain; after others the list is read again. */
export function isKnownEvent(event: WhatsAppTemplateStatus['status']): boolean {
  return TEMPLATE_STATUSES.some((known) => known === event) || STATUS_AFTER.has(event);
}

/** `en-US` and `en_US` both occur in Meta's webhooks; lists have the second. */
export function languageCode(language: string): string {
  return language.replace('-', '_');
}

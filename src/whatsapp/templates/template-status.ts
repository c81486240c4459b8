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
export const STATUS_FILTER_HELP = `approved, in_review, rejected, or one of Meta's: ${TEMPLATE_STATUSES.join(', ')}`;

/**
 * The stored statuses that a filter means; case does not matter.
 * @returns null for a word that means nothing
 */
export function statusesOfFilter(word: string): readonly string[] | null {
  const upper = word.trim().toUpperCase();
  const several = FILTER_WORDS[upper];
  if (several !== undefined) return several;
  return TEMPLATE_STATUSES.some((status) => status === upper) ? [upper] : null;
}

/** Events that are not named after the status they lead to. */
const STATUS_AFTER: ReadonlyMap<string, TemplateStatus> = new Map<string, TemplateStatus>([
  ['REINSTATED', 'APPROVED'],
  ['UNPAUSED', 'APPROVED'],
  ['UNPAUSE', 'APPROVED'],
]);

/**
 * The status that a webhook's event leads to, or null when it tells none: a warning (`FLAGGED`, `LOCKED`), a return to
 * whatever it was before (`UNARCHIVED`), or a word that is new. Then only the list at Meta knows the status.
 */
export function statusAfter(event: WhatsAppTemplateStatus['status']): TemplateStatus | null {
  return TEMPLATE_STATUSES.find((status) => status === event) ?? STATUS_AFTER.get(event) ?? null;
}

/** `en-US` and `en_US` both occur in Meta's webhooks; lists have the second. */
export function languageCode(language: string): string {
  return language.replace('-', '_');
}

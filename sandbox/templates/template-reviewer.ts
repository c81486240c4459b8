import { isObject, listOf, textOf, type JsonObject } from '../json';
import type { ReviewSettings } from '../settings';
import { VARIABLE } from './template-variables';
import type { TemplateRecord } from '../world';

export interface Verdict {
  status: 'APPROVED' | 'REJECTED';
  reason?: string;
  rejectionInfo?: { reason: string; recommendation: string };
}

export const REJECTION_REASONS = [
  'INVALID_FORMAT',
  'PROMOTIONAL',
  'TAG_CONTENT_MISMATCH',
  'ABUSIVE_CONTENT',
  'SCAM',
  'INCORRECT_CATEGORY',
  'CATEGORY_NOT_AVAILABLE',
] as const;

const EXPLANATIONS: Readonly<Record<string, { reason: string; recommendation: string }>> = {
  ABUSIVE_CONTENT: {
    reason: 'The template contains content that may threaten or insult people.',
    recommendation: 'Take threats and insults out.',
  },
  SCAM: {
    reason: 'The template asks for secrets or promises money, as frauds do.',
    recommendation: 'Do not ask for card numbers, passwords or fees.',
  },
  TAG_CONTENT_MISMATCH: {
    reason: 'The language of the content is not the language of the template.',
    recommendation: 'Choose the language that the template is written in.',
  },
  PROMOTIONAL: {
    reason: 'The template advertises, but is not of the category MARKETING.',
    recommendation: 'Hand it in as MARKETING.',
  },
};

const ABUSE = /\b(kill you|you idiot|worthless scum|we know where you live)\b/i;
const FRAUD =
  /\b(you have won|lottery winner|wire (us )?the (fee|money)|send us your (password|pin|card number)|cvv)\b/i;
const ADVERTISING = /\b(\d+ ?% off|discount|special offer|on sale|buy now|limited offer|promo code)\b/i;

/** Languages whose letters cannot be mistaken. */
const SCRIPTS: readonly (readonly [RegExp, RegExp])[] = [
  [/^(ru|uk|bg|kk|mk|ky)/, /\p{Script=Cyrillic}/u],
  [/^(ar|fa|ur)/, /\p{Script=Arabic}/u],
  [/^he/, /\p{Script=Hebrew}/u],
  [/^(zh|ja)/, /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u],
  [/^ko/, /\p{Script=Hangul}/u],
  [/^(hi|mr)/, /\p{Script=Devanagari}/u],
  [/^el/, /\p{Script=Greek}/u],
  [/^th/, /\p{Script=Thai}/u],
];

/** Decides as the reviewers of Meta do: by name where the name asks for it, else by what the template says. */
export function judge(template: TemplateRecord, review: ReviewSettings): Verdict {
  const { rejectWhenNameContains: mark } = review;
  if (mark !== '' && template.name.includes(mark)) {
    const named = REJECTION_REASONS.find((reason) => template.name.includes(reason.toLowerCase()));
    return rejected(named ?? review.rejectReason);
  }
  if (!review.readsContent) return { status: 'APPROVED' };
  const text = textsOf(template.components).join('\n');
  if (ABUSE.test(text)) return rejected('ABUSIVE_CONTENT');
  if (FRAUD.test(text)) return rejected('SCAM');
  if (isOtherLanguage(template.language, text)) return rejected('TAG_CONTENT_MISMATCH');
  const advertises = template.category !== 'MARKETING' && ADVERTISING.test(text);
  if (advertises && review.advertising === 'reject') return rejected('PROMOTIONAL');
  return { status: 'APPROVED' };
}

/** Whether a template that is no marketing by its category is by its words. */
export function isReallyMarketing(category: string, components: readonly JsonObject[]): boolean {
  return category === 'UTILITY' && ADVERTISING.test(textsOf(components).join('\n'));
}

function rejected(reason: string): Verdict {
  const explanation = EXPLANATIONS[reason];
  return { status: 'REJECTED', reason, ...(explanation && { rejectionInfo: explanation }) };
}

function textsOf(components: readonly JsonObject[]): string[] {
  return components.flatMap((component) => [
    textOf(component.text) ?? '',
    ...textsOf(listOf(component.buttons).filter(isObject)),
    ...listOf(component.cards)
      .filter(isObject)
      .flatMap((card) => textsOf(listOf(card.components).filter(isObject))),
  ]);
}

function isOtherLanguage(language: string, text: string): boolean {
  const words = text.replace(VARIABLE, '').replace(/[^\p{L}]/gu, '');
  const script = SCRIPTS.find(([codes]) => codes.test(language))?.[1];
  if (words.length < 4) return false;
  if (script) return !script.test(words);
  return language.startsWith('en') && !/\p{Script=Latin}/u.test(words);
}

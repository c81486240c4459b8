import type { AccountId, ConversationId } from '../../database/ids';
import type { ConversationPlatform } from '../conversation-types';

export const SEARCH_KINDS = ['message', 'comment', 'contact', 'note'] as const;
/** What can be found. */
export type SearchKind = (typeof SEARCH_KINDS)[number];

export interface SubjectRef {
  accountId: AccountId;
  kind: SearchKind;
  id: string;
}

/** What is known of something that can be found. */
export interface SearchSubject extends SubjectRef {
  conversationId: ConversationId | null;
  platform: ConversationPlatform | null;
  at: Date;
  /** What it is found by, part by part: no phrase goes from one part into the next. */
  texts: readonly string[];
  /** Phone numbers, digits only. */
  numbers: readonly string[];
}

export const refKey = ({ accountId, kind, id }: SubjectRef): string => `${accountId} ${kind} ${id}`;

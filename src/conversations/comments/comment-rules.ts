import type { CommentMetadata } from './comment-types';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** Meta takes one private reply to a comment, up to this long after it was written. */
export const PRIVATE_REPLY_MS = 7 * DAY_MS;

export const PRIVATE_REPLY_STATES = [
  'open',
  'sending',
  'sent',
  'unknown',
  'too_late',
  'own',
  'removed',
  'refused',
] as const;
/**
 * `open`: it may be sent. `sending`, `unknown`: one is on its way, or what became of it is not known yet. `sent`: there can
 * be no second one. `too_late`: the comment is older than seven days. `own`: the business itself wrote the comment.
 * `removed`: the comment is gone. `refused`: Meta says that it takes none, for instance because one was sent from its own
 * inbox.
 */
export type PrivateReplyState = (typeof PRIVATE_REPLY_STATES)[number];

export const ACTION_STATES = ['sending', 'done', 'failed', 'unknown'] as const;
/**
 * `sending`: under way. `done`: it stands at Meta. `failed`: it does not, for a reason that is told. `unknown`: Meta's answer
 * was lost; the comments at Meta are looked through until it is known, and it is not sent again by itself.
 */
export type CommentActionState = (typeof ACTION_STATES)[number];

export interface AnswerableInPrivate {
  byBusiness: boolean;
  removedAt: Date | null;
  commentedAt: Date;
  metadata: CommentMetadata;
  /** Of the private reply that was not refused, if there is one. */
  privateReply: { state: CommentActionState } | null;
}

export function privateReplyOf(
  { byBusiness, removedAt, commentedAt, metadata, privateReply }: AnswerableInPrivate,
  now: Date,
): { state: PrivateReplyState; until: Date } {
  const until = new Date(commentedAt.getTime() + PRIVATE_REPLY_MS);
  const stateOf = (): PrivateReplyState => {
    if (privateReply?.state === 'done') return 'sent';
    if (privateReply?.state === 'sending' || privateReply?.state === 'unknown') return privateReply.state;
    if (byBusiness) return 'own';
    if (removedAt !== null) return 'removed';
    if (now > until) return 'too_late';
    return metadata[NO_PRIVATE_REPLY] === true ? 'refused' : 'open';
  };
  return { state: stateOf(), until };
}

/** Told once that no private reply is taken, it stays so: it was used up, or the time is over. */
export const NO_PRIVATE_REPLY = 'noPrivateReply';

/** When to look again for an answer whose outcome is open, counted from the last look. */
const CHECK_AFTER_MS = [5_000, 30_000, 120_000, 600_000, 3_600_000] as const;

/** @param checks looks that found nothing @returns null: Meta does not have it, and will not any more */
export function nextCheckAfterMs(checks: number): number | null {
  return CHECK_AFTER_MS[checks] ?? null;
}

/** While Meta cannot be asked, which says nothing about the answer. @param ageMs since it was begun */
export function askAgainAfterMs(ageMs: number): number {
  if (ageMs < HOUR_MS) return MINUTE_MS;
  return ageMs < DAY_MS ? HOUR_MS : DAY_MS;
}

/**
 * Whether a text that was read at Meta is the one that was sent. Meta trims, folds blanks, and shows the name of somebody
 * whom the text mentions by id.
 */
export function isSameText(sent: string | null, read: string | null): boolean {
  const wanted = folded(sent);
  const found = folded(read);
  if (!MENTION.test(wanted)) return wanted === found;
  const parts = wanted.split(new RegExp(MENTION, 'g')).map((part) => part.trim());
  let from = 0;
  for (const part of parts) {
    const at = found.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return found.startsWith(parts[0] ?? '') && found.endsWith(parts.at(-1) ?? '');
}

const MENTION = /@\[\d+(?::[^\]]*)?\]/;

function folded(text: string | null): string {
  return (text ?? '').normalize('NFC').replace(/\s+/g, ' ').trim();
}

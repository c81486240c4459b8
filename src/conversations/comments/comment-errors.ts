import { AppError, ConflictError, NotFoundError } from '../../errors/app.error';
import { GraphRejectedError } from '../../graph-client/graph.error';
import type { PrivateReplyState } from './comment-rules';
import type { StoredComment } from './comment-view';

const NO_PRIVATE_REPLY_CODE = 10;
const NO_PRIVATE_REPLY_SUBCODE = 2018300;
const NOT_VISIBLE_SUBCODE = 33;

/** The seven days in which Meta takes a private reply are over. */
export class PrivateReplyTooLateError extends AppError {
  readonly code = 'WINDOW_CLOSED';
  readonly status = 422;

  constructor(closedAt: Date) {
    super(
      `Meta takes a private reply for seven days after a comment, here until ${closedAt.toISOString()}. Answer in public, or wait until the person writes.`,
      { closedAt: closedAt.toISOString(), windowDays: 7 },
    );
  }
}

/** @throws unless it may be answered in public, as far as that is known */
export function requireAnswerable({ platform, isHidden, removedAt, metadata }: StoredComment): void {
  if (removedAt !== null) throw removedComment(removedAt);
  if (platform === 'facebook') return;
  if (isHidden)
    throw new ConflictError('Instagram takes no answer to a hidden comment. Show it first.', {
      reason: 'hidden',
    });
  if (metadata.live === true)
    throw new ConflictError('Comments of live videos can be answered in private only, while it lasts.', {
      reason: 'live',
    });
}

/** @throws unless a private reply may be sent */
export function requirePrivateReply({ state, until }: { state: PrivateReplyState; until: Date }): void {
  switch (state) {
    case 'open':
      return;
    case 'too_late':
      throw new PrivateReplyTooLateError(until);
    case 'removed':
      throw new NotFoundError('This comment was removed: there is nobody to answer any more.');
    case 'own':
      throw new ConflictError(
        'This comment was written in your own name: there is nobody to answer in private.',
        {
          reason: state,
        },
      );
    case 'sent':
      throw new ConflictError('A private reply was sent already, and Meta takes one to a comment.', {
        reason: state,
      });
    case 'refused':
      throw new ConflictError(
        'Meta takes no private reply to this comment: one was sent from elsewhere, or the person does not allow it.',
        { reason: state },
      );
    case 'sending':
    case 'unknown':
      throw new ConflictError(
        'A private reply is on its way, and what became of it is not known yet. It is looked for at Meta; ask again later.',
        { reason: state },
      );
  }
}

export function removedComment(at: Date): NotFoundError {
  return new NotFoundError('This comment was removed at Meta.', { removedAt: at.toISOString() });
}

export function noSuchPost(): NotFoundError {
  return new NotFoundError('Meta has no such post or media, or does not show it to this Page or account.');
}

/** "Already sent, or too late", which Meta does not tell apart. */
export function isPrivateReplyRefused(error: unknown): error is GraphRejectedError {
  return (
    error instanceof GraphRejectedError &&
    error.meta?.code === NO_PRIVATE_REPLY_CODE &&
    error.meta.subcode === NO_PRIVATE_REPLY_SUBCODE
  );
}

/** Meta's own words name neither of the two reasons. */
export function explainedRefusal({ meta, details }: GraphRejectedError): GraphRejectedError {
  return new GraphRejectedError(
    'Meta refused the private reply: the comment was answered in private before, from here or from its own inbox, or it is older than seven days.',
    { meta, details },
  );
}

/** "No such object, or this token may not see it", in both forms in which Meta says it. */
export function isNoSuchObject(error: unknown): error is GraphRejectedError {
  if (!(error instanceof GraphRejectedError)) return false;
  const { code = null, subcode = null } = error.meta ?? {};
  return code === 803 || (code === 100 && subcode === NOT_VISIBLE_SUBCODE);
}

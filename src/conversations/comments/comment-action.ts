import type { AccountId, AssetId, CommentActionId, CommentId, UserId } from '../../database/ids';
import type { CommentActionState } from './comment-rules';
import type { CommentPlatform } from './comment-types';
import type { StoredComment } from './comment-view';
import type { MessageError } from '../conversation-types';

export const ACTION_KINDS = ['comment', 'reply', 'private_reply'] as const;
/** `comment`: under the post or media itself. */
export type CommentActionKind = (typeof ACTION_KINDS)[number];

export interface CommentActionRequest {
  message: string | null;
  attachmentUrl: string | null;
  /** Meta's id of the comment that is answered; null: the post itself. */
  commentExternalId: string | null;
}

/** An answer of ours, from before the call to Meta on. */
export interface CommentAction {
  accountId: AccountId;
  id: CommentActionId;
  assetId: AssetId;
  platform: CommentPlatform;
  kind: CommentActionKind;
  postExternalId: string | null;
  commentId: CommentId | null;
  userId: UserId;
  request: CommentActionRequest;
  digest: Buffer;
  state: CommentActionState;
  /** Meta's id of the comment or message that came of it. */
  externalId: string | null;
  error: MessageError | null;
  /** Looks for it at Meta that found nothing. */
  checks: number;
  createdAt: Date;
  /** Of the last try. */
  startedAt: Date;
  finishedAt: Date | null;
}

/** An answer with what came of it. */
export interface DescribedAction extends CommentAction {
  /** Our comment, of an answer in public. */
  comment: StoredComment | null;
  /** The comment that it answers. */
  target: StoredComment | null;
}

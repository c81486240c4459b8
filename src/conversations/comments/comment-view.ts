import type {
  AccountId,
  AssetId,
  CommentActionId,
  CommentId,
  ConversationId,
  MessageId,
  UserId,
} from '../../database/ids';
import type { MessageSentiment } from '../messages/stored-message';
import type { SentimentLabel } from '../conversation-types';
import type { CommentRow } from './comment-row';
import type { CommentActionState } from './comment-rules';
import type { CommentAttachment, CommentMetadata, CommentPlatform } from './comment-types';

export const COMMENT_STATUSES = ['open', 'hidden', 'removed'] as const;
/** `open`: everybody sees it. `hidden`: only its author and their friends do. `removed`: it is gone at Meta. */
export type CommentStatus = (typeof COMMENT_STATUSES)[number];

/** A comment as it is shown. */
export interface StoredComment {
  id: CommentId;
  accountId: AccountId;
  platform: CommentPlatform;
  channel: { id: AssetId; metaId: string; name: string | null };
  externalId: string;
  postExternalId: string | null;
  /** Ours; null also where the one that it answers is not stored. */
  parentId: CommentId | null;
  parentExternalId: string | null;
  author: { id: string | null; name: string | null; username: string | null } | null;
  byBusiness: boolean;
  text: string | null;
  attachment: CommentAttachment | null;
  commentedAt: Date;
  editedAt: Date | null;
  isHidden: boolean;
  /** Its own, or that of the comment that it answers: answers go with it. */
  removedAt: Date | null;
  likeCount: number | null;
  isLiked: boolean | null;
  metadata: CommentMetadata;
  /** Null while it is not read, and where there is nothing to read. */
  sentiment: MessageSentiment | null;
  answerCount: number;
  /** The business answered, in public or in private, after it was written. */
  isAnswered: boolean;
  /** The user of this service who wrote it. */
  sentBy: UserId | null;
  privateReply: {
    actionId: CommentActionId;
    state: CommentActionState;
    messageId: MessageId | null;
    conversationId: ConversationId | null;
  } | null;
}

export interface CommentThread extends StoredComment {
  /** The latest few, oldest first. */
  answers: StoredComment[];
}

export interface ThreadSummary {
  total: number;
  topLevel: number;
  hidden: number;
  unanswered: number;
}

/** How new what is stored of a post's comments is. */
export interface ThreadAge {
  /** null: never. */
  readAt: Date | null;
  /** All of it was read, and not only the newest. */
  isComplete: boolean;
}

export interface CommentViewRow extends CommentRow {
  platform: CommentPlatform;
  commented_at: Date;
  asset_meta_id: string;
  asset_name: string | null;
  sentiment: SentimentLabel | null;
  /** A numeric, so text in JavaScript. */
  confidence: string | null;
  sentiment_language: string | null;
  sentiment_model: string | null;
  parent_id: CommentId | null;
  gone_at: Date | null;
  answer_count: number;
  is_answered: boolean;
  sent_by: UserId | null;
  private_id: CommentActionId | null;
  private_state: CommentActionState | null;
  message_id: MessageId | null;
  conversation_id: ConversationId | null;
}

/** Whether comment `c` needs no answer any more; `commented_at` is what tells an answer from what was there before. */
export const IS_ANSWERED = `(
  EXISTS (SELECT 1 FROM comments r
           WHERE r.account_id = c.account_id AND r.asset_id = c.asset_id
             AND r.parent_external_id = ANY(ARRAY[c.external_id, c.parent_external_id])
             AND r.is_complete AND r.by_business AND r.removed_at IS NULL AND r.commented_at >= c.commented_at
             AND r.id <> c.id)
  OR EXISTS (SELECT 1 FROM comment_actions d
              WHERE d.account_id = c.account_id AND d.comment_id = c.id AND d.kind = 'private_reply' AND d.state = 'done'))`;

/** Whether comment `c` went with the one that it answers. */
export const IS_GONE = `(c.removed_at IS NOT NULL OR EXISTS (
  SELECT 1 FROM comments u
   WHERE u.account_id = c.account_id AND u.asset_id = c.asset_id AND u.external_id = c.parent_external_id
     AND u.removed_at IS NOT NULL))`;

/** Meta's ids of comment `c` and of those that answer it: Facebook lets people answer answers. */
export const THREAD_IDS = `ARRAY(
  SELECT c.external_id UNION ALL
  SELECT s.external_id FROM comments s
   WHERE s.account_id = c.account_id AND s.asset_id = c.asset_id AND s.parent_external_id = c.external_id
     AND s.is_complete)`;

/** Adds what other tables know to the few rows of a page (`listed`), after the page is cut. */
export const DESCRIBE = `
  SELECT c.*, a.meta_id AS asset_meta_id, a.name AS asset_name, p.id AS parent_id,
         coalesce(c.removed_at, p.removed_at) AS gone_at, coalesce(n.answers, 0)::int AS answer_count,
         ${IS_ANSWERED} AS is_answered, own.user_id AS sent_by, priv.id AS private_id, priv.state AS private_state,
         k.message_id, m.conversation_id
    FROM listed c
    JOIN assets a ON a.account_id = c.account_id AND a.id = c.asset_id
    LEFT JOIN comments p
      ON p.account_id = c.account_id AND p.asset_id = c.asset_id AND p.external_id = c.parent_external_id
    LEFT JOIN LATERAL (
      SELECT count(*) AS answers FROM comments r
       WHERE r.account_id = c.account_id AND r.asset_id = c.asset_id AND r.parent_external_id = ANY(${THREAD_IDS})
         AND r.is_complete AND r.removed_at IS NULL) n ON true
    LEFT JOIN comment_actions own
      ON own.account_id = c.account_id AND own.asset_id = c.asset_id AND own.external_id = c.external_id
     AND own.kind <> 'private_reply'
    LEFT JOIN comment_actions priv
      ON priv.account_id = c.account_id AND priv.comment_id = c.id AND priv.kind = 'private_reply'
     AND priv.state <> 'failed'
    LEFT JOIN message_keys k
      ON k.account_id = priv.account_id AND k.asset_id = priv.asset_id AND k.external_id = priv.external_id
    LEFT JOIN messages m ON m.account_id = k.account_id AND m.id = k.message_id`;

export function toStoredComment(row: CommentViewRow): StoredComment {
  const author = { id: row.author_id, name: row.author_name, username: row.author_username };
  return {
    id: row.id,
    accountId: row.account_id,
    platform: row.platform,
    channel: { id: row.asset_id, metaId: row.asset_meta_id, name: row.asset_name },
    externalId: row.external_id,
    postExternalId: row.post_external_id,
    parentId: row.parent_id,
    parentExternalId: row.parent_external_id,
    author: Object.values(author).every((each) => each === null) ? null : author,
    byBusiness: row.by_business,
    text: row.text,
    attachment: row.attachment,
    commentedAt: row.commented_at,
    editedAt: row.edited_at,
    isHidden: row.is_hidden,
    removedAt: row.gone_at,
    likeCount: row.like_count,
    isLiked: row.is_liked,
    metadata: row.metadata,
    sentiment:
      row.sentiment === null
        ? null
        : {
            label: row.sentiment,
            confidence: Number(row.confidence ?? 0),
            language: row.sentiment_language,
            model: row.sentiment_model,
            correctedBy: null,
            correctedAt: null,
          },
    answerCount: row.answer_count,
    isAnswered: row.is_answered,
    sentBy: row.sent_by,
    privateReply:
      row.private_id === null || row.private_state === null
        ? null
        : {
            actionId: row.private_id,
            state: row.private_state,
            messageId: row.message_id,
            conversationId: row.conversation_id,
          },
  };
}

import type { AccountId, AssetId, CommentId } from '../../database/ids';
import type { CommentFacts } from './comment-facts';
import type { CommentAttachment, CommentMetadata } from './comment-types';

export interface CommentRow {
  account_id: AccountId;
  id: CommentId;
  asset_id: AssetId;
  external_id: string;
  is_complete: boolean;
  post_external_id: string | null;
  parent_external_id: string | null;
  author_id: string | null;
  author_name: string | null;
  author_username: string | null;
  author_told_at: Date | null;
  by_business: boolean;
  text: string | null;
  attachment: CommentAttachment | null;
  text_told_at: Date | null;
  commented_at: Date | null;
  edited_at: Date | null;
  is_hidden: boolean;
  hidden_told_at: Date | null;
  like_count: number | null;
  likes_told_at: Date | null;
  is_liked: boolean | null;
  liked_told_at: Date | null;
  removed_at: Date | null;
  metadata: CommentMetadata;
}

export function factsOfRow(row: CommentRow): CommentFacts {
  return {
    isComplete: row.is_complete,
    postExternalId: row.post_external_id,
    parentExternalId: row.parent_external_id,
    authorId: row.author_id,
    author:
      row.author_told_at === null
        ? null
        : { name: row.author_name, username: row.author_username, at: row.author_told_at },
    byBusiness: row.by_business,
    version:
      row.text_told_at === null ? null : { text: row.text, attachment: row.attachment, at: row.text_told_at },
    commentedAt: row.commented_at,
    editedAt: row.edited_at,
    hiding: row.hidden_told_at === null ? null : { isHidden: row.is_hidden, at: row.hidden_told_at },
    likes:
      row.like_count === null || row.likes_told_at === null
        ? null
        : { count: row.like_count, at: row.likes_told_at },
    liking:
      row.is_liked === null || row.liked_told_at === null
        ? null
        : { isLiked: row.is_liked, at: row.liked_told_at },
    removedAt: row.removed_at,
    metadata: row.metadata,
  };
}

/** For `unnest`, one array for each column from `is_complete` on, in the order in which the store writes them. */
export function changeColumns(facts: readonly CommentFacts[]): unknown[][] {
  const attachments = facts.map(({ version }) => version?.attachment ?? null);
  return [
    facts.map(({ isComplete }) => isComplete),
    facts.map(({ postExternalId }) => postExternalId),
    facts.map(({ parentExternalId }) => parentExternalId),
    facts.map(({ authorId }) => authorId),
    facts.map(({ author }) => author?.name ?? null),
    facts.map(({ author }) => author?.username ?? null),
    facts.map(({ author }) => author?.at ?? null),
    facts.map(({ byBusiness }) => byBusiness),
    facts.map(({ version }) => version?.text ?? null),
    attachments.map((attachment) => (attachment === null ? null : JSON.stringify(attachment))),
    facts.map(({ version }) => version?.at ?? null),
    facts.map(({ commentedAt }) => commentedAt),
    facts.map(({ editedAt }) => editedAt),
    facts.map(({ hiding }) => hiding?.isHidden ?? false),
    facts.map(({ hiding }) => hiding?.at ?? null),
    facts.map(({ likes }) => likes?.count ?? null),
    facts.map(({ likes }) => likes?.at ?? null),
    facts.map(({ liking }) => liking?.isLiked ?? null),
    facts.map(({ liking }) => liking?.at ?? null),
    facts.map(({ removedAt }) => removedAt),
    facts.map(({ metadata }) => JSON.stringify(metadata)),
  ];
}

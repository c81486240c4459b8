import { laterOf } from '../../conversations/comments/comment-reading';
import type { ArrivedComment } from '../../conversations/comments/comment-types';
import type { AccountId, AssetId } from '../../database/ids';
import type { ReadComment } from './comments-api';

/** The Page that comments stand at, by our ids and Meta's. */
export interface CommentedPage {
  accountId: AccountId;
  assetId: AssetId;
  pageId: string;
}

/** A comment that was read, as the store takes it. @param asOf up to when that which was read is certainly told */
export function arrivedComment(
  { accountId, assetId, pageId }: CommentedPage,
  postId: string | null,
  comment: ReadComment,
  asOf: Date,
): ArrivedComment {
  const { commentId, parentId, text, attachment, at, author, isHidden, likeCount, isLiked, permalink } =
    comment;
  return {
    accountId,
    assetId,
    platform: 'facebook',
    externalId: commentId,
    postExternalId: postId,
    parentExternalId: parentId,
    author: author && { id: author.id, name: author.name, username: null },
    byBusiness: author?.id === pageId,
    text,
    attachment,
    at,
    asOf: laterOf(at, asOf),
    isHidden,
    likeCount,
    isLiked,
    metadata: permalink === null ? {} : { permalink },
  };
}

import { laterOf } from '../../conversations/comments/comment-reading';
import type { ArrivedComment } from '../../conversations/comments/comment-types';
import type { ReadComment } from './comments-api';
import type { InstagramAccountEntity } from '../entities/instagram-account.entity';

export type CommentedAccount = Pick<
  InstagramAccountEntity,
  'accountId' | 'id' | 'igAccountId' | 'appScopedId' | 'username'
>;

/** A comment that was read, as the store takes it. @param asOf up to when that which was read is certainly told */
export function arrivedComment(
  account: CommentedAccount,
  { mediaId, productType }: { mediaId: string | null; productType: string | null },
  comment: ReadComment,
  asOf: Date,
): ArrivedComment {
  const { commentId, parentId, text, at, authorId, username, isHidden, likeCount } = comment;
  return {
    accountId: account.accountId,
    assetId: account.id,
    platform: 'instagram',
    externalId: commentId,
    postExternalId: mediaId,
    parentExternalId: parentId,
    author: authorId === null && username === null ? null : { id: authorId, name: null, username },
    byBusiness: isOwn(account, comment),
    text,
    attachment: null,
    at,
    asOf: laterOf(at, asOf),
    isHidden,
    likeCount,
    metadata: productType === null ? {} : { productType },
  };
}

/** `from` is not shown of everybody, the name is; and the account is known by two ids. */
function isOwn(
  { igAccountId, appScopedId, username: own }: CommentedAccount,
  { authorId, username }: ReadComment,
): boolean {
  if (authorId !== null) return authorId === igAccountId || authorId === appScopedId;
  return username !== null && username === own;
}

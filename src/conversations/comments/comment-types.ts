import type { AccountId, AssetId } from '../../database/ids';

export const COMMENT_PLATFORMS = ['facebook', 'instagram'] as const;
export type CommentPlatform = (typeof COMMENT_PLATFORMS)[number];

/** A picture, video or link in a comment, as Meta names the kind. */
export interface CommentAttachment {
  type: string;
  /** On Meta's file servers, for a limited time; null where only the kind is known. */
  url: string | null;
}

/** Scalars only: facts of two tellings are joined key by key. */
export type CommentMetadata = Readonly<Record<string, string | boolean>>;

/** Which comment something is about. */
export interface CommentKey {
  accountId: AccountId;
  /** The Page or Instagram account that it stands at. */
  assetId: AssetId;
  platform: CommentPlatform;
  /** Meta's id of the comment. */
  externalId: string;
}

export interface CommentAuthor {
  /** Page- or Instagram-scoped; the Page's or account's own id where it commented itself. */
  id: string | null;
  name: string | null;
  username: string | null;
}

/** A comment as a webhook told of it, or as it was read. */
export interface ArrivedComment extends CommentKey {
  /** The post or media that it stands under. */
  postExternalId: string | null;
  /** The comment that it answers. */
  parentExternalId: string | null;
  /** null where Meta does not say. */
  author: CommentAuthor | null;
  /** Written by the Page or account itself, so there is nothing to answer. */
  byBusiness: boolean;
  text: string | null;
  attachment: CommentAttachment | null;
  /** When it was written. */
  at: Date;
  /** Up to when text, attachment and hiding are known to be as they are here: of something read, when it was read. */
  asOf: Date;
  /** null where Meta does not say. */
  isHidden: boolean | null;
  /** As of `asOf`; left out where Meta does not say, as webhooks never do. */
  likeCount?: number | null;
  /** Whether the Page or account likes it itself; likewise. */
  isLiked?: boolean | null;
  metadata: CommentMetadata;
}

export interface ArrivedCommentEdit extends CommentKey {
  text: string | null;
  attachment: CommentAttachment | null;
  at: Date;
}

export interface ArrivedCommentHiding extends CommentKey {
  isHidden: boolean;
  at: Date;
}

/** The Page likes it, or no longer does. */
export interface ArrivedCommentLiking extends CommentKey {
  isLiked: boolean;
  at: Date;
}

/** Something that was learnt beside the comment's own content. */
export interface CommentNote extends CommentKey {
  metadata: CommentMetadata;
}

export interface ArrivedCommentRemoval extends CommentKey {
  at: Date;
}

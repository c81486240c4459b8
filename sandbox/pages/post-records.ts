export interface ReactionMark {
  /** PSID, IGSID or the owner's id. */
  userId: string;
  type: string;
}

/** A post on a Page, by the Page itself or by a visitor. */
export interface PostRecord {
  kind: 'post';
  /** `{page}_{post}` */
  id: string;
  pageId: string;
  /** PSID of a visitor; absent for the Page's own posts. */
  authorId?: string;
  message: string;
  /** Unix ms. */
  createdAt: number;
  updatedAt: number;
  isPublished: boolean;
  isHidden: boolean;
  shares: number;
  reactions: ReactionMark[];
}

export interface CommentRecord {
  kind: 'comment';
  /** `{post}_{comment}` */
  id: string;
  pageId: string;
  postId: string;
  /** The comment it answers; absent at the top level. */
  parentId?: string;
  /** PSID; absent where the Page commented. */
  authorId?: string;
  message: string;
  /** Address of a picture in the comment. */
  photoUrl?: string;
  createdAt: number;
  isHidden: boolean;
  reactions: ReactionMark[];
  /** A private reply was sent: a second one is refused. */
  isPrivatelyAnswered: boolean;
}

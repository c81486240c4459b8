import type { Known } from './meta-enum';

/** Who did something on a Page, by the Page-scoped id; the Page's own id where it did it itself. */
export interface PageActor {
  id: string;
  name?: string;
}

/** `edited`, which Meta sends as well, is `edit` here. */
export type PageVerb = Known<
  | 'add'
  | 'edit'
  | 'remove'
  | 'hide'
  | 'unhide'
  | 'block'
  | 'unblock'
  | 'mute'
  | 'unmute'
  | 'update'
  | 'delete'
  | 'follow'
>;

interface PageFeedChange {
  verb: PageVerb;
  /** Null where Meta does not say, which is usual for people who have not agreed to it. */
  from: PageActor | null;
  /** Our own doing, which needs no answer. */
  byPage: boolean;
  createdAt?: Date;
  /** The value of the change as received. */
  raw: unknown;
}

/** A post on the Page, also a photo, video, album … of it. At least one of the ids is there. */
export interface PagePostChanged extends PageFeedChange {
  item: Known<
    'post' | 'status' | 'photo' | 'video' | 'share' | 'album' | 'link' | 'event' | 'note' | 'milestone'
  >;
  /** `{page}_{post}`. */
  postId: string | null;
  photoIds: string[];
  videoId?: string;
  albumId?: string;
  shareId?: string;
  eventId?: string;
  message?: string;
  link?: string;
  photoUrls: string[];
  videoUrl?: string;
  published?: boolean;
  hidden?: boolean;
  editedAt?: Date;
}

export interface PageCommentChanged extends PageFeedChange {
  /** `{post}_{comment}`. */
  commentId: string;
  postId: string | null;
  /** The comment that this one answers; null under the post itself. */
  parentCommentId: string | null;
  message?: string;
  photoUrl?: string;
  videoUrl?: string;
  link?: string;
  hidden?: boolean;
  editedAt?: Date;
  /** What Meta tells of the post along with a comment. */
  post?: PageCommentedPost;
}

export interface PageCommentedPost {
  type?: string;
  statusType?: string;
  permalinkUrl?: string;
  published?: boolean;
  promotionStatus?: string;
  updatedAt?: Date;
}

export interface PageReactionChanged extends PageFeedChange {
  /** For an old `like`, that. With `edit`, the one that it is now. */
  reaction?: Known<'like' | 'love' | 'haha' | 'wow' | 'sad' | 'angry' | 'care'>;
  /** The comment reacted to; null: the post. */
  commentId: string | null;
  postId: string | null;
}

/** Somebody likes the Page itself, or no longer does. */
export type PageLikeChanged = PageFeedChange;

/** Somebody named the Page with its `@` in a post or comment of theirs. */
export interface PageMention {
  /** Of the comment or post in which the name stands. */
  mentionId: string;
  verb: PageVerb;
  postId: string | null;
  commentId: string | null;
  message?: string;
  from: PageActor | null;
  createdAt?: Date;
  raw: unknown;
}

/** Somebody recommends the Page or advises against it, changed that, or took it back. */
export interface PageRating {
  /** Names the review for good. */
  storyId: string;
  verb: PageVerb;
  reviewer: PageActor | null;
  recommendation?: Known<'POSITIVE' | 'NEGATIVE'>;
  /** Of older reviews: 1 to 5. */
  rating?: number;
  text?: string;
  createdAt?: Date;
  raw: unknown;
}

/** Somebody filled in a form under an advertisement. What it says has to be asked for. */
export interface PageLead {
  leadId: string;
  formId: string | null;
  adId: string | null;
  adgroupId: string | null;
  createdAt?: Date;
  raw: unknown;
}

/** A field, or an item of the feed, of which nothing is made yet but which is known to exist. */
export interface PageOther {
  field: string;
  value: unknown;
}

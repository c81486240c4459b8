import type { Known } from './meta-enum';

/** Somebody wrote under a post, reel, advertisement or live video. Meta tells of no edits and deletions. */
export interface InstagramComment {
  commentId: string;
  /** Null for a comment without words, such as a GIF. */
  text: string | null;
  /** During a live video: comments on it can be answered as long as it lasts. */
  live: boolean;
  from: InstagramCommenter | null;
  /** Our own comment or answer, not to be answered. */
  byAccount: boolean;
  media: InstagramCommentedMedia | null;
  /** The comment that this one answers. */
  parentId: string | null;
  raw: unknown;
}

export interface InstagramCommenter {
  /** Instagram-scoped, or the account's own id. */
  id?: string;
  username?: string;
  selfScopedId?: string;
}

export interface InstagramCommentedMedia {
  id?: string;
  productType?: Known<'AD' | 'FEED' | 'STORY' | 'REELS'>;
  adId?: string;
  adTitle?: string;
  /** The post behind an advertisement. */
  originalMediaId?: string;
}

/** Somebody named the account with its `@` in a caption or comment of theirs. What was said has to be asked for. */
export interface InstagramMention {
  mediaId: string;
  /** Null: in the caption of the media. */
  commentId: string | null;
}

/** What became of a story, told once it is over. */
export interface InstagramStoryInsights {
  mediaId: string;
  /** By Meta's names (`reach`, `taps_forward` …); null where too few people saw the story to tell. */
  metrics: Readonly<Record<string, number | null>>;
}

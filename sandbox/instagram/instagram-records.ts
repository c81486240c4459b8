/** What a person sees of an account, and whether Instagram lets it publish. */
export interface InstagramProfile {
  /** Empty texts are left out of answers. */
  biography: string;
  website: string;
  followers: number;
  follows: number;
  accountType: 'BUSINESS' | 'MEDIA_CREATOR';
  /** Publishing is refused with 25/2207050 until the person has done what Instagram asks for. */
  isRestricted: boolean;
}

export interface BreakdownValues {
  /** `media_product_type`, `follow_type`, `age`, … */
  dimensions: string[];
  results: { values: string[]; value: number }[];
}

/** The numbers of one metric, as the control API has set them. */
export interface MetricValues {
  total?: number;
  /** Date in UTC (`2026-11-20`) → value. */
  days: Record<string, number>;
  breakdowns: BreakdownValues[];
}

export interface InstagramTag {
  username: string;
  x?: number;
  y?: number;
}

export interface InstagramMediaRecord {
  kind: 'instagram-media';
  id: string;
  instagramId: string;
  caption: string;
  mediaType: 'IMAGE' | 'VIDEO' | 'CAROUSEL_ALBUM';
  productType: 'FEED' | 'REELS' | 'STORY' | 'AD';
  /** Unix ms. */
  createdAt: number;
  likes: number;
  commentsEnabled: boolean;
  /** `like_count` is left out. */
  hidesLikes: boolean;
  /** `media_url` is left out, as for videos with music that is not free. */
  isCopyrighted: boolean;
  /** Being broadcast: it stands in `live_media`, and its comments are told as `live_comments`. */
  isLive: boolean;
  /** From before the account became a professional one: it has no insights. */
  isFromPersonalTime: boolean;
  altText?: string;
  /** Carousels: the media in it, in order. */
  childIds: string[];
  /** The carousel that it stands in; such media are in no list. */
  parentId?: string;
  tags: InstagramTag[];
  collaborators: string[];
  isSharedToFeed: boolean;
  /** Where it was made by publishing. */
  containerId?: string;
  insights: Map<string, MetricValues>;
}

export interface InstagramCommentRecord {
  kind: 'instagram-comment';
  id: string;
  instagramId: string;
  mediaId: string;
  parentId?: string;
  /** IGSID; absent where the account itself commented. */
  authorId?: string;
  text: string;
  createdAt: number;
  isHidden: boolean;
  likes: number;
  isPrivatelyAnswered: boolean;
}

export type ContainerOutcome = 'FINISHED' | 'ERROR' | 'EXPIRED' | 'IN_PROGRESS';

/** What the control API has decided over a container, and from when on. Until then it is in progress. */
export interface ContainerVerdict {
  outcome: ContainerOutcome;
  /** Of an `ERROR`. */
  subcode: number;
  /** Unix ms. */
  at: number;
}

/** What `POST /{ig}/media` makes: media on its way to being published. */
export interface InstagramContainerRecord {
  kind: 'instagram-container';
  id: string;
  instagramId: string;
  appId: string;
  mediaType: InstagramMediaRecord['mediaType'];
  purpose: 'FEED' | 'REELS' | 'STORY' | 'CAROUSEL_ITEM';
  caption: string;
  altText?: string;
  tags: InstagramTag[];
  collaborators: string[];
  isSharedToFeed: boolean;
  /** Containers of a carousel's items, in order. */
  childIds: string[];
  createdAt: number;
  /** Unix ms when the processing ends. */
  readyAt: number;
  /** Bytes are on their way: fetched from an address, or uploaded by the app. */
  isWaitingForBytes: boolean;
  upload?: { received: number };
  /** Subcode of what is wrong with the media; told once the processing ends. */
  problem?: number;
  verdict?: ContainerVerdict;
  /** The media that came of it. */
  mediaId?: string;
}

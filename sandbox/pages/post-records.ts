import type { JsonObject } from '../json';

export interface ReactionMark {
  /** PSID, IGSID or the owner's id. */
  userId: string;
  type: string;
  /** Unix ms. */
  at: number;
}

/** What a link shows, read from the page behind it. */
export interface LinkPreview {
  url: string;
  title: string;
  description: string;
  imageUrl?: string;
}

/** A post on a Page, by the Page itself or by a visitor. */
export interface PostRecord {
  kind: 'post';
  /** `{page}_{post}` */
  id: string;
  pageId: string;
  /** PSID of a visitor; absent for the Page's own posts. */
  authorId?: string;
  /** The app that made it; absent: made on facebook.com. Only that app may edit it. */
  appId?: string;
  message: string;
  link?: LinkPreview;
  photoIds: string[];
  videoId?: string;
  /** Unix ms: of its publication, or of its making while it is not published. */
  createdAt: number;
  updatedAt: number;
  isPublished: boolean;
  /** Unix ms at which it goes out by itself. */
  scheduledFor?: number;
  isHidden: boolean;
  isExpired: boolean;
  /** Stands somewhere else, and mentions the Page. */
  isElsewhere: boolean;
  /** Pages that it names. */
  taggedPageIds: string[];
  /** `targeting`, `call_to_action`, `place` and `tags`, as they were given. */
  extras: JsonObject;
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

export interface PhotoRecord {
  kind: 'photo';
  id: string;
  pageId: string;
  appId?: string;
  caption: string;
  /** Empty where only an address is known. */
  bytes: Buffer;
  mimeType: string;
  url?: string;
  createdAt: number;
  isPublished: boolean;
  /** Unix ms, of temporary photos that nobody has used yet. */
  expiresAt?: number;
  /** The post that shows it. */
  postId?: string;
}

export type VideoState = 'uploading' | 'upload_complete' | 'processing' | 'ready' | 'error';

export interface VideoRecord {
  kind: 'video';
  id: string;
  pageId: string;
  appId: string;
  form: 'video' | 'reel' | 'story';
  title: string;
  description: string;
  /** Bytes; unknown until the upload says so. */
  size?: number;
  receivedBytes: number;
  /** The first bytes, which tell the format. */
  head: Buffer;
  state: VideoState;
  problem?: { code: number; message: string };
  /** `draft`: stays unpublished when it is ready. */
  publication: 'publish' | 'schedule' | 'draft';
  scheduledFor?: number;
  /** The post that it becomes; there is none before it is ready. */
  postId: string;
  createdAt: number;
}

/** What a person filled into a lead form. */
export interface LeadRecord {
  kind: 'lead';
  id: string;
  pageId: string;
  formId: string;
  adId?: string;
  createdAt: number;
  answers: { name: string; values: string[] }[];
}

export type PageContent = PostRecord | CommentRecord | PhotoRecord | VideoRecord | LeadRecord;

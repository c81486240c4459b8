import { HourlyCounter } from '../graph/rate-limits';
import { InsightBook } from './insight-book';
import { DAY_MS } from '../login/tokens';

export type PublicationKind = 'status' | 'link' | 'photo' | 'album' | 'video' | 'reel' | 'story';

/** Something that an app was told is made: what must exist exactly once. Stays when it is removed. */
export interface PublishedItem {
  /** Of the post; of a story its own. */
  id: string;
  pageId: string;
  appId: string;
  kind: PublicationKind;
  message: string;
  /** Unix ms: when the call was accepted, when it is due, when it came out, when it was removed. */
  acceptedAt: number;
  scheduledFor: number | null;
  publishedAt: number | null;
  removedAt: number | null;
}

export interface StoryItem {
  /** Digits only. */
  postId: string;
  pageId: string;
  mediaId: string;
  mediaType: 'photo' | 'video';
  createdAt: number;
}

export interface Rating {
  /** `open_graph_story_id` */
  id: string;
  pageId: string;
  userId: string;
  recommendation: 'positive' | 'negative';
  text: string;
  createdAt: number;
}

/** Percentages that take the place of what was counted. */
export interface PageUsage {
  callCount: number;
  totalTime?: number;
  totalCputime?: number;
  /** `estimated_time_to_regain_access` */
  minutesToRegain?: number;
}

/** What is known of Pages beyond the world's ids. */
export class PageBook {
  readonly published: PublishedItem[] = [];
  readonly stories: StoryItem[] = [];
  readonly ratings: Rating[] = [];
  readonly insights = new InsightBook();
  readonly usage = new Map<string, PageUsage>();
  readonly calls = new HourlyCounter(DAY_MS);
  /** Upload session → video, of `POST /{page}/videos` in phases. */
  readonly uploads = new Map<string, string>();
  /** Page → what was posted last. */
  readonly lastPosts = new Map<string, { content: string; at: number }>();

  clear(): void {
    this.published.length = 0;
    this.stories.length = 0;
    this.ratings.length = 0;
    this.insights.clear();
    this.usage.clear();
    this.calls.clear();
    this.uploads.clear();
    this.lastPosts.clear();
  }

  itemOf(id: string): PublishedItem | undefined {
    return this.published.find((item) => item.id === id);
  }
}

import type { ContainerOutcome, InstagramMediaRecord } from './instagram-records';
import type { JsonObject } from '../json';

/** Media that the publishing API brought into the world: what must have been published exactly once. */
export interface PublishedMedia {
  mediaId: string;
  containerId: string;
  instagramId: string;
  appId: string;
  caption: string;
  mediaType: InstagramMediaRecord['mediaType'];
  productType: InstagramMediaRecord['productType'];
  /** Media in a carousel, in order. */
  childIds: string[];
  /** Unix ms. */
  publishedAt: number;
  /** Unix ms; null: it still stands. */
  deletedAt: number | null;
}

/** What becomes of the next containers. */
export interface ContainerRule {
  /** Of this account only. */
  instagramId?: string;
  outcome: ContainerOutcome;
  /** Of an `ERROR`; 2207026 where left out. */
  subcode?: number;
  /** Virtual milliseconds until then; until that it is in progress. The usual time where left out. */
  afterMs?: number;
  /** How many containers; 1 where left out. */
  times?: number;
}

/** A stranger's media that mentions the account, in its caption or in a comment. */
export interface MentionRecord {
  instagramId: string;
  mediaId: string;
  username: string;
  caption: string;
  mediaType: InstagramMediaRecord['mediaType'];
  createdAt: number;
  likes: number;
  comment?: { id: string; text: string; username: string; createdAt: number; likes: number };
}

/** A stranger's media in which the account is tagged. */
export interface TaggedMedia {
  id: string;
  instagramId: string;
  username: string;
  caption: string;
  mediaType: InstagramMediaRecord['mediaType'];
  createdAt: number;
  likes: number;
}

/** What there is of Instagram beside the records that Graph's ids find. */
export class InstagramState {
  readonly published: PublishedMedia[] = [];
  readonly mentions: MentionRecord[] = [];
  readonly tagged: TaggedMedia[] = [];
  /** What was answered to mentions, for the control API. */
  readonly mentionReplies: JsonObject[] = [];
  private rules: (ContainerRule & { left: number })[] = [];

  clear(): void {
    this.published.length = 0;
    this.mentions.length = 0;
    this.tagged.length = 0;
    this.mentionReplies.length = 0;
    this.rules = [];
  }

  addRule(rule: ContainerRule): void {
    this.rules.push({ ...rule, left: rule.times ?? 1 });
  }

  /** Uses up one rule that fits. */
  takeRule(instagramId: string): ContainerRule | undefined {
    const found = this.rules.find(
      (rule) => rule.instagramId === undefined || rule.instagramId === instagramId,
    );
    if (!found) return undefined;
    found.left--;
    if (found.left <= 0) this.rules = this.rules.filter((rule) => rule !== found);
    return found;
  }

  noteDeletion(mediaId: string, at: number): void {
    const found = this.published.find((media) => media.mediaId === mediaId);
    if (found) found.deletedAt ??= at;
  }
}

import { containerStatus, statusText } from './container-status';
import { addInstagramMedia, deleteInstagramMedia } from './instagram-media';
import type {
  ContainerOutcome,
  InstagramContainerRecord,
  InstagramMediaRecord,
  InstagramProfile,
  MetricValues,
} from './instagram-records';
import type { ContainerRule, MentionRecord, PublishedMedia } from './instagram-state';
import { newObjectId } from '../ids';
import type { JsonObject } from '../json';
import { PageControl } from '../pages/page-control';
import { tellStoryInsights } from './story-insights';
import type { InstagramRecord } from '../world';
import { newInstagram } from '../world-seed';

export interface NewInstagramMedia {
  /** The first account where left out. */
  instagramId?: string;
  id?: string;
  caption?: string;
  mediaType?: InstagramMediaRecord['mediaType'];
  productType?: InstagramMediaRecord['productType'];
  /** Unix ms. */
  createdAt?: number;
  likes?: number;
  isLive?: boolean;
  /** Usernames tagged in it. */
  tags?: string[];
  /** Of a carousel: how many images are in it. */
  items?: number;
}

export interface InstagramMediaChange {
  mediaId: string;
  likes?: number;
  hidesLikes?: boolean;
  isCopyrighted?: boolean;
  isLive?: boolean;
  isFromPersonalTime?: boolean;
}

export interface InsightValues {
  /** One of both. */
  instagramId?: string;
  mediaId?: string;
  metric: string;
  value?: number;
  /** Date in UTC → value. */
  days?: Record<string, number>;
  breakdowns?: MetricValues['breakdowns'];
}

export interface ContainerView extends Omit<InstagramContainerRecord, 'kind' | 'verdict'> {
  statusCode: string;
  status: string;
}

export interface MentionInput {
  instagramId?: string;
  /** Who mentions the account. */
  username: string;
  /** Of the stranger's media. */
  caption?: string;
  /** Left out: the caption mentions the account. */
  comment?: string;
  mediaId?: string;
  silent?: boolean;
}

/** Instagram: accounts, what stands on them, what becomes of containers, and the numbers about it all. */
export class InstagramControl extends PageControl {
  /** A professional account without a Page: reached by Instagram Login, or by others through `business_discovery`. */
  createInstagramAccount(
    input: { id?: string; username: string; name?: string } & Partial<InstagramProfile>,
  ): { id: string; appScopedId: string } {
    const { id = `1784${newObjectId().slice(0, 13)}`, username, name, ...profile } = input;
    const account = this.context.world.add(newInstagram(id, username));
    account.name = name ?? username;
    Object.assign(account.profile, profile);
    return { id: account.id, appScopedId: account.appScopedId };
  }

  updateInstagramAccount(
    input: { instagramId?: string; username?: string; name?: string } & Partial<InstagramProfile>,
  ): void {
    const { instagramId, username, name, ...profile } = input;
    const account = this.account(instagramId);
    account.username = username ?? account.username;
    account.name = name ?? account.name;
    Object.assign(account.profile, profile);
  }

  /** Media that the app had no part in. No webhook tells of it. */
  createInstagramMedia(input: NewInstagramMedia = {}): { id: string; childIds: string[] } {
    const { tags = [], items = 0, ...parts } = input;
    const instagramId = this.account(input.instagramId).id;
    const media = addInstagramMedia(this.context, {
      ...parts,
      ...(items > 0 && { mediaType: 'CAROUSEL_ALBUM' as const }),
      instagramId,
      tags: tags.map((username) => ({ username, x: 0.5, y: 0.5 })),
    });
    for (let n = 0; n < items; n++) {
      const { createdAt } = media;
      media.childIds.push(addInstagramMedia(this.context, { instagramId, parentId: media.id, createdAt }).id);
    }
    return { id: media.id, childIds: media.childIds };
  }

  updateInstagramMedia({ mediaId, ...change }: InstagramMediaChange): void {
    Object.assign(this.context.world.get('instagram-media', mediaId), change);
  }

  /** As the person does in the app: nobody is told, and Graph does not know it any more. */
  deleteInstagramMedia(mediaId: string): void {
    deleteInstagramMedia(this.context, this.context.world.get('instagram-media', mediaId));
  }

  /** All that `media_publish` brought into the world, the oldest first, also what was deleted since. */
  publishedInstagramMedia(filter: { instagramId?: string } = {}): PublishedMedia[] {
    return this.context.instagram.published.filter(
      ({ instagramId }) => filter.instagramId === undefined || instagramId === filter.instagramId,
    );
  }

  instagramContainers(filter: { instagramId?: string } = {}): ContainerView[] {
    return this.context.world
      .all('instagram-container')
      .filter(({ instagramId }) => filter.instagramId === undefined || instagramId === filter.instagramId)
      .map(({ kind: _kind, verdict, ...container }) => {
        const standing = containerStatus(this.context, {
          kind: 'instagram-container',
          ...container,
          ...(verdict && { verdict }),
        });
        return { ...container, statusCode: standing.code, status: statusText(standing) };
      });
  }

  /** What becomes of the next containers: an error, an end that never comes, more time. */
  decideInstagramContainers(rule: ContainerRule): void {
    this.context.instagram.addRule(rule);
  }

  /** The same for a container that is there already; at once where `afterMs` is left out. */
  decideInstagramContainer(input: {
    containerId: string;
    outcome: ContainerOutcome;
    subcode?: number;
    afterMs?: number;
  }): void {
    const container = this.context.world.get('instagram-container', input.containerId);
    container.verdict = {
      outcome: input.outcome,
      subcode: input.subcode ?? 2_207_026,
      at: this.context.clock.now() + (input.afterMs ?? 0),
    };
  }

  /** Sets what insights say of an account or of media: a total, values by day, breakdowns. What is left out stays. */
  setInstagramInsights({ instagramId, mediaId, metric, value, days, breakdowns }: InsightValues): void {
    const { insights } =
      mediaId === undefined ? this.account(instagramId) : this.context.world.get('instagram-media', mediaId);
    const known = insights.get(metric) ?? { days: {}, breakdowns: [] };
    insights.set(metric, {
      ...known,
      ...(value !== undefined && { total: value }),
      ...(days && { days }),
      ...(breakdowns && { breakdowns }),
    });
  }

  /** A stranger mentions the account, in a caption or in a comment; `mentions` tells it. */
  playInstagramMention(input: MentionInput): { mediaId: string; commentId: string | null; told: number } {
    const { webhooks, clock, instagram } = this.context;
    const account = this.account(input.instagramId);
    const mention: MentionRecord = {
      instagramId: account.id,
      mediaId: input.mediaId ?? `179${newObjectId().slice(0, 14)}`,
      username: input.username,
      caption: input.caption ?? (input.comment === undefined ? `With @${account.username}` : ''),
      mediaType: 'IMAGE',
      createdAt: clock.now(),
      likes: 0,
    };
    if (input.comment !== undefined) {
      const id = `180${newObjectId().slice(0, 14)}`;
      mention.comment = {
        id,
        text: input.comment,
        username: input.username,
        createdAt: clock.now(),
        likes: 0,
      };
    }
    instagram.mentions.push(mention);
    const commentId = mention.comment?.id ?? null;
    if (input.silent === true) return { mediaId: mention.mediaId, commentId, told: 0 };
    const told = webhooks.emitChange({
      object: 'instagram',
      ownerId: account.id,
      field: 'mentions',
      entryTime: clock.seconds(),
      value: { media_id: mention.mediaId, ...(commentId !== null && { comment_id: commentId }) },
    });
    return { mediaId: mention.mediaId, commentId, told };
  }

  /** What the app answered to mentions. */
  instagramMentionReplies(): JsonObject[] {
    return this.context.instagram.mentionReplies;
  }

  /** A stranger tags the account: only `GET /{ig}/tags` shows it. */
  playInstagramTag(input: { instagramId?: string; username: string; caption?: string }): { mediaId: string } {
    const id = `179${newObjectId().slice(0, 14)}`;
    const { username, caption = '' } = input;
    this.context.instagram.tagged.push({
      id,
      instagramId: this.account(input.instagramId).id,
      username,
      caption,
      mediaType: 'IMAGE',
      createdAt: this.context.clock.now(),
      likes: 0,
    });
    return { mediaId: id };
  }

  /** The numbers of a story, as they are told by themselves when it ends. Returns how many apps are told. */
  playStoryInsights(mediaId: string): number {
    return tellStoryInsights(this.context, this.context.world.get('instagram-media', mediaId));
  }

  private account(id: string | undefined): InstagramRecord {
    return id === undefined ? this.context.world.first('instagram') : this.context.world.get('instagram', id);
  }
}

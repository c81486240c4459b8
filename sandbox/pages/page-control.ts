import {
  playComment,
  playCommentChange,
  playPostReaction,
  type CommentInput,
  type CommentReceipt,
} from './comment-events';
import { newObjectId } from '../ids';
import { tellFeed } from './feed-webhooks';
import { addPhoto } from './photos.routes';
import { addPost } from './posts';
import { PublishingControl } from './publishing-control';
import { scheduleGoingOut } from './publishing';
import type { PageRecord } from '../world';
import { newInstagram, newPage } from '../world-seed';

export interface NewPage {
  id?: string;
  name: string;
  instagramUsername?: string;
  instagramId?: string;
  /** The linked account is a personal one, which no app can manage. */
  instagramIsPersonal?: boolean;
  /** Who has a role on it; the first person where left out, nobody where null: then only its business leads to it. */
  personId?: string | null;
  /** All six where left out; empty: seen, but without token. */
  tasks?: string[];
  ownerBusinessId?: string;
  clientBusinessIds?: string[];
  withholdsToken?: boolean;
}

export interface PageChange {
  name?: string;
  tasks?: string[];
  withholdsToken?: boolean;
  /** Sending is refused with 10/1893063. */
  isRestricted?: boolean;
  /** Links the Page to this account; null takes the link away. */
  instagramId?: string | null;
  ownerBusinessId?: string;
  /** `fan_count` and `followers_count` */
  fans?: number;
  followers?: number;
}

export interface NewPost {
  pageId?: string;
  id?: string;
  message?: string;
  /** A visitor, by PSID or name; the Page itself where left out. */
  from?: string;
  /** Unix ms. */
  createdAt?: number;
  isPublished?: boolean;
  /** Unix ms: not published yet, and due then. */
  scheduledFor?: number;
  /** The app that made it; facebook.com where left out: then no app may change it. */
  appId?: string;
  link?: { url: string; title?: string; description?: string; imageUrl?: string };
  /** Addresses of its pictures. */
  photoUrls?: string[];
  shares?: number;
  /** It names the Page, and stands in `tagged`. */
  tagsPage?: boolean;
  isHidden?: boolean;
  silent?: boolean;
}

/** Pages and Instagram accounts, what stands on them, and the end of their subscriptions. */
export class PageControl extends PublishingControl {
  createPage(input: NewPage): { id: string; instagramId: string | null } {
    const { world } = this.context;
    const id = input.id ?? newObjectId();
    const { instagramUsername: username, instagramIsPersonal = false } = input;
    const instagramId =
      username === undefined ? undefined : (input.instagramId ?? `1784${newObjectId().slice(0, 13)}`);
    const page: PageRecord = {
      ...newPage(id, input.name, instagramIsPersonal ? undefined : instagramId),
      clientBusinessIds: input.clientBusinessIds ?? [],
      withholdsToken: input.withholdsToken ?? false,
      ...(input.tasks && { tasks: input.tasks }),
      ...(input.ownerBusinessId !== undefined && { ownerBusinessId: input.ownerBusinessId }),
      ...(instagramIsPersonal && instagramId !== undefined && { personalInstagramId: instagramId }),
    };
    const person =
      input.personId === null
        ? undefined
        : input.personId === undefined
          ? world.first('person')
          : world.get('person', input.personId);
    world.add(page);
    if (instagramId !== undefined && username !== undefined) {
      world.add(newInstagram(instagramId, username, instagramIsPersonal ? undefined : id));
    }
    person?.pageIds.push(id);
    return { id, instagramId: instagramId ?? null };
  }

  updatePage(pageId: string, change: PageChange): void {
    const { world } = this.context;
    const page = world.get('page', pageId);
    if (change.name !== undefined) page.name = change.name;
    if (change.tasks !== undefined) page.tasks = change.tasks;
    if (change.withholdsToken !== undefined) page.withholdsToken = change.withholdsToken;
    if (change.isRestricted !== undefined) page.isRestricted = change.isRestricted;
    if (change.ownerBusinessId !== undefined) page.ownerBusinessId = change.ownerBusinessId;
    if (change.fans !== undefined) page.fans = change.fans;
    if (change.followers !== undefined) page.followers = change.followers;
    if (change.instagramId === undefined) return;
    const before = page.instagramId === undefined ? undefined : world.findKind('instagram', page.instagramId);
    if (before) delete before.pageId;
    delete page.instagramId;
    if (change.instagramId === null) return;
    world.get('instagram', change.instagramId).pageId = page.id;
    page.instagramId = change.instagramId;
  }

  /** The person loses the role on the Page: its tokens die with 190/492, and the lists do not name it any more. */
  removePageRole(input: { pageId: string; personId?: string }): void {
    const { world, tokens } = this.context;
    const person = input.personId === undefined ? world.first('person') : world.get('person', input.personId);
    person.pageIds = person.pageIds.filter((id) => id !== input.pageId);
    tokens.killPageTokens(input.pageId, person.id);
  }

  /**
   * Ends subscriptions as Meta does after about an hour without answers: of one Page (with the Instagram account that
   * is linked to it), one Instagram account or one WhatsApp account; of one app, or of all.
   */
  unsubscribe(input: { pageId?: string; instagramId?: string; wabaId?: string; appId?: string }): void {
    const { world } = this.context;
    const subscriptions: Map<string, unknown>[] = [];
    if (input.pageId !== undefined) {
      const page = world.get('page', input.pageId);
      subscriptions.push(page.subscribedApps);
      const account =
        page.instagramId === undefined ? undefined : world.findKind('instagram', page.instagramId);
      if (account) subscriptions.push(account.subscribedApps);
    }
    if (input.instagramId !== undefined) {
      subscriptions.push(world.get('instagram', input.instagramId).subscribedApps);
    }
    if (input.wabaId !== undefined) subscriptions.push(world.get('waba', input.wabaId).subscribedApps);
    if (subscriptions.length === 0) throw new Error('One of pageId, instagramId and wabaId is required.');
    for (const apps of subscriptions) {
      if (input.appId === undefined) apps.clear();
      else apps.delete(input.appId);
    }
  }

  /** A post on the Page, by the Page itself or by a visitor. */
  createPost(input: NewPost = {}): { id: string; told: number } {
    const { context } = this;
    const pageId = context.world.get('page', input.pageId ?? context.world.first('page').id).id;
    const { message = 'A post', from, silent, link, photoUrls = [], tagsPage, ...rest } = input;
    const authorId = from === undefined ? undefined : this.personAt(pageId, from).id;
    const isPublished = input.isPublished ?? input.scheduledFor === undefined;
    const photos = photoUrls.map((url) => addPhoto(context, { pageId, url, isPublished }));
    const post = addPost(context, {
      ...rest,
      pageId,
      message,
      isPublished,
      photoIds: photos.map((photo) => photo.id),
      taggedPageIds: tagsPage === true ? [pageId] : [],
      ...(link && { link: { title: link.url, description: '', ...link } }),
      ...(authorId !== undefined && { authorId }),
    });
    for (const photo of photos) photo.postId = post.id;
    if (post.scheduledFor !== undefined) scheduleGoingOut(context, post, post.scheduledFor);
    return { id: post.id, told: silent === true ? 0 : tellFeed(context, post, 'add') };
  }

  /** A person comments on a post, on an Instagram media object, or on another comment. */
  playComment(input: CommentInput): CommentReceipt {
    return playComment(this.context, input);
  }

  /** A person edits or removes a comment, or Meta's inbox hides it. Instagram tells of none of these. */
  playCommentChange(input: Parameters<typeof playCommentChange>[1]): number {
    return playCommentChange(this.context, input);
  }

  /** A person reacts to a post or comment on a Page; without `reaction` it is taken away. */
  playPostReaction(input: Parameters<typeof playPostReaction>[1]): number {
    return playPostReaction(this.context, input);
  }
}

import type { SandboxContext } from '../context';
import { tellFeed } from './feed-webhooks';
import type { PublicationKind, PublishedItem } from './page-book';
import type { PostRecord } from './post-records';
import { addPost } from './posts';

/** What is written into the book of everything that was accepted. */
export function recordAccepted(
  { pages, clock }: SandboxContext,
  item: Pick<PublishedItem, 'id' | 'pageId' | 'appId' | 'kind' | 'message'> & {
    scheduledFor?: number | undefined;
  },
): PublishedItem {
  const accepted: PublishedItem = {
    ...item,
    acceptedAt: clock.now(),
    scheduledFor: item.scheduledFor ?? null,
    publishedAt: null,
    removedAt: null,
  };
  pages.published.push(accepted);
  return accepted;
}

/** Makes a post of the Page by an app: it comes out now, at its time, or not before it is told to. */
export function publishPost(
  context: SandboxContext,
  parts: Pick<PostRecord, 'pageId' | 'message' | 'isPublished'> & Partial<PostRecord> & { appId: string },
  kind: PublicationKind,
): PostRecord {
  const post = addPost(context, parts);
  const { id, pageId, appId = parts.appId, message, scheduledFor } = post;
  // A video was written down when its upload was finished, long before it is a post.
  const item =
    context.pages.itemOf(id) ?? recordAccepted(context, { id, pageId, appId, kind, message, scheduledFor });
  if (post.isPublished) item.publishedAt = context.clock.now();
  for (const photoId of post.photoIds) {
    const photo = context.world.findKind('photo', photoId);
    if (!photo) continue;
    photo.postId = id;
    photo.isPublished = post.isPublished;
    delete photo.expiresAt;
  }
  if (post.isPublished || context.settings.pages.tellsUnpublished) tellFeed(context, post, 'add');
  if (scheduledFor !== undefined) scheduleGoingOut(context, post, scheduledFor);
  return post;
}

/** Puts the post out when its time has come, unless it was moved, put out or removed in the meantime. */
export function scheduleGoingOut(context: SandboxContext, post: PostRecord, at: number): void {
  context.clock.schedule(at - context.clock.now(), () => {
    const current = context.world.findKind('post', post.id);
    if (current === post && !post.isPublished && post.scheduledFor === at) goOut(context, post);
  });
}

export function goOut(context: SandboxContext, post: PostRecord): void {
  const { clock, world, pages } = context;
  post.isPublished = true;
  delete post.scheduledFor;
  post.createdAt = clock.now();
  post.updatedAt = post.createdAt;
  for (const photoId of post.photoIds) {
    const photo = world.findKind('photo', photoId);
    if (photo) photo.isPublished = true;
  }
  const video = post.videoId === undefined ? undefined : world.findKind('video', post.videoId);
  if (video) {
    video.publication = 'publish';
    delete video.scheduledFor;
  }
  const item = pages.itemOf(post.id);
  if (item) item.publishedAt = post.createdAt;
  tellFeed(context, post, 'add');
}

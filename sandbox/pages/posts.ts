import type { SandboxContext } from '../context';
import { tellFeed } from './feed-webhooks';
import { newObjectId } from '../ids';
import type { CommentRecord, PostRecord } from './post-records';

/** Makes and removes posts and comments on Pages. */
export function addPost(
  context: SandboxContext,
  parts: Pick<PostRecord, 'pageId' | 'message'> & Partial<PostRecord>,
): PostRecord {
  const createdAt = parts.createdAt ?? context.clock.now();
  const post: PostRecord = {
    photoIds: [],
    updatedAt: createdAt,
    isPublished: true,
    isHidden: false,
    isExpired: false,
    isElsewhere: false,
    taggedPageIds: [],
    extras: {},
    shares: 0,
    reactions: [],
    ...parts,
    kind: 'post',
    id: parts.id ?? newPostId(parts.pageId),
    createdAt,
  };
  if (context.world.find(post.id)) throw new Error(`There is a ${post.id} already.`);
  return context.world.add(post);
}

export function newPostId(pageId: string): string {
  return `${pageId}_${newObjectId()}`;
}

export function addComment(
  context: SandboxContext,
  post: PostRecord,
  parts: Pick<CommentRecord, 'message'> & Partial<CommentRecord>,
): CommentRecord {
  const comment: CommentRecord = {
    createdAt: context.clock.now(),
    isHidden: false,
    reactions: [],
    isPrivatelyAnswered: false,
    ...parts,
    kind: 'comment',
    id: parts.id ?? `${post.id.split('_')[1] ?? post.id}_${newObjectId()}`,
    pageId: post.pageId,
    postId: post.id,
  };
  if (context.world.find(comment.id)) throw new Error(`There is a ${comment.id} already.`);
  post.updatedAt = Math.max(post.updatedAt, comment.createdAt);
  return context.world.add(comment);
}

/** Of one post, in the order in which they were made. */
export function commentsOf({ world }: SandboxContext, postId: string): CommentRecord[] {
  return world.all('comment').filter((comment) => comment.postId === postId);
}

/** With its answers, as Facebook does. */
export function removeComment(context: SandboxContext, comment: CommentRecord, silent = false): number {
  for (const answer of commentsOf(context, comment.postId)) {
    if (answer.parentId === comment.id) context.world.remove(answer.id);
  }
  context.world.remove(comment.id);
  return silent ? 0 : tellFeed(context, comment, 'remove');
}

/** With its comments, and with the pictures and the video that only it shows. Returns how many apps are told. */
export function removePost(context: SandboxContext, post: PostRecord, silent = false): number {
  const { world, pages, clock } = context;
  const told = silent ? 0 : tellFeed(context, post, 'remove');
  for (const comment of commentsOf(context, post.id)) world.remove(comment.id);
  for (const photoId of post.photoIds) world.remove(photoId);
  if (post.videoId !== undefined) world.remove(post.videoId);
  world.remove(post.id);
  // The same text may be posted again once the last post is gone.
  pages.lastPosts.delete(post.pageId);
  const item = pages.itemOf(post.id);
  if (item) item.removedAt = clock.now();
  return told;
}

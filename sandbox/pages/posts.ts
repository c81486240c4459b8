import type { SandboxContext } from '../context';
import { graphTime } from '../graph/graph-time';
import { newObjectId } from '../ids';
import type { JsonObject } from '../json';
import type { CommentRecord, PostRecord } from './post-records';

/** Makes posts and comments on Pages, and tells them as changes of the field `feed`. */
export function addPost(
  context: SandboxContext,
  parts: Pick<PostRecord, 'pageId' | 'message'> & Partial<PostRecord>,
): PostRecord {
  const createdAt = parts.createdAt ?? context.clock.now();
  const post: PostRecord = {
    updatedAt: createdAt,
    isPublished: true,
    isHidden: false,
    shares: 0,
    reactions: [],
    ...parts,
    kind: 'post',
    id: parts.id ?? `${parts.pageId}_${newObjectId()}`,
    createdAt,
  };
  if (context.world.find(post.id)) throw new Error(`There is a ${post.id} already.`);
  return context.world.add(post);
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

export type FeedVerb = 'add' | 'edited' | 'remove' | 'hide' | 'unhide';

/** Returns how many apps are told. */
export function tellFeed(
  context: SandboxContext,
  subject: PostRecord | CommentRecord,
  verb: FeedVerb,
  options: { withoutAuthor?: boolean } = {},
): number {
  const { clock, webhooks } = context;
  const value = subject.kind === 'post' ? postValue(subject) : commentValue(context, subject);
  const from = options.withoutAuthor === true ? undefined : fromOf(context, subject);
  const content = verb === 'remove' ? {} : contentOf(subject);
  return webhooks.emitChange({
    object: 'page',
    ownerId: subject.pageId,
    field: 'feed',
    entryTime: clock.seconds(),
    value: { ...(from && { from }), ...value, ...content, verb },
  });
}

function fromOf({ world }: SandboxContext, { authorId, pageId }: PostRecord | CommentRecord): JsonObject {
  if (authorId === undefined) return { id: pageId, name: world.get('page', pageId).name };
  return { id: authorId, name: world.findKind('scoped-user', authorId)?.name ?? 'Facebook user' };
}

function contentOf(subject: PostRecord | CommentRecord): JsonObject {
  const photo = subject.kind === 'comment' ? subject.photoUrl : undefined;
  return {
    ...(subject.message !== '' && { message: subject.message }),
    ...(photo !== undefined && { photo }),
  };
}

function postValue({ id, authorId, createdAt, isPublished }: PostRecord): JsonObject {
  return {
    item: authorId === undefined ? 'status' : 'post',
    post_id: id,
    created_time: Math.floor(createdAt / 1000),
    ...(authorId === undefined && { published: isPublished ? 1 : 0 }),
  };
}

function commentValue({ world }: SandboxContext, comment: CommentRecord): JsonObject {
  const post = world.get('post', comment.postId);
  return {
    item: 'comment',
    post: {
      id: post.id,
      type: 'status',
      status_type: 'mobile_status_update',
      permalink_url: `https://www.facebook.com/${post.id.replace('_', '/posts/')}`,
      is_published: post.isPublished,
      promotion_status: 'inactive',
      updated_time: graphTime(post.updatedAt),
    },
    comment_id: comment.id,
    post_id: comment.postId,
    parent_id: comment.parentId ?? comment.postId,
    created_time: Math.floor(comment.createdAt / 1000),
  };
}

/** A person's reaction to a post or comment, or that it is gone. */
export function tellReaction(
  context: SandboxContext,
  subject: PostRecord | CommentRecord,
  userId: string,
  type: string,
  verb: 'add' | 'edit' | 'remove',
): number {
  const { clock, webhooks, world } = context;
  const isComment = subject.kind === 'comment';
  return webhooks.emitChange({
    object: 'page',
    ownerId: subject.pageId,
    field: 'feed',
    entryTime: clock.seconds(),
    value: {
      from: { id: userId, name: world.findKind('scoped-user', userId)?.name ?? 'Facebook user' },
      item: 'reaction',
      reaction_type: type.toLowerCase(),
      post_id: isComment ? subject.postId : subject.id,
      ...(isComment && { comment_id: subject.id }),
      parent_id: isComment ? subject.postId : subject.pageId,
      created_time: clock.seconds(),
      verb,
    },
  });
}

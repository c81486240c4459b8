import type { SandboxContext } from '../context';
import { graphTime } from '../graph/graph-time';
import type { JsonObject } from '../json';
import { permalinkOf, photosOf, photoUrl, videoUrl } from './post-pictures';
import type { CommentRecord, PhotoRecord, PostRecord } from './post-records';

/** Changes of the field `feed`: what happens to posts and comments, and who reacts to them. */
export type FeedVerb = 'add' | 'edited' | 'remove' | 'hide' | 'unhide';

/** Returns how many apps are told. */
export function tellFeed(
  context: SandboxContext,
  subject: PostRecord | CommentRecord,
  verb: FeedVerb,
  options: { withoutAuthor?: boolean } = {},
): number {
  const value =
    subject.kind === 'post' ? postValue(context, subject, verb) : commentValue(context, subject, verb);
  const from = options.withoutAuthor === true ? undefined : fromOf(context, subject);
  return tell(context, subject.pageId, {
    ...(from && { from }),
    ...value,
    ...(verb !== 'remove' && subject.message !== '' && { message: subject.message }),
    verb: verbOf(subject, verb),
  });
}

function tell({ clock, webhooks }: SandboxContext, pageId: string, value: JsonObject): number {
  return webhooks.emitChange({
    object: 'page',
    ownerId: pageId,
    field: 'feed',
    entryTime: clock.seconds(),
    value,
  });
}

/** Meta has two words for it: of visitors' posts `edit` is seen. */
function verbOf(subject: PostRecord | CommentRecord, verb: FeedVerb): string {
  return verb === 'edited' && subject.kind === 'post' && subject.authorId !== undefined ? 'edit' : verb;
}

function fromOf({ world }: SandboxContext, { authorId, pageId }: PostRecord | CommentRecord): JsonObject {
  if (authorId === undefined) return { id: pageId, name: world.get('page', pageId).name };
  return { id: authorId, name: nameOf(world, authorId) };
}

function nameOf(world: SandboxContext['world'], userId: string): string {
  return (
    world.findKind('page', userId)?.name ?? world.findKind('scoped-user', userId)?.name ?? 'Facebook user'
  );
}

function postValue(context: SandboxContext, post: PostRecord, verb: FeedVerb): JsonObject {
  const { id, pageId, authorId, createdAt, isPublished } = post;
  const about = { post_id: id, created_time: Math.floor(createdAt / 1000) };
  const media = mediaOf(context, post);
  if (verb === 'remove') return { item: media.item, ...about, recipient_id: pageId };
  return {
    ...media,
    ...about,
    ...(authorId === undefined && { published: isPublished ? 1 : 0 }),
  };
}

/** A single picture, a video or a link gives its name to the change; several pictures are a status with a list. */
function mediaOf(context: SandboxContext, post: PostRecord): JsonObject & { item: string } {
  const photos = photosOf(context, post);
  const [photo] = photos;
  if (photo && photos.length > 1) {
    return { item: 'status', photos: photos.map((each) => photoUrl(context, each)) };
  }
  if (photo) return { item: 'photo', photo_id: photo.id, link: photoUrl(context, photo) };
  if (post.videoId !== undefined) {
    return { item: 'video', video_id: post.videoId, link: videoUrl(post.videoId) };
  }
  if (post.link) return { item: 'share', share_id: post.id.split('_')[1] ?? post.id, link: post.link.url };
  return { item: post.authorId === undefined ? 'status' : 'post' };
}

/** A photo that was uploaded, but belongs to no post yet. */
export function tellUnpublishedPhoto(context: SandboxContext, photo: PhotoRecord): number {
  return tell(context, photo.pageId, {
    from: { id: photo.pageId, name: context.world.get('page', photo.pageId).name },
    item: 'photo',
    photo_id: photo.id,
    post_id: `${photo.pageId}_${photo.id}`,
    link: photoUrl(context, photo),
    published: 0,
    created_time: Math.floor(photo.createdAt / 1000),
    verb: 'add',
    ...(photo.caption !== '' && { message: photo.caption }),
  });
}

function commentValue(context: SandboxContext, comment: CommentRecord, verb: FeedVerb): JsonObject {
  const post = context.world.get('post', comment.postId);
  return {
    item: 'comment',
    post: {
      id: post.id,
      type: typeOf(context, post),
      status_type: statusTypeOf(context, post),
      permalink_url: permalinkOf(post),
      is_published: post.isPublished,
      promotion_status: 'inactive',
      updated_time: graphTime(post.updatedAt),
    },
    comment_id: comment.id,
    post_id: comment.postId,
    parent_id: comment.parentId ?? comment.postId,
    created_time: Math.floor(comment.createdAt / 1000),
    ...(verb !== 'remove' && comment.photoUrl !== undefined && { photo: comment.photoUrl }),
  };
}

function typeOf(context: SandboxContext, post: PostRecord): string {
  const { item } = mediaOf(context, post);
  return item === 'share' ? 'link' : item === 'post' ? 'status' : item;
}

export function statusTypeOf({ world }: SandboxContext, post: PostRecord): string {
  if (post.authorId !== undefined) return 'wall_post';
  if (post.videoId !== undefined) return 'added_video';
  if (post.photoIds.some((id) => world.findKind('photo', id))) return 'added_photos';
  return post.link ? 'shared_story' : 'mobile_status_update';
}

/** Somebody's reaction to a post or comment, or that it is gone. */
export function tellReaction(
  context: SandboxContext,
  subject: PostRecord | CommentRecord,
  userId: string,
  type: string,
  verb: 'add' | 'edit' | 'remove',
): number {
  const { clock, world } = context;
  const isComment = subject.kind === 'comment';
  return tell(context, subject.pageId, {
    from: { id: userId, name: nameOf(world, userId) },
    item: 'reaction',
    reaction_type: type.toLowerCase(),
    post_id: isComment ? subject.postId : subject.id,
    ...(isComment && { comment_id: subject.id }),
    parent_id: isComment ? subject.postId : subject.pageId,
    created_time: clock.seconds(),
    verb,
  });
}

/** A like of the Page itself has no post. */
export function tellPageLike(
  context: SandboxContext,
  pageId: string,
  userId: string,
  verb: 'add' | 'remove',
): number {
  return tell(context, pageId, {
    from: { id: userId, name: nameOf(context.world, userId) },
    item: 'like',
    verb,
    user_id: userId,
    created_time: context.clock.seconds(),
  });
}

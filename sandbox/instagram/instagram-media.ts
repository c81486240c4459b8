import type { SandboxContext } from '../context';
import { newObjectId } from '../ids';
import type { JsonObject } from '../json';
import type { InstagramCommentRecord, InstagramMediaRecord } from './instagram-records';
import { DAY_MS } from '../login/tokens';

/** Makes media and comments of Instagram accounts, and tells comments as changes of the fields `comments` and `live_comments`. */
export function addInstagramMedia(
  context: SandboxContext,
  parts: Pick<InstagramMediaRecord, 'instagramId'> & Partial<InstagramMediaRecord>,
): InstagramMediaRecord {
  const media: InstagramMediaRecord = {
    caption: '',
    mediaType: 'IMAGE',
    productType: 'FEED',
    createdAt: context.clock.now(),
    likes: 0,
    commentsEnabled: true,
    hidesLikes: false,
    isCopyrighted: false,
    isLive: false,
    isFromPersonalTime: false,
    childIds: [],
    tags: [],
    collaborators: [],
    isSharedToFeed: false,
    insights: new Map(),
    ...parts,
    kind: 'instagram-media',
    id: parts.id ?? `179${newObjectId().slice(0, 14)}`,
  };
  if (context.world.find(media.id)) throw new Error(`There is a ${media.id} already.`);
  return context.world.add(media);
}

/** Stories stand for a day. */
export function isStoryOver(
  { clock }: SandboxContext,
  { productType, createdAt }: InstagramMediaRecord,
): boolean {
  return productType === 'STORY' && clock.now() - createdAt >= DAY_MS;
}

/** With the comments under it, and the items of a carousel. */
export function deleteInstagramMedia(context: SandboxContext, media: InstagramMediaRecord): void {
  const { world, instagram, clock } = context;
  for (const comment of instagramCommentsOf(context, media.id)) world.remove(comment.id);
  for (const id of media.childIds) world.remove(id);
  world.remove(media.id);
  instagram.noteDeletion(media.id, clock.now());
}

export function addInstagramComment(
  context: SandboxContext,
  media: InstagramMediaRecord,
  parts: Pick<InstagramCommentRecord, 'text'> & Partial<InstagramCommentRecord>,
): InstagramCommentRecord {
  const comment: InstagramCommentRecord = {
    createdAt: context.clock.now(),
    isHidden: false,
    likes: 0,
    isPrivatelyAnswered: false,
    ...parts,
    kind: 'instagram-comment',
    id: parts.id ?? `180${newObjectId().slice(0, 14)}`,
    instagramId: media.instagramId,
    mediaId: media.id,
  };
  if (context.world.find(comment.id)) throw new Error(`There is a ${comment.id} already.`);
  return context.world.add(comment);
}

/** Of one media object, in the order in which they were made. */
export function instagramCommentsOf({ world }: SandboxContext, mediaId: string): InstagramCommentRecord[] {
  return world.all('instagram-comment').filter((comment) => comment.mediaId === mediaId);
}

/** With its answers. Instagram tells nobody of it. */
export function removeInstagramComment(context: SandboxContext, comment: InstagramCommentRecord): void {
  for (const answer of instagramCommentsOf(context, comment.mediaId)) {
    if (answer.parentId === comment.id) context.world.remove(answer.id);
  }
  context.world.remove(comment.id);
}

/** Returns how many apps are told. */
export function tellInstagramComment(
  context: SandboxContext,
  comment: InstagramCommentRecord,
  options: { withoutAuthor?: boolean } = {},
): number {
  const { clock, webhooks, world } = context;
  const media = world.get('instagram-media', comment.mediaId);
  return webhooks.emitChange({
    object: 'instagram',
    ownerId: comment.instagramId,
    field: media.isLive ? 'live_comments' : 'comments',
    entryTime: clock.seconds(),
    value: {
      ...(options.withoutAuthor !== true && { from: tellingAuthorOf(context, comment) }),
      media: { id: media.id, media_product_type: media.productType },
      id: comment.id,
      ...(comment.parentId !== undefined && { parent_id: comment.parentId }),
      text: comment.text,
    },
  });
}

/** Of the account's own comments webhooks name the id, too, by which it would be known as a person. */
function tellingAuthorOf(context: SandboxContext, comment: InstagramCommentRecord): JsonObject {
  const author = authorOf(context, comment);
  if (comment.authorId !== undefined) return author;
  return { ...author, self_ig_scoped_id: context.world.get('instagram', comment.instagramId).appScopedId };
}

export function authorOf({ world }: SandboxContext, comment: InstagramCommentRecord): JsonObject {
  const { authorId, instagramId } = comment;
  if (authorId === undefined)
    return { id: instagramId, username: world.get('instagram', instagramId).username };
  return { id: authorId, username: world.findKind('scoped-user', authorId)?.username ?? 'somebody' };
}

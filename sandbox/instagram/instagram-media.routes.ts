import { byTime, requireFlag, withinTime } from '../pages/comment-views';
import type { SandboxContext } from '../context';
import { invalidParameter, missingParameter } from '../graph/graph-error';
import { readNode, type EdgeReader, type NodeType } from '../graph/graph-nodes';
import type { GraphRouter } from '../graph/graph-router';
import { graphTime } from '../graph/graph-time';
import { requireScope } from '../graph/access';
import { requireInstagram, requireInstagramTask } from './instagram-access';
import { mediaComments, requireModeration } from './instagram-comments.routes';
import { notThisWayIn } from './instagram-errors';
import { deleteInstagramMedia, instagramCommentsOf, isStoryOver } from './instagram-media';
import { mediaInsights } from './media-insights';
import { tokenOf } from '../pages/page-access';
import { listPage } from '../graph/paging';
import type { InstagramMediaRecord } from './instagram-records';
import type { InstagramRecord } from '../world';

/** Instagram lists the newest ten thousand. */
const MOST_LISTED = 10_000;

/** Media of an Instagram account as they are read, changed and deleted. */
export function registerInstagramMedia(router: GraphRouter, context: SandboxContext): void {
  router.type('instagram-media', mediaType(context));
  router.on('GET', 'instagram-media', '', (media, { token }) => {
    requireInstagram(token, 'basic', context.world.get('instagram', media.instagramId));
    return undefined;
  });
  router.on('POST', 'instagram-media', '', (media, request) => {
    requireModeration(context, media.instagramId, request);
    if (request.params.comment_enabled === undefined) throw missingParameter('comment_enabled');
    media.commentsEnabled = requireFlag(request.params.comment_enabled, 'comment_enabled');
    return { success: true };
  });
  router.on('DELETE', 'instagram-media', '', (media, { token }) => {
    if (token.kind === 'INSTAGRAM') throw notThisWayIn();
    const account = context.world.get('instagram', media.instagramId);
    requireScope(token, 'instagram_manage_contents', account.id);
    requireInstagramTask(context, account, token, 'CREATE_CONTENT');
    if (media.parentId !== undefined)
      throw invalidParameter('An item of a carousel cannot be deleted by itself.');
    deleteInstagramMedia(context, media);
    return { success: true, deleted_id: media.id };
  });
}

/** Which media each list shows; items of carousels stand in none. */
const LISTED = {
  media: ({ productType, isLive }: InstagramMediaRecord) => productType !== 'STORY' && !isLive,
  stories: ({ productType, isLive }: InstagramMediaRecord) => productType === 'STORY' && !isLive,
  live_media: ({ isLive }: InstagramMediaRecord) => isLive,
} as const;

export function accountMedia(
  context: SandboxContext,
  edge: keyof typeof LISTED,
): EdgeReader<InstagramRecord> {
  const list = publicMedia(context, edge);
  return (account, read) => {
    requireInstagram(tokenOf(read.request), 'basic', account);
    return list(account, read);
  };
}

/** The same without a look at permissions: others' accounts by `business_discovery`. */
export function publicMedia(context: SandboxContext, edge: keyof typeof LISTED): EdgeReader<InstagramRecord> {
  return (account, read) => {
    const type = mediaType(context);
    const media = context.world
      .all('instagram-media')
      .filter(
        (item) =>
          item.instagramId === account.id &&
          item.parentId === undefined &&
          LISTED[edge](item) &&
          !isStoryOver(context, item),
      );
    return listPage(byTime(withinTime(media, read)).reverse().slice(0, MOST_LISTED), read, {
      path: `/${account.id}/${edge}`,
      keyOf: ({ id }) => id,
      render: (item) => readNode(type, item, read.children, read.request),
    });
  };
}

const isChild = ({ parentId }: InstagramMediaRecord): boolean => parentId !== undefined;

function fileOf({ id, mediaType }: InstagramMediaRecord): string {
  return `https://scontent.example/${id}.${mediaType === 'VIDEO' ? 'mp4' : 'jpg'}`;
}

function permalinkOf(
  { world }: SandboxContext,
  { id, instagramId, productType }: InstagramMediaRecord,
): string {
  const site = 'https://www.instagram.com';
  if (productType === 'STORY')
    return `${site}/stories/${world.get('instagram', instagramId).username}/${id}/`;
  return `${site}/${productType === 'REELS' ? 'reel' : 'p'}/C${id}/`;
}

export function mediaType(context: SandboxContext): NodeType<InstagramMediaRecord> {
  const { world } = context;
  /** Items of carousels have no texts and counts of their own. */
  const ofWhole =
    <T>(value: (media: InstagramMediaRecord) => T) =>
    (media: InstagramMediaRecord): T | undefined =>
      isChild(media) ? undefined : value(media);
  const type: NodeType<InstagramMediaRecord> = {
    name: 'InstagramMedia',
    defaults: [],
    fields: {
      ig_id: ({ id }) => id,
      caption: ofWhole(({ caption }) => (caption === '' ? undefined : caption)),
      alt_text: ({ altText }) => altText,
      media_type: ({ mediaType }) => mediaType,
      media_product_type: ofWhole(({ productType }) => productType),
      media_url: (media) => (media.isCopyrighted ? undefined : fileOf(media)),
      thumbnail_url: ({ id, mediaType }) =>
        mediaType === 'VIDEO' ? `https://scontent.example/${id}-thumb.jpg` : undefined,
      permalink: (media) => permalinkOf(context, media),
      shortcode: ({ id }) => `C${id}`,
      timestamp: ({ createdAt }) => graphTime(createdAt),
      username: ({ instagramId }) => world.get('instagram', instagramId).username,
      owner: ({ instagramId }) => ({ id: instagramId }),
      like_count: ofWhole(({ likes, hidesLikes }) => (hidesLikes ? undefined : likes)),
      comments_count: ofWhole(({ id }) => instagramCommentsOf(context, id).length),
      is_comment_enabled: ofWhole(({ commentsEnabled }) => commentsEnabled),
      is_shared_to_feed: ({ productType, isSharedToFeed }) =>
        productType === 'REELS' ? isSharedToFeed : undefined,
    },
    edges: {
      comments: mediaComments(context),
      insights: mediaInsights(context),
      // Left out where it is no carousel would be Graph's way; an empty list says the same.
      children: (media, read) => ({
        data: media.childIds.flatMap((id) => {
          const child = world.findKind('instagram-media', id);
          return child ? [readNode(type, child, read.children, read.request)] : [];
        }),
      }),
    },
  };
  return type;
}

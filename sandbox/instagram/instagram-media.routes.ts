import { byTime, requireFlag, withinTime } from '../pages/comment-views';
import type { SandboxContext } from '../context';
import { invalidParameter, missingParameter } from '../graph/graph-error';
import { readNode, type EdgeReader, type NodeType, type ReadContext } from '../graph/graph-nodes';
import type { AuthenticatedRequest, GraphRouter } from '../graph/graph-router';
import { graphTime } from '../graph/graph-time';
import {
  addInstagramComment,
  authorOf,
  instagramCommentsOf,
  removeInstagramComment,
  tellInstagramComment,
} from './instagram-media';
import { textOf, type JsonObject } from '../json';
import { requireInstagram, requireTask, tokenOf } from '../pages/page-access';
import { listPage } from '../graph/paging';
import type { InstagramCommentRecord, InstagramMediaRecord } from '../pages/post-records';
import type { InstagramRecord } from '../world';

const COMMENTS_PER_PAGE = 50;

/** Media of an Instagram account as they are read, and the comments under them. */
export function registerInstagramMedia(router: GraphRouter, context: SandboxContext): void {
  router.type('instagram-media', mediaType(context));
  router.type('instagram-comment', commentType(context));
  router.on('POST', 'instagram-media', 'comments', (media, request) =>
    reply(context, media, undefined, request),
  );
  router.on('POST', 'instagram-comment', 'replies', (comment, request) => {
    const media = context.world.get('instagram-media', comment.mediaId);
    return reply(context, media, comment, request);
  });
  router.on('POST', 'instagram-comment', '', (comment, request) => {
    requireModeration(context, comment.instagramId, request);
    comment.isHidden = requireFlag(request.params.hide, 'hide');
    return { success: true };
  });
  router.on('DELETE', 'instagram-comment', '', (comment, request) => {
    requireModeration(context, comment.instagramId, request);
    removeInstagramComment(context, comment);
    return { success: true };
  });
  router.on('POST', 'instagram-media', '', (media, request) => {
    requireModeration(context, media.instagramId, request);
    media.commentsEnabled = requireFlag(request.params.comment_enabled, 'comment_enabled');
    return { success: true };
  });
}

function requireModeration(
  { world }: SandboxContext,
  instagramId: string,
  { token }: AuthenticatedRequest,
): void {
  const account = world.get('instagram', instagramId);
  requireInstagram(token, 'comments', account);
  const page = account.pageId === undefined ? undefined : world.findKind('page', account.pageId);
  if (page && token.kind !== 'INSTAGRAM') requireTask(page, 'MODERATE');
}

function reply(
  context: SandboxContext,
  media: InstagramMediaRecord,
  parent: InstagramCommentRecord | undefined,
  request: AuthenticatedRequest,
): JsonObject {
  requireModeration(context, media.instagramId, request);
  const text = textOf(request.params.message);
  if (text === undefined) throw missingParameter('message');
  if (!media.commentsEnabled) throw invalidParameter('Comments are turned off for this media.');
  const comment = addInstagramComment(context, media, { text, ...(parent && { parentId: parent.id }) });
  tellInstagramComment(context, comment);
  return { id: comment.id };
}

export function accountMedia(
  context: SandboxContext,
  edge: 'media' | 'stories',
): EdgeReader<InstagramRecord> {
  return (account, read) => {
    requireInstagram(tokenOf(read.request), 'basic', account);
    const media = context.world
      .all('instagram-media')
      .filter(
        (item) => item.instagramId === account.id && (item.productType === 'STORY') === (edge === 'stories'),
      );
    const type = mediaType(context);
    return listPage(byTime(withinTime(media, read)).reverse(), read, {
      path: `/${account.id}/${edge}`,
      keyOf: ({ id }) => id,
      render: (item) => readNode(type, item, read.children, read.request),
    });
  };
}

function mediaType(context: SandboxContext): NodeType<InstagramMediaRecord> {
  const { world } = context;
  return {
    name: 'InstagramMedia',
    defaults: [],
    fields: {
      caption: ({ caption }) => (caption === '' ? undefined : caption),
      media_type: ({ mediaType }) => mediaType,
      media_product_type: ({ productType }) => productType,
      media_url: ({ id }) => `https://scontent.example/${id}.jpg`,
      thumbnail_url: ({ id, mediaType }) =>
        mediaType === 'VIDEO' ? `https://scontent.example/${id}-thumb.jpg` : undefined,
      permalink: ({ id }) => `https://www.instagram.com/p/C${id}/`,
      shortcode: ({ id }) => `C${id}`,
      timestamp: ({ createdAt }) => graphTime(createdAt),
      username: ({ instagramId }) => world.get('instagram', instagramId).username,
      owner: ({ instagramId }) => ({ id: instagramId }),
      like_count: ({ likes }) => likes,
      comments_count: ({ id }) => instagramCommentsOf(context, id).length,
      is_comment_enabled: ({ commentsEnabled }) => commentsEnabled,
    },
    edges: {
      comments: (media, read) => {
        const top = instagramCommentsOf(context, media.id).filter(({ parentId }) => parentId === undefined);
        return listComments(context, byTime(top).reverse(), media.instagramId, `/${media.id}/comments`, read);
      },
    },
  };
}

/** Comments come newest first, their replies oldest first. */
function listComments(
  context: SandboxContext,
  comments: InstagramCommentRecord[],
  instagramId: string,
  path: string,
  read: ReadContext,
): JsonObject {
  requireInstagram(tokenOf(read.request), 'comments', context.world.get('instagram', instagramId));
  const children = read.children ?? ['timestamp', 'text'].map((name) => ({ name, as: name, args: {} }));
  const type = commentType(context);
  return listPage(comments, read, {
    path,
    defaultLimit: COMMENTS_PER_PAGE,
    keyOf: ({ id }) => id,
    render: (comment) => readNode(type, comment, children, read.request),
  });
}

function commentType(context: SandboxContext): NodeType<InstagramCommentRecord> {
  return {
    name: 'InstagramComment',
    defaults: ['timestamp', 'text'],
    fields: {
      text: ({ text }) => text,
      timestamp: ({ createdAt }) => graphTime(createdAt),
      username: (comment) => authorOf(context, comment).username,
      from: (comment) => authorOf(context, comment),
      like_count: ({ likes }) => likes,
      hidden: ({ isHidden }) => isHidden,
      parent_id: ({ parentId }) => parentId,
      media: ({ mediaId }) => ({ id: mediaId }),
      // Only for comments of the account itself.
      user: ({ authorId, instagramId }) => (authorId === undefined ? { id: instagramId } : undefined),
    },
    edges: {
      replies: (comment, read) => {
        const answers = instagramCommentsOf(context, comment.mediaId).filter(
          ({ parentId }) => parentId === comment.id,
        );
        return listComments(context, byTime(answers), comment.instagramId, `/${comment.id}/replies`, read);
      },
    },
  };
}

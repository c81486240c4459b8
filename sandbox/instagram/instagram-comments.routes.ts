import { byTime, requireFlag } from '../pages/comment-views';
import type { SandboxContext } from '../context';
import { invalidParameter, missingParameter } from '../graph/graph-error';
import { readNode, type EdgeReader, type NodeType, type ReadContext } from '../graph/graph-nodes';
import type { AuthenticatedRequest, GraphRouter } from '../graph/graph-router';
import { graphTime } from '../graph/graph-time';
import { requireInstagram, requireInstagramTask } from './instagram-access';
import {
  addInstagramComment,
  authorOf,
  instagramCommentsOf,
  removeInstagramComment,
  tellInstagramComment,
} from './instagram-media';
import { textOf, type JsonObject } from '../json';
import { tokenOf } from '../pages/page-access';
import { listPage } from '../graph/paging';
import type { InstagramCommentRecord, InstagramMediaRecord } from './instagram-records';

const COMMENTS_PER_PAGE = 50;
const MOST_HASHTAGS = 4;
const MOST_LINKS = 1;

/** Comments under Instagram media: reading, writing, hiding and deleting. */
export function registerInstagramComments(router: GraphRouter, context: SandboxContext): void {
  const { world } = context;
  router.type('instagram-comment', commentType(context));
  router.on('GET', 'instagram-comment', '', (comment, { token }) => {
    requireInstagram(token, 'comments', world.get('instagram', comment.instagramId));
    return undefined;
  });
  router.on('POST', 'instagram-media', 'comments', (media, request) =>
    write(context, media, undefined, request),
  );
  router.on('POST', 'instagram-comment', 'replies', (comment, request) => {
    if (comment.isHidden) throw invalidParameter('A hidden comment cannot be replied to.');
    return write(context, world.get('instagram-media', comment.mediaId), comment, request);
  });
  router.on('POST', 'instagram-comment', '', (comment, request) => {
    requireModeration(context, comment.instagramId, request);
    if (request.params.hide === undefined) throw missingParameter('hide');
    comment.isHidden = requireFlag(request.params.hide, 'hide');
    return { success: true };
  });
  router.on('DELETE', 'instagram-comment', '', (comment, request) => {
    requireModeration(context, comment.instagramId, request);
    removeInstagramComment(context, comment);
    return { success: true };
  });
}

export function requireModeration(
  context: SandboxContext,
  instagramId: string,
  { token }: AuthenticatedRequest,
): void {
  const account = context.world.get('instagram', instagramId);
  requireInstagram(token, 'comments', account);
  requireInstagramTask(context, account, token, 'MODERATE');
}

function write(
  context: SandboxContext,
  media: InstagramMediaRecord,
  parent: InstagramCommentRecord | undefined,
  request: AuthenticatedRequest,
): JsonObject {
  requireModeration(context, media.instagramId, request);
  if (media.isLive) throw invalidParameter('Comments of live videos cannot be answered.');
  if (media.parentId !== undefined) throw invalidParameter('Items of a carousel take no comments.');
  const text = readCommentText(context, request.params);
  if (!media.commentsEnabled) throw invalidParameter('Comments are turned off for this media.');
  // There is one level of answers: who answers an answer answers what that one answered.
  const parentId = parent?.parentId ?? parent?.id;
  const comment = addInstagramComment(context, media, { text, ...(parentId !== undefined && { parentId }) });
  tellInstagramComment(context, comment);
  return { id: comment.id };
}

/** `message` of a comment, answer or mention. */
export function readCommentText({ settings }: SandboxContext, params: JsonObject): string {
  const text = textOf(params.message);
  if (text === undefined || text.trim() === '') throw missingParameter('message');
  const { commentCharacters } = settings.instagram;
  if (commentCharacters > 0 && Array.from(text).length > commentCharacters) {
    throw invalidParameter(`Length of param message must be less than or equal to ${commentCharacters}`);
  }
  if ((text.match(/#[\p{L}\p{N}_]+/gu) ?? []).length > MOST_HASHTAGS) {
    throw invalidParameter(`A comment must have at most ${MOST_HASHTAGS} hashtags.`);
  }
  if ((text.match(/https?:\/\/\S+/g) ?? []).length > MOST_LINKS) {
    throw invalidParameter(`A comment must have at most ${MOST_LINKS} URL.`);
  }
  if (/\p{Lu}\P{Ll}*\p{Lu}/u.test(text) && !/\p{Ll}/u.test(text)) {
    throw invalidParameter('A comment cannot consist of capital letters only.');
  }
  return text;
}

/** The newest first; answers stand under what they answer. */
export function mediaComments(context: SandboxContext): EdgeReader<InstagramMediaRecord> {
  return (media, read) => {
    const top = instagramCommentsOf(context, media.id).filter(({ parentId }) => parentId === undefined);
    return listComments(context, byTime(top).reverse(), media.instagramId, `/${media.id}/comments`, read);
  };
}

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
    largestLimit: COMMENTS_PER_PAGE,
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
      media: ({ mediaId, instagramId }, read) => {
        const { productType } = context.world.get('instagram-media', mediaId);
        const whole = { id: mediaId, media_product_type: productType, owner: { id: instagramId } };
        return read.children ? whole : { id: mediaId };
      },
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

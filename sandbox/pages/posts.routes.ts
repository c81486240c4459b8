import { byTime, commentOrderOf, requireFlag, withinTime } from './comment-views';
import type { SandboxContext } from '../context';
import { invalidParameter } from '../graph/graph-error';
import { readNode, type EdgeReader, type NodeType, type ReadContext } from '../graph/graph-nodes';
import type { AuthenticatedRequest, GraphRouter } from '../graph/graph-router';
import { graphTime } from '../graph/graph-time';
import { textOf, type JsonObject } from '../json';
import { requireFeature, requirePageToken, requireTask, tokenOf } from './page-access';
import { listPage } from '../graph/paging';
import type { CommentRecord, PostRecord, ReactionMark } from './post-records';
import { addComment, commentsOf, removeComment, tellFeed } from './posts';
import type { PageRecord } from '../world';

const LARGEST_PAGE = 100;

/** Posts of a Page as they are read, and the comments under them. */
export function registerPosts(router: GraphRouter, context: SandboxContext): void {
  router.type('post', postType(context));
  router.type('comment', commentType(context));
  router.on('POST', 'post', 'comments', (post, request) => reply(context, post, undefined, request));
  router.on('POST', 'comment', 'comments', (comment, request) => {
    const post = context.world.get('post', comment.postId);
    return reply(context, post, comment, request);
  });
  router.on('POST', 'comment', '', (comment, request) => change(context, comment, request));
  router.on('DELETE', 'comment', '', (comment, request) => {
    requireEngagement(context, comment.pageId, request);
    removeComment(context, comment);
    return { success: true };
  });
}

function requireEngagement(context: SandboxContext, pageId: string, { token }: AuthenticatedRequest): void {
  requirePageToken(token);
  requireTask(context.world.get('page', pageId), 'MODERATE');
  requireFeature(token, 'pages_manage_engagement', pageId);
}

function reply(
  context: SandboxContext,
  post: PostRecord,
  parent: CommentRecord | undefined,
  request: AuthenticatedRequest,
): JsonObject {
  requireEngagement(context, post.pageId, request);
  const message = textOf(request.params.message);
  const photoUrl = textOf(request.params.attachment_url);
  if (message === undefined && photoUrl === undefined) throw invalidParameter('Comment is empty.');
  const comment = addComment(context, post, {
    message: message ?? '',
    ...(parent && { parentId: parent.id }),
    ...(photoUrl !== undefined && { photoUrl }),
  });
  tellFeed(context, comment, 'add');
  return { id: comment.id };
}

function change(context: SandboxContext, comment: CommentRecord, request: AuthenticatedRequest): JsonObject {
  requireEngagement(context, comment.pageId, request);
  const { is_hidden: isHidden, message } = request.params;
  if (isHidden !== undefined) {
    if (comment.authorId === undefined) throw invalidParameter('A comment of the Page cannot be hidden.');
    comment.isHidden = requireFlag(isHidden, 'is_hidden');
    tellFeed(context, comment, comment.isHidden ? 'hide' : 'unhide');
  }
  const text = textOf(message);
  if (text !== undefined) {
    if (comment.authorId !== undefined) throw invalidParameter('Only comments of the Page can be edited.');
    comment.message = text;
    tellFeed(context, comment, 'edited');
  }
  return { success: true };
}

export function pageFeed(
  context: SandboxContext,
  edge: 'feed' | 'posts' | 'published_posts',
): EdgeReader<PageRecord> {
  return listPosts(
    context,
    edge,
    (post) => post.isPublished && (edge === 'feed' || post.authorId === undefined),
  );
}

export function visitorPosts(context: SandboxContext): EdgeReader<PageRecord> {
  return listPosts(context, 'visitor_posts', (post) => post.authorId !== undefined);
}

function listPosts(
  context: SandboxContext,
  edge: string,
  belongs: (post: PostRecord) => boolean,
): EdgeReader<PageRecord> {
  return (page, read) => {
    requireFeature(tokenOf(read.request), 'pages_read_engagement', page.id);
    checkLimit(read);
    const posts = context.world.all('post').filter((post) => post.pageId === page.id && belongs(post));
    const type = postType(context);
    return listPage(byTime(withinTime(posts, read)).reverse(), read, {
      path: `/${page.id}/${edge}`,
      keyOf: ({ id }) => id,
      render: (post) => readNode(type, post, read.children, read.request),
    });
  };
}

function checkLimit({ args }: ReadContext): void {
  if (Number(args.limit ?? 0) > LARGEST_PAGE) {
    throw invalidParameter(`Param limit must be at most ${LARGEST_PAGE}.`);
  }
}

function postType(context: SandboxContext): NodeType<PostRecord> {
  return {
    name: 'Post',
    defaults: ['created_time', 'message'],
    fields: {
      created_time: ({ createdAt }) => graphTime(createdAt),
      updated_time: ({ updatedAt }) => graphTime(updatedAt),
      message: ({ message }) => (message === '' ? undefined : message),
      story: () => undefined,
      from: ({ authorId, pageId }) => author(context, pageId, authorId),
      permalink_url: ({ id }) => `https://www.facebook.com/${id.replace('_', '/posts/')}`,
      full_picture: () => undefined,
      status_type: ({ authorId }) => (authorId === undefined ? 'mobile_status_update' : 'wall_post'),
      is_published: ({ isPublished }) => isPublished,
      is_hidden: ({ isHidden }) => isHidden,
      is_expired: () => false,
      shares: ({ shares }) => (shares === 0 ? undefined : { count: shares }),
    },
    edges: {
      comments: (post, read) => {
        requireFeature(tokenOf(read.request), 'pages_read_user_content', post.pageId);
        const all = commentsOf(context, post.id);
        const top = all.filter(({ parentId }) => parentId === undefined);
        return listComments(context, { all, top }, `/${post.id}/comments`, read);
      },
      reactions: (post, read) => listReactions(context, post, read, 'reactions'),
      likes: (post, read) => listReactions(context, post, read, 'likes'),
    },
  };
}

function listComments(
  context: SandboxContext,
  { all, top }: { all: CommentRecord[]; top: CommentRecord[] },
  path: string,
  read: ReadContext,
): JsonObject {
  const { order, isStream } = commentOrderOf(read);
  const chosen = byTime(withinTime(isStream ? all : top, read));
  const type = commentType(context);
  return listPage(order === 'chronological' ? chosen : chosen.reverse(), read, {
    path,
    keyOf: ({ id }) => id,
    render: (comment) => readNode(type, comment, read.children, read.request),
    summary: (total) => ({ order, total_count: total, can_comment: true }),
  });
}

function commentType(context: SandboxContext): NodeType<CommentRecord> {
  const answersOf = (comment: CommentRecord): CommentRecord[] =>
    commentsOf(context, comment.postId).filter(({ parentId }) => parentId === comment.id);
  return {
    name: 'Comment',
    defaults: ['created_time', 'from', 'message'],
    fields: {
      created_time: ({ createdAt }) => graphTime(createdAt),
      message: ({ message }) => message,
      // Who wrote it is shown to the Page's own token only.
      from: ({ pageId, authorId }, { request }) =>
        request.token?.kind === 'PAGE' ? author(context, pageId, authorId) : undefined,
      attachment: ({ photoUrl }) =>
        photoUrl === undefined
          ? undefined
          : { type: 'photo', url: photoUrl, media: { image: { height: 1, width: 1, src: photoUrl } } },
      comment_count: (comment) => answersOf(comment).length,
      like_count: ({ reactions }) => reactions.length,
      user_likes: ({ reactions, pageId }) => reactions.some(({ userId }) => userId === pageId),
      is_hidden: ({ isHidden }) => isHidden,
      can_hide: ({ authorId }) => authorId !== undefined,
      can_remove: () => true,
      can_comment: () => true,
      can_reply_privately: ({ authorId, isPrivatelyAnswered }) =>
        authorId !== undefined && !isPrivatelyAnswered,
      permalink_url: ({ id, postId }) =>
        `https://www.facebook.com/${postId.replace('_', '/posts/')}?comment_id=${id.split('_')[1] ?? id}`,
      parent: ({ parentId }, read) => {
        const parent = parentId === undefined ? undefined : context.world.findKind('comment', parentId);
        return parent && readNode(commentType(context), parent, read.children, read.request);
      },
      object: ({ postId }) => ({ id: postId }),
    },
    edges: {
      comments: (comment, read) => {
        requireFeature(tokenOf(read.request), 'pages_read_user_content', comment.pageId);
        const answers = answersOf(comment);
        return listComments(context, { all: answers, top: answers }, `/${comment.id}/comments`, read);
      },
      reactions: (comment, read) => listReactions(context, comment, read, 'reactions'),
      likes: (comment, read) => listReactions(context, comment, read, 'likes'),
    },
  };
}

function author(context: SandboxContext, pageId: string, authorId: string | undefined): JsonObject {
  if (authorId === undefined) return { name: context.world.get('page', pageId).name, id: pageId };
  const user = context.world.findKind('scoped-user', authorId);
  return { name: user?.name ?? 'Facebook user', id: authorId };
}

function listReactions(
  context: SandboxContext,
  { id, pageId, reactions }: PostRecord | CommentRecord,
  read: ReadContext,
  edge: 'reactions' | 'likes',
): JsonObject {
  const wanted = edge === 'likes' ? 'LIKE' : read.args.type?.toUpperCase();
  const marks = reactions.filter(({ type }) => wanted === undefined || type === wanted);
  const own = reactions.find(({ userId }) => userId === pageId)?.type ?? 'NONE';
  return listPage<ReactionMark>(marks, read, {
    path: `/${id}/${edge}`,
    keyOf: ({ userId }) => userId,
    render: ({ userId, type }) => ({
      id: userId,
      name: context.world.findKind('scoped-user', userId)?.name ?? 'Facebook user',
      ...(edge === 'reactions' && { type }),
    }),
    summary: (total) =>
      edge === 'likes'
        ? { total_count: total, can_like: true, has_liked: own === 'LIKE' }
        : { total_count: total, viewer_reaction: own },
  });
}

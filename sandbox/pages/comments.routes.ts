import { byTime, commentOrderOf, requireFlag, withinTime } from './comment-views';
import type { SandboxContext } from '../context';
import { tellFeed } from './feed-webhooks';
import { GraphError, invalidParameter } from '../graph/graph-error';
import { readNode, type NodeType, type ReadContext } from '../graph/graph-nodes';
import type { AuthenticatedRequest, GraphRouter } from '../graph/graph-router';
import { graphTime } from '../graph/graph-time';
import { textOf, type JsonObject } from '../json';
import { DAY_MS } from '../login/tokens';
import { requireFeature, requirePageToken, requireTask, tokenOf } from './page-access';
import { listPage } from '../graph/paging';
import { fetchPhoto } from './page-files';
import { photoUrl } from './post-pictures';
import type { CommentRecord, PostRecord } from './post-records';
import { addComment, commentsOf, removeComment } from './posts';
import { listReactions, react } from './reactions';

const PRIVATE_REPLY_MS = 7 * DAY_MS;

/** Comments under posts: read, written, hidden, changed, removed and liked by the Page. */
export function registerComments(router: GraphRouter, context: SandboxContext): void {
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
  for (const kind of ['post', 'comment'] as const) {
    router.on('POST', kind, 'likes', (subject, request) => like(context, subject, request, 'LIKE'));
    router.on('DELETE', kind, 'likes', (subject, request) => like(context, subject, request, undefined));
  }
}

export function requireEngagement(
  context: SandboxContext,
  pageId: string,
  { token }: AuthenticatedRequest,
): void {
  requirePageToken(token);
  requireTask(context.world.get('page', pageId), 'MODERATE');
  requireFeature(token, 'pages_manage_engagement', pageId);
}

async function reply(
  context: SandboxContext,
  post: PostRecord,
  parent: CommentRecord | undefined,
  request: AuthenticatedRequest,
): Promise<JsonObject> {
  requireEngagement(context, post.pageId, request);
  const message = textOf(request.params.message) ?? '';
  const picture = await pictureOf(context, post.pageId, request);
  if (message.trim() === '' && picture === undefined) throw invalidParameter('Comment is empty.');
  const comment = addComment(context, post, {
    message,
    ...(parent && { parentId: parent.id }),
    ...(picture !== undefined && { photoUrl: picture }),
  });
  tellFeed(context, comment, 'add');
  return { id: comment.id };
}

/** Behind an address, or uploaded as an unpublished photo of the same Page. */
async function pictureOf(
  context: SandboxContext,
  pageId: string,
  { params }: AuthenticatedRequest,
): Promise<string | undefined> {
  const url = textOf(params.attachment_url);
  if (url !== undefined) {
    await fetchPhoto(context, url);
    return url;
  }
  const id = textOf(params.attachment_id);
  if (id === undefined) return undefined;
  const photo = context.world.findKind('photo', id);
  if (photo?.pageId !== pageId || photo.isPublished) {
    throw invalidParameter('Param attachment_id must be the id of an unpublished photo.');
  }
  delete photo.expiresAt;
  return photoUrl(context, photo);
}

function change(context: SandboxContext, comment: CommentRecord, request: AuthenticatedRequest): JsonObject {
  requireEngagement(context, comment.pageId, request);
  const { is_hidden: isHidden, message } = request.params;
  if (isHidden !== undefined) {
    const wanted = requireFlag(isHidden, 'is_hidden');
    if (comment.authorId === undefined) throw invalidParameter('A comment of the Page cannot be hidden.');
    const changed = comment.isHidden !== wanted;
    comment.isHidden = wanted;
    if (changed) tellFeed(context, comment, wanted ? 'hide' : 'unhide');
  }
  const text = textOf(message);
  if (text !== undefined) {
    if (comment.authorId !== undefined) {
      throw new GraphError(200, '(#200) Only comments that the Page itself has written can be edited.', {
        status: 403,
      });
    }
    if (text.trim() === '') throw invalidParameter('Comment is empty.');
    comment.message = text;
    tellFeed(context, comment, 'edited');
  }
  return { success: true };
}

function like(
  context: SandboxContext,
  subject: PostRecord | CommentRecord,
  request: AuthenticatedRequest,
  type: 'LIKE' | undefined,
): JsonObject {
  requireEngagement(context, subject.pageId, request);
  const before = subject.reactions.find(({ userId }) => userId === subject.pageId)?.type;
  if (before !== type) react(context, subject, subject.pageId, type);
  return { success: true };
}

/** `comments` of a post. */
export function postComments(context: SandboxContext, post: PostRecord, read: ReadContext): JsonObject {
  requireFeature(tokenOf(read.request), 'pages_read_user_content', post.pageId);
  const all = commentsOf(context, post.id);
  const top = all.filter(({ parentId }) => parentId === undefined);
  return listComments(context, { all, top }, `/${post.id}/comments`, read);
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
      attachment: ({ photoUrl: url }) =>
        url === undefined
          ? undefined
          : { type: 'photo', url, media: { image: { height: 540, width: 720, src: url } }, target: { url } },
      comment_count: (comment) => answersOf(comment).length,
      like_count: ({ reactions }) => reactions.length,
      user_likes: ({ reactions, pageId }) => reactions.some(({ userId }) => userId === pageId),
      is_hidden: ({ isHidden }) => isHidden,
      is_private: () => false,
      can_like: () => true,
      can_hide: ({ authorId }) => authorId !== undefined,
      can_remove: () => true,
      can_comment: ({ isHidden }) => !isHidden,
      can_reply_privately: ({ authorId, isPrivatelyAnswered, createdAt }) =>
        authorId !== undefined && !isPrivatelyAnswered && context.clock.now() - createdAt < PRIVATE_REPLY_MS,
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

export function author(context: SandboxContext, pageId: string, authorId: string | undefined): JsonObject {
  if (authorId === undefined) return { name: context.world.get('page', pageId).name, id: pageId };
  const user = context.world.findKind('scoped-user', authorId);
  return { name: user?.name ?? 'Facebook user', id: authorId };
}

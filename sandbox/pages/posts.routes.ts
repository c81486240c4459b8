import { author, postComments } from './comments.routes';
import type { SandboxContext } from '../context';
import { statusTypeOf } from './feed-webhooks';
import { catalogueError } from '../graph/error-catalogue';
import { pickFields, type FieldReader, type NodeType, type ReadContext } from '../graph/graph-nodes';
import type { GraphRouter } from '../graph/graph-router';
import { graphTime } from '../graph/graph-time';
import { postInsights } from './insights.routes';
import { listOf, objectOf, type JsonObject } from '../json';
import { requireFeature } from './page-access';
import { RETIRED_POST_FIELDS } from './post-lists';
import { attachmentsOf, fullPicture, permalinkOf } from './post-pictures';
import type { PostRecord } from './post-records';
import { listReactions } from './reactions';

export function registerPosts(router: GraphRouter, context: SandboxContext): void {
  router.type('post', postType(context));
  router.on('GET', 'post', '', (post, request) => {
    requireFeature(request.token, 'pages_read_engagement', post.pageId);
    return undefined;
  });
}

/** A post as it is read. */
export function postType(context: SandboxContext): NodeType<PostRecord> {
  const retired: FieldReader<PostRecord> = () => {
    throw catalogueError(12);
  };
  return {
    name: 'Post',
    defaults: ['created_time', 'message'],
    fields: {
      ...Object.fromEntries(RETIRED_POST_FIELDS.map((name) => [name, retired])),
      created_time: ({ createdAt }) => graphTime(createdAt),
      updated_time: ({ updatedAt }) => graphTime(updatedAt),
      message: ({ message }) => (message === '' ? undefined : message),
      story: (post) => storyOf(context, post),
      from: ({ authorId, pageId }) => author(context, pageId, authorId),
      application: ({ appId }) => applicationOf(context, appId),
      permalink_url: permalinkOf,
      full_picture: (post) => fullPicture(context, post),
      status_type: (post) => statusTypeOf(context, post),
      is_published: ({ isPublished }) => isPublished,
      is_hidden: ({ isHidden }) => isHidden,
      is_expired: ({ isExpired }) => isExpired,
      scheduled_publish_time: ({ scheduledFor }) =>
        scheduledFor === undefined ? undefined : Math.floor(scheduledFor / 1000),
      promotion_status: () => 'inactive',
      targeting: ({ extras }) => extras.targeting,
      call_to_action: ({ extras }) => extras.call_to_action,
      place: ({ extras }) => (extras.place === undefined ? undefined : { id: extras.place }),
      shares: ({ shares }) => (shares === 0 ? undefined : { count: shares }),
      attachments: (post, read) => attachmentsOf(context, post, read.children),
    },
    edges: {
      comments: (post, read) => postComments(context, post, read),
      reactions: (post, read) => listReactions(context, post, read, 'reactions'),
      likes: (post, read) => listReactions(context, post, read, 'likes'),
      insights: postInsights(context),
      attachments: (post, read) => attachmentList(context, post, read),
    },
  };
}

/** By its own path, where no field is left out: a text alone has an empty list. */
function attachmentList(context: SandboxContext, post: PostRecord, read: ReadContext): JsonObject {
  const { data = [] } = attachmentsOf(context, post, read.children) ?? {};
  return { data: listOf(data).map((item) => pickFields(objectOf(item), read.children)) };
}

function storyOf({ world }: SandboxContext, post: PostRecord): string | undefined {
  if (post.authorId !== undefined || post.photoIds.length < 2) return undefined;
  return `${world.get('page', post.pageId).name} added ${post.photoIds.length} new photos.`;
}

function applicationOf({ world }: SandboxContext, appId: string | undefined): JsonObject | undefined {
  const app = appId === undefined ? undefined : world.findKind('app', appId);
  return app && { id: app.id, name: app.name, link: `https://www.facebook.com/games/?app_id=${app.id}` };
}

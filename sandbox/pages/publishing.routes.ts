import type { SandboxContext } from '../context';
import { requireEngagement } from './comments.routes';
import { requireFlag } from './comment-views';
import { tellFeed } from './feed-webhooks';
import { GraphError, invalidParameter } from '../graph/graph-error';
import type { AuthenticatedRequest, GraphRouter } from '../graph/graph-router';
import { textOf, type JsonObject } from '../json';
import { requirePublishing } from './page-access';
import { previewOf } from './page-files';
import { attachedMediaOf, extrasOf, messageOf, publicationOf, scheduleOf } from './post-rules';
import type { PostRecord } from './post-records';
import { removePost } from './posts';
import { goOut, publishPost, scheduleGoingOut } from './publishing';
import type { PageRecord } from '../world';

/** Posts of a Page by apps: made, changed, put out, moved and removed. */
export function registerPublishing(router: GraphRouter, context: SandboxContext): void {
  router.on('POST', 'page', 'feed', (page, request) => post(context, page, request));
  router.on('POST', 'post', '', (subject, request) => change(context, subject, request));
  router.on('DELETE', 'post', '', (subject, request) => {
    if (subject.authorId === undefined) requirePublishing(context, subject.pageId, request);
    else requireEngagement(context, subject.pageId, request);
    removePost(context, subject);
    return { success: true };
  });
}

async function post(
  context: SandboxContext,
  page: PageRecord,
  request: AuthenticatedRequest,
): Promise<JsonObject> {
  const { params } = request;
  const token = requirePublishing(context, page.id, request);
  const message = messageOf(params.message);
  const extras = extrasOf(params);
  const media = attachedMediaOf(params.attached_media);
  const address = textOf(params.link);
  const publication = publicationOf(context, params);
  if (message.trim() === '' && address === undefined && media.length === 0) throw emptyPost();
  if (address !== undefined && media.length > 0) {
    throw invalidParameter('You cannot specify both link and attached_media.');
  }
  checkAttached(context, page.id, media);
  const link = address === undefined ? undefined : await previewOf(context, address);
  // Looked at again, now that the link has been fetched: another call may have used the same photo meanwhile.
  checkAttached(context, page.id, media);
  if (publication.isPublished && media.length === 0) checkNotRepeated(context, page.id, message, address);
  const kind = media.length > 1 ? 'album' : media.length === 1 ? 'photo' : link ? 'link' : 'status';
  const made = publishPost(
    context,
    {
      ...publication,
      pageId: page.id,
      appId: token.appId,
      message,
      extras,
      photoIds: media,
      ...(link && { link }),
    },
    kind,
  );
  return { id: made.id };
}

function emptyPost(): GraphError {
  return new GraphError(100, 'Invalid parameter', {
    subcode: 1_349_125,
    isTransient: false,
    userTitle: 'Missing Message Or Attachment',
    userMessage: 'Missing message or attachment',
  });
}

/** Each must be an unpublished photo of the same Page that no post shows yet. */
function checkAttached({ world }: SandboxContext, pageId: string, ids: readonly string[]): void {
  const repeated = ids.find((id, index) => ids.indexOf(id) !== index);
  if (repeated !== undefined) throw invalidParameter(`Param attached_media names ${repeated} twice.`);
  for (const [index, id] of ids.entries()) {
    const photo = world.findKind('photo', id);
    if (photo?.pageId !== pageId) {
      throw invalidParameter(`Param attached_media[${index}][media_fbid] must be a valid media fbid.`);
    }
    if (photo.isPublished || photo.postId !== undefined) {
      throw new GraphError(100, 'Invalid parameter', {
        subcode: 1_366_051,
        isTransient: false,
        userTitle: 'Already Posted',
        userMessage: 'These photos were already posted.',
      });
    }
  }
}

/** Meta compares with the last post only. */
function checkNotRepeated(
  { pages, clock, settings }: SandboxContext,
  pageId: string,
  message: string,
  link: string | undefined,
): void {
  const content = JSON.stringify([message, link ?? null]);
  const last = pages.lastPosts.get(pageId);
  if (last?.content === content && clock.now() - last.at < settings.pages.duplicateWindowMs) {
    throw new GraphError(506, '(#506) Duplicate status message', {
      subcode: 1_455_006,
      isTransient: false,
      userTitle: 'Duplicate Status Update',
      userMessage:
        'This status update is identical to the last one you posted. Try posting something different.',
    });
  }
  pages.lastPosts.set(pageId, { content, at: clock.now() });
}

function change(context: SandboxContext, subject: PostRecord, request: AuthenticatedRequest): JsonObject {
  const { params } = request;
  const { settings } = context;
  const token = requirePublishing(context, subject.pageId, request);
  if (subject.authorId !== undefined || subject.appId !== token.appId) {
    const code = settings.pages.foreignPostCode;
    throw new GraphError(code, `(#${code}) A post can only be changed by the app that made it.`, {
      status: 403,
    });
  }
  const { message, is_published: published, scheduled_publish_time: scheduled, is_hidden: hidden } = params;
  if (![message, published, scheduled, hidden].some((value) => value !== undefined)) {
    throw invalidParameter('Nothing was given to change.');
  }
  // Everything is checked before anything is changed.
  const text = message === undefined ? undefined : messageOf(message);
  if (
    text?.trim() === '' &&
    subject.photoIds.length === 0 &&
    subject.videoId === undefined &&
    !subject.link
  ) {
    throw emptyPost();
  }
  const isPublished = published === undefined ? undefined : requireFlag(published, 'is_published');
  if (isPublished === false && subject.isPublished) {
    throw invalidParameter('A post that is published cannot be taken back.');
  }
  if (scheduled !== undefined && (subject.isPublished || isPublished === true)) {
    throw invalidParameter('You cannot specify a scheduled publish time on a published post');
  }
  const at = scheduled === undefined ? undefined : scheduleOf(context, scheduled);
  const isHidden = hidden === undefined ? undefined : requireFlag(hidden, 'is_hidden');
  apply(context, subject, { text, isPublished, at, isHidden });
  return { success: true };
}

function apply(
  context: SandboxContext,
  subject: PostRecord,
  change: {
    text: string | undefined;
    isPublished: boolean | undefined;
    at: number | undefined;
    isHidden: boolean | undefined;
  },
): void {
  const { text, isPublished, at, isHidden } = change;
  const tells = subject.isPublished || context.settings.pages.tellsUnpublished;
  if (text !== undefined && text !== subject.message) {
    subject.message = text;
    subject.updatedAt = context.clock.now();
    if (tells) tellFeed(context, subject, 'edited');
  }
  if (at !== undefined) {
    subject.scheduledFor = at;
    const item = context.pages.itemOf(subject.id);
    if (item) item.scheduledFor = at;
    scheduleGoingOut(context, subject, at);
  }
  if (isPublished === true && !subject.isPublished) goOut(context, subject);
  if (isHidden !== undefined && isHidden !== subject.isHidden) {
    subject.isHidden = isHidden;
    tellFeed(context, subject, isHidden ? 'hide' : 'unhide');
  }
}

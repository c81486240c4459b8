import { byTime, requireFlag } from './comment-views';
import type { SandboxContext } from '../context';
import { tellUnpublishedPhoto } from './feed-webhooks';
import { invalidParameter } from '../graph/graph-error';
import { readNode, type EdgeReader, type NodeType } from '../graph/graph-nodes';
import type { AuthenticatedRequest, GraphRouter } from '../graph/graph-router';
import { graphTime } from '../graph/graph-time';
import { listPage } from '../graph/paging';
import { newObjectId } from '../ids';
import { textOf, type JsonObject } from '../json';
import { requireFeature, requirePublishing, tokenOf } from './page-access';
import { photoOf } from './page-files';
import { photoUrl, sizeOf } from './post-pictures';
import { extrasOf, messageOf, publicationOf } from './post-rules';
import type { PhotoRecord } from './post-records';
import { removePost } from './posts';
import { publishPost } from './publishing';
import type { PageRecord } from '../world';

/** Photos: posted at once or at a time, or uploaded for a post, a comment or a story to come. */
export function registerPhotos(router: GraphRouter, context: SandboxContext): void {
  router.type('photo', photoType(context));
  router.on('POST', 'page', 'photos', (page, request) => upload(context, page, request));
  router.on('DELETE', 'photo', '', (photo, request) => {
    requirePublishing(context, photo.pageId, request);
    const post = photo.postId === undefined ? undefined : context.world.findKind('post', photo.postId);
    if (post?.photoIds.length === 1) removePost(context, post);
    else if (post) post.photoIds = post.photoIds.filter((id) => id !== photo.id);
    context.world.remove(photo.id);
    return { success: true };
  });
}

async function upload(
  context: SandboxContext,
  page: PageRecord,
  request: AuthenticatedRequest,
): Promise<JsonObject> {
  const { params } = request;
  const { appId } = requirePublishing(context, page.id, request);
  const caption = messageOf(params.caption ?? params.message);
  const publication = publicationOf(context, params);
  const isTemporary = params.temporary !== undefined && requireFlag(params.temporary, 'temporary');
  const isQuiet = params.no_story !== undefined && requireFlag(params.no_story, 'no_story');
  if (isTemporary && publication.isPublished) {
    throw invalidParameter('A temporary photo cannot be published.');
  }
  const extras = extrasOf(params);
  const file = await photoOf(context, request, textOf(params.url));
  const photo = addPhoto(context, { pageId: page.id, appId, caption, ...file });
  if (publication.isPublished ? isQuiet : publication.scheduledFor === undefined) {
    photo.isPublished = publication.isPublished;
    if (isTemporary) expireUnused(context, photo);
    if (!photo.isPublished && context.settings.pages.tellsUnpublished) tellUnpublishedPhoto(context, photo);
    return { id: photo.id };
  }
  const post = publishPost(
    context,
    { ...publication, pageId: page.id, appId, message: caption, extras, photoIds: [photo.id] },
    'photo',
  );
  return { id: photo.id, post_id: post.id };
}

export function addPhoto(
  context: SandboxContext,
  parts: Pick<PhotoRecord, 'pageId'> & Partial<PhotoRecord>,
): PhotoRecord {
  return context.world.add<PhotoRecord>({
    caption: '',
    bytes: Buffer.alloc(0),
    mimeType: 'image/jpeg',
    createdAt: context.clock.now(),
    isPublished: false,
    ...parts,
    kind: 'photo',
    id: parts.id ?? newObjectId(),
  });
}

function expireUnused({ clock, settings, world }: SandboxContext, photo: PhotoRecord): void {
  photo.expiresAt = clock.now() + settings.pages.temporaryPhotoMs;
  clock.schedule(settings.pages.temporaryPhotoMs, () => {
    if (photo.expiresAt !== undefined) world.remove(photo.id);
  });
}

/** `GET /{page}/photos?type=uploaded` */
export function pagePhotos(context: SandboxContext): EdgeReader<PageRecord> {
  return (page, read) => {
    requireFeature(tokenOf(read.request), 'pages_read_engagement', page.id);
    const photos = context.world
      .all('photo')
      .filter(({ pageId, isPublished }) => pageId === page.id && isPublished);
    const type = photoType(context);
    return listPage(byTime(photos).reverse(), read, {
      path: `/${page.id}/photos`,
      keyOf: ({ id }) => id,
      render: (photo) => readNode(type, photo, read.children, read.request),
    });
  };
}

function photoType(context: SandboxContext): NodeType<PhotoRecord> {
  return {
    name: 'Photo',
    defaults: ['created_time', 'name'],
    fields: {
      created_time: ({ createdAt }) => graphTime(createdAt),
      updated_time: ({ createdAt }) => graphTime(createdAt),
      name: ({ caption }) => (caption === '' ? undefined : caption),
      from: ({ pageId }) => ({ id: pageId, name: context.world.get('page', pageId).name }),
      images: (photo) => [{ ...sizeOf(photo), source: photoUrl(context, photo) }],
      picture: (photo) => photoUrl(context, photo),
      source: (photo) => photoUrl(context, photo),
      width: (photo) => sizeOf(photo).width,
      height: (photo) => sizeOf(photo).height,
      link: ({ id }) => `https://www.facebook.com/photo.php?fbid=${id}`,
      page_story_id: ({ postId }) => postId,
    },
    edges: {},
  };
}

import { byTime } from './comment-views';
import type { SandboxContext } from '../context';
import { catalogueError } from '../graph/error-catalogue';
import { GraphError, invalidParameter, missingParameter } from '../graph/graph-error';
import { readNode, type EdgeReader, type NodeType } from '../graph/graph-nodes';
import type { AuthenticatedRequest, GraphRouter } from '../graph/graph-router';
import { graphTime } from '../graph/graph-time';
import { listPage } from '../graph/paging';
import { newObjectId } from '../ids';
import { numberOf, textOf, type JsonObject } from '../json';
import { requireFeature, requirePublishing, tokenOf } from './page-access';
import { checkVideo, fetchVideo } from './page-files';
import { thumbnailUrl, videoUrl } from './post-pictures';
import { messageOf, publicationOf } from './post-rules';
import type { VideoRecord } from './post-records';
import { removePost } from './posts';
import { addVideo, processVideo, receiveBytes, statusOf } from './videos';
import type { PageRecord } from '../world';

/** `POST /{page}/videos` in one call or in phases, and videos as they are read, changed and removed. */
export function registerVideos(router: GraphRouter, context: SandboxContext): void {
  router.type('video', videoType(context));
  router.on('POST', 'page', 'videos', (page, request) => {
    requirePublishing(context, page.id, request);
    const phase = textOf(request.params.upload_phase);
    switch (phase) {
      case undefined:
        return uploadWhole(context, page, request);
      case 'start':
        return startUpload(context, page, request);
      case 'transfer':
        return receivePiece(context, page, request);
      case 'finish':
        return finishUpload(context, page, request);
      case 'cancel':
        context.world.remove(uploadedVideo(context, page, request).id);
        return { success: true };
      default:
        throw invalidParameter('Param upload_phase must be one of {start, transfer, finish, cancel}');
    }
  });
  router.on('POST', 'video', '', (video, request) => {
    requirePublishing(context, video.pageId, request);
    const { description, title } = request.params;
    if (title !== undefined) video.title = messageOf(title);
    if (description !== undefined) video.description = messageOf(description);
    const post = context.world.findKind('post', video.postId);
    if (post && description !== undefined) post.message = video.description;
    return { success: true };
  });
  router.on('DELETE', 'video', '', (video, request) => {
    requirePublishing(context, video.pageId, request);
    const post = context.world.findKind('post', video.postId);
    if (post) removePost(context, post);
    context.world.remove(video.id);
    return { success: true };
  });
}

async function uploadWhole(
  context: SandboxContext,
  page: PageRecord,
  request: AuthenticatedRequest,
): Promise<JsonObject> {
  const parts = partsOf(context, request);
  const url = textOf(request.params.file_url);
  const file = request.files.find(({ field }) => field === 'source') ?? request.files[0];
  if (!file && url === undefined) throw catalogueError(389);
  const bytes = file?.bytes ?? (await fetchVideo(context, url ?? ''));
  checkVideo(bytes);
  const video = addVideo(context, {
    ...parts,
    pageId: page.id,
    appId: request.token.appId,
    form: 'video',
    size: bytes.length,
  });
  receiveBytes(context, video, bytes);
  processVideo(context, video);
  return { id: video.id };
}

function partsOf(
  context: SandboxContext,
  { params }: AuthenticatedRequest,
): Pick<VideoRecord, 'title' | 'description' | 'publication'> & { scheduledFor?: number } {
  const { isPublished, scheduledFor } = publicationOf(context, params);
  return {
    title: messageOf(params.title),
    description: messageOf(params.description),
    publication: isPublished ? 'publish' : scheduledFor === undefined ? 'draft' : 'schedule',
    ...(scheduledFor !== undefined && { scheduledFor }),
  };
}

function startUpload(context: SandboxContext, page: PageRecord, request: AuthenticatedRequest): JsonObject {
  const size = numberOf(request.params.file_size);
  if (size === undefined) throw missingParameter('file_size');
  if (!Number.isInteger(size) || size < 1 || size > context.settings.pages.largestVideoBytes) {
    throw invalidParameter('Param file_size is not a size that videos can have.');
  }
  const { appId } = request.token;
  const video = addVideo(context, { pageId: page.id, appId, form: 'video', size });
  const session = newObjectId();
  context.pages.uploads.set(session, video.id);
  return { video_id: video.id, upload_session_id: session, ...nextPiece(context, video) };
}

/** Offsets are texts. At the end both are the same. */
function nextPiece({ settings }: SandboxContext, { receivedBytes, size = 0 }: VideoRecord): JsonObject {
  const end = Math.min(size, receivedBytes + settings.pages.videoChunkBytes);
  return { start_offset: String(receivedBytes), end_offset: String(end) };
}

function receivePiece(context: SandboxContext, page: PageRecord, request: AuthenticatedRequest): JsonObject {
  const video = uploadedVideo(context, page, request);
  const offset = numberOf(request.params.start_offset);
  const piece = request.files.find(({ field }) => field === 'video_file_chunk') ?? request.files[0];
  if (offset === undefined) throw missingParameter('start_offset');
  if (!piece) throw missingParameter('video_file_chunk');
  if (offset !== video.receivedBytes) {
    throw new GraphError(6001, 'There was a problem uploading your video file. Please try again.', {
      subcode: 1_363_037,
      data: nextPiece(context, video),
    });
  }
  receiveBytes(context, video, piece.bytes);
  return nextPiece(context, video);
}

function finishUpload(context: SandboxContext, page: PageRecord, request: AuthenticatedRequest): JsonObject {
  const video = uploadedVideo(context, page, request);
  if (video.state !== 'upload_complete') {
    throw new GraphError(6001, 'The video has not been uploaded completely.', { subcode: 1_363_037 });
  }
  checkVideo(video.head);
  Object.assign(video, partsOf(context, request));
  context.pages.uploads.delete(textOf(request.params.upload_session_id) ?? '');
  processVideo(context, video);
  return { success: true };
}

function uploadedVideo(
  { pages, world }: SandboxContext,
  page: PageRecord,
  { params }: AuthenticatedRequest,
): VideoRecord {
  const session = textOf(params.upload_session_id);
  if (session === undefined) throw missingParameter('upload_session_id');
  const video = world.findKind('video', pages.uploads.get(session) ?? '');
  if (video?.pageId !== page.id) {
    throw new GraphError(6001, 'The upload session is not known.', { subcode: 1_363_033 });
  }
  return video;
}

/** `GET /{page}/videos` and `/video_reels`: those that are ready. */
export function pageVideos(context: SandboxContext, edge: 'videos' | 'video_reels'): EdgeReader<PageRecord> {
  return (page, read) => {
    requireFeature(tokenOf(read.request), 'pages_read_engagement', page.id);
    const form = edge === 'videos' ? 'video' : 'reel';
    const videos = context.world
      .all('video')
      .filter((video) => video.pageId === page.id && video.form === form && video.state === 'ready');
    const type = videoType(context);
    return listPage(byTime(videos).reverse(), read, {
      path: `/${page.id}/${edge}`,
      keyOf: ({ id }) => id,
      render: (video) => readNode(type, video, read.children, read.request),
    });
  };
}

function videoType(context: SandboxContext): NodeType<VideoRecord> {
  return {
    name: 'Video',
    defaults: ['description', 'updated_time'],
    fields: {
      title: ({ title }) => (title === '' ? undefined : title),
      description: ({ description }) => (description === '' ? undefined : description),
      created_time: ({ createdAt }) => graphTime(createdAt),
      updated_time: ({ createdAt }) => graphTime(createdAt),
      from: ({ pageId }) => ({ id: pageId, name: context.world.get('page', pageId).name }),
      status: (video) => statusOf(context, video),
      published: ({ state, publication }) => state === 'ready' && publication === 'publish',
      scheduled_publish_time: ({ scheduledFor }) =>
        scheduledFor === undefined ? undefined : graphTime(scheduledFor),
      post_id: ({ postId, state, form }) =>
        state === 'ready' && form !== 'story' ? postId.split('_')[1] : undefined,
      permalink_url: ({ id, form }) => (form === 'reel' ? `/reel/${id}/` : `/watch/?v=${id}`),
      length: ({ state }) => (state === 'ready' ? 12 : undefined),
      source: ({ id, state }) => (state === 'ready' ? videoUrl(id) : undefined),
      picture: ({ id }) => thumbnailUrl(id),
    },
    edges: {},
  };
}

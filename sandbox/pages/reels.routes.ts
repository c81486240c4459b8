import type { SandboxContext } from '../context';
import { GraphError, invalidParameter, missingParameter, unknownObject } from '../graph/graph-error';
import type { GraphRequest } from '../graph/graph-request';
import type { AuthenticatedRequest, GraphRouter } from '../graph/graph-router';
import type { EdgeReader } from '../graph/graph-nodes';
import { newObjectId } from '../ids';
import { numberOf, textOf, type JsonObject } from '../json';
import { requireFeature, requirePublishing, tokenOf } from './page-access';
import { checkVideo, fetchVideo } from './page-files';
import { messageOf, scheduleOf } from './post-rules';
import type { VideoRecord } from './post-records';
import { recordAccepted } from './publishing';
import { addVideo, checkReelLimit, processVideo, receiveBytes, tellStory } from './videos';
import type { PageRecord } from '../world';

const UPLOADS = 'video-upload';

/** Reels and stories: start, bytes to the upload host, finish. */
export function registerReels(router: GraphRouter, context: SandboxContext): void {
  router.on('POST', 'page', 'video_reels', (page, request) => phase(context, page, request, 'reel'));
  router.on('POST', 'page', 'video_stories', (page, request) => phase(context, page, request, 'story'));
  router.on('POST', 'page', 'photo_stories', (page, request) => photoStory(context, page, request));
  router.root('POST', `${UPLOADS}/*`, (request) => receive(context, uploadOf(context, request), request));
  router.root('GET', `${UPLOADS}/*`, (request) => {
    const { id, receivedBytes, size } = uploadOf(context, request);
    return { id, bytes_transferred: receivedBytes, ...(size !== undefined && { file_size: size }) };
  });
}

function phase(
  context: SandboxContext,
  page: PageRecord,
  request: AuthenticatedRequest,
  form: 'reel' | 'story',
): JsonObject {
  const { appId } = requirePublishing(context, page.id, request);
  const { params, baseUrl, versionText } = request;
  switch (textOf(params.upload_phase)?.toLowerCase()) {
    case 'start': {
      if (form === 'reel') checkReelLimit(context, page.id);
      const video = addVideo(context, { pageId: page.id, appId, form });
      return { video_id: video.id, upload_url: `${baseUrl}/${UPLOADS}/${versionText}/${video.id}` };
    }
    case 'finish':
      return finish(context, page, request, form);
    default:
      throw invalidParameter('Param upload_phase must be one of {start, finish}');
  }
}

function finish(
  context: SandboxContext,
  page: PageRecord,
  { params }: AuthenticatedRequest,
  form: 'reel' | 'story',
): JsonObject {
  const id = textOf(params.video_id);
  if (id === undefined) throw missingParameter('video_id');
  const video = context.world.findKind('video', id);
  if (video?.pageId !== page.id || video.form !== form) {
    throw invalidParameter('Param video_id must be the id of a video whose upload was started here.');
  }
  if (video.state === 'uploading') {
    throw new GraphError(6000, 'The video has not been uploaded completely.', { subcode: 1_363_127 });
  }
  if (video.state !== 'upload_complete') throw invalidParameter('The video has been finished already.');
  checkVideo(video.head);
  if (form === 'reel') {
    checkReelLimit(context, page.id);
    Object.assign(video, reelParts(context, params));
  }
  processVideo(context, video);
  return form === 'reel' ? { success: true } : { success: true, post_id: video.postId };
}

function reelParts(
  context: SandboxContext,
  params: JsonObject,
): Pick<VideoRecord, 'title' | 'description' | 'publication'> & { scheduledFor?: number } {
  const texts = { title: messageOf(params.title), description: messageOf(params.description) };
  const at = params.scheduled_publish_time;
  switch (textOf(params.video_state)) {
    case 'PUBLISHED':
      if (at !== undefined) {
        throw invalidParameter('You cannot specify a scheduled publish time on a published post');
      }
      return { ...texts, publication: 'publish' };
    case 'SCHEDULED':
      if (at === undefined) throw missingParameter('scheduled_publish_time');
      return {
        ...texts,
        publication: 'schedule',
        scheduledFor: scheduleOf(context, at, context.settings.pages.reelScheduleUntilMs),
      };
    case 'DRAFT':
      return { ...texts, publication: 'draft' };
    default:
      throw invalidParameter('Param video_state must be one of {DRAFT, PUBLISHED, SCHEDULED}');
  }
}

function uploadOf({ tokens, world, access }: SandboxContext, request: GraphRequest): VideoRecord {
  const token = tokens.authenticate(tokenTextOf(request));
  request.token = token;
  const id = request.segments[request.segments.length - 1] ?? '';
  const video = world.findKind('video', id);
  if (!video || !access.canSee(video, token)) throw unknownObject(id, request.method);
  return video;
}

function tokenTextOf({ tokenText }: GraphRequest): string {
  if (tokenText === undefined) {
    throw new GraphError(104, 'An access token is required to request this resource.');
  }
  return tokenText;
}

/** Bytes from `offset` on, or a file that Meta fetches from `file_url`; both named in headers. */
async function receive(
  context: SandboxContext,
  video: VideoRecord,
  { headers, rawBody }: GraphRequest,
): Promise<JsonObject> {
  if (video.state !== 'uploading') throw invalidParameter('The video has been uploaded already.');
  const url = headers.file_url;
  if (url !== undefined) {
    const bytes = await fetchVideo(context, url);
    checkVideo(bytes);
    video.size = bytes.length;
    video.receivedBytes = 0;
    receiveBytes(context, video, bytes);
    return { success: true };
  }
  const offset = numberOf(headers.offset);
  const size = numberOf(headers.file_size);
  if (offset === undefined) throw missingParameter('offset');
  if (size === undefined || size < 1) throw missingParameter('file_size');
  if (offset !== video.receivedBytes) {
    throw new GraphError(6001, `The upload must go on at ${video.receivedBytes}, not at ${offset}.`, {
      subcode: 1_363_037,
      data: { offset: video.receivedBytes },
    });
  }
  video.size = size;
  receiveBytes(context, video, rawBody ?? Buffer.alloc(0));
  return { success: true };
}

/** From a photo that was uploaded with `published=false`. */
function photoStory(context: SandboxContext, page: PageRecord, request: AuthenticatedRequest): JsonObject {
  const { appId } = requirePublishing(context, page.id, request);
  const id = textOf(request.params.photo_id);
  if (id === undefined) throw missingParameter('photo_id');
  const photo = context.world.findKind('photo', id);
  if (photo?.pageId !== page.id || photo.isPublished || photo.postId !== undefined) {
    throw invalidParameter('Param photo_id must be the id of an unpublished photo.');
  }
  const postId = newObjectId();
  photo.postId = postId;
  delete photo.expiresAt;
  recordAccepted(context, { id: postId, pageId: page.id, appId, kind: 'story', message: photo.caption });
  tellStory(context, { postId, pageId: page.id, mediaId: photo.id, mediaType: 'photo' });
  return { success: true, post_id: postId };
}

/** `GET /{page}/stories`: shown for a day, archived then. */
export function pageStories(context: SandboxContext): EdgeReader<PageRecord> {
  return (page, read) => {
    requireFeature(tokenOf(read.request), 'pages_read_engagement', page.id);
    const { pages, clock, settings } = context;
    const stories = pages.stories.filter(({ pageId }) => pageId === page.id).reverse();
    return {
      data: stories.map((story) => ({
        post_id: story.postId,
        status: clock.now() - story.createdAt < settings.pages.storyMs ? 'PUBLISHED' : 'ARCHIVED',
        creation_time: String(Math.floor(story.createdAt / 1000)),
        media_type: story.mediaType,
        media_id: story.mediaId,
        url: `https://facebook.com/stories/${story.postId}`,
      })),
    };
  };
}

import type { SandboxContext } from '../context';
import { plainError } from '../graph/error-catalogue';
import { GraphError } from '../graph/graph-error';
import { graphTime } from '../graph/graph-time';
import { newObjectId } from '../ids';
import type { JsonObject } from '../json';
import { checkVideo } from './page-files';
import type { VideoRecord } from './post-records';
import { newPostId } from './posts';
import { publishPost, recordAccepted } from './publishing';

const HEAD_BYTES = 64;

/** Videos, reels and video stories: their upload, and what becomes of them after it. */
export function addVideo(
  context: SandboxContext,
  parts: Pick<VideoRecord, 'pageId' | 'appId' | 'form'> & Partial<VideoRecord>,
): VideoRecord {
  return context.world.add<VideoRecord>({
    title: '',
    description: '',
    receivedBytes: 0,
    head: Buffer.alloc(0),
    state: 'uploading',
    publication: 'publish',
    ...parts,
    kind: 'video',
    id: newObjectId(),
    postId: parts.form === 'story' ? newObjectId() : newPostId(parts.pageId),
    createdAt: context.clock.now(),
  });
}

/** Bytes that arrived. The whole file: `size` is known and reached. */
export function receiveBytes({ settings }: SandboxContext, video: VideoRecord, bytes: Buffer): void {
  if (video.head.length < HEAD_BYTES) {
    video.head = Buffer.from(
      Buffer.concat([video.head, bytes.subarray(0, HEAD_BYTES)]).subarray(0, HEAD_BYTES),
    );
  }
  video.receivedBytes += bytes.length;
  if (video.receivedBytes > Math.min(video.size ?? Infinity, settings.pages.largestVideoBytes)) {
    throw new GraphError(6001, 'There was a problem uploading your video file. Please try again.', {
      subcode: 1_363_037,
    });
  }
  if (video.receivedBytes === video.size) video.state = 'upload_complete';
}

/** The upload is complete and the app wants it published: from here on Meta works by itself. */
export function processVideo(context: SandboxContext, video: VideoRecord): void {
  checkVideo(video.head);
  const { settings, clock } = context;
  const { id, pageId, appId, form, description, scheduledFor } = video;
  video.state = 'processing';
  recordAccepted(context, {
    id: video.postId,
    pageId,
    appId,
    kind: form,
    message: description,
    scheduledFor,
  });
  const { videoOutcome, videoProcessingMs } = settings.pages;
  if (videoOutcome === 'wait') return;
  clock.schedule(videoProcessingMs, () => {
    if (context.world.findKind('video', id) === video) decideVideo(context, video, videoOutcome);
  });
}

/** Ends the processing; does nothing where it has ended, or not begun. */
export function decideVideo(
  context: SandboxContext,
  video: VideoRecord,
  outcome: 'ready' | 'error',
  problem: VideoRecord['problem'] = { code: 1_363_026, message: 'The video could not be processed.' },
): void {
  if (video.state !== 'processing') return;
  video.state = outcome;
  if (outcome === 'error') video.problem = problem;
  else comeOut(context, video);
  context.webhooks.emitChange({
    object: 'page',
    ownerId: video.pageId,
    field: 'videos',
    entryTime: context.clock.seconds(),
    value: { id: video.id, status: { video_status: video.state } },
  });
}

function comeOut(context: SandboxContext, video: VideoRecord): void {
  const { id, pageId, appId, form, postId, description, title, publication, scheduledFor } = video;
  if (form === 'story') {
    tellStory(context, { postId, pageId, mediaId: id, mediaType: 'video' });
    return;
  }
  if (publication === 'draft') return;
  const at = publication === 'schedule' ? scheduledFor : undefined;
  publishPost(
    context,
    {
      id: postId,
      pageId,
      appId,
      message: description === '' ? title : description,
      videoId: id,
      // A time that passed while the video was being worked on is now.
      isPublished: at === undefined || at <= context.clock.now(),
      ...(at !== undefined && at > context.clock.now() && { scheduledFor: at }),
    },
    form,
  );
}

/** Stories stand in no feed, and no webhook tells of them. */
export function tellStory(
  { pages, clock }: SandboxContext,
  story: { postId: string; pageId: string; mediaId: string; mediaType: 'photo' | 'video' },
): void {
  pages.stories.push({ ...story, createdAt: clock.now() });
  const item = pages.itemOf(story.postId);
  if (item) item.publishedAt = clock.now();
}

/** `status` of a video, with its three phases. */
export function statusOf({ world }: SandboxContext, video: VideoRecord): JsonObject {
  const { state, receivedBytes, size, problem, publication, scheduledFor } = video;
  const isUploaded = state !== 'uploading';
  const isOut = state === 'ready' && publication === 'publish';
  const outAt = world.findKind('post', video.postId)?.createdAt ?? video.createdAt;
  return {
    video_status: state,
    uploading_phase: {
      status: isUploaded ? 'complete' : receivedBytes > 0 ? 'in_progress' : 'not_started',
      bytes_transferred: receivedBytes,
      ...(size !== undefined && { source_file_size: size }),
    },
    processing_phase: {
      status: {
        uploading: 'not_started',
        upload_complete: 'not_started',
        processing: 'in_progress',
        ready: 'complete',
        error: 'error',
      }[state],
      ...(problem && { errors: [{ ...problem }] }),
    },
    publishing_phase: {
      status: isOut ? 'complete' : 'not_started',
      publish_status: isOut ? 'published' : publication === 'schedule' ? 'scheduled' : 'draft',
      ...(scheduledFor !== undefined && { publish_time: graphTime(scheduledFor) }),
      ...(isOut && { publish_time: graphTime(outAt) }),
    },
  };
}

/** How many reels an app has put on the Page in the running 24 hours. */
export function checkReelLimit({ pages, clock, settings }: SandboxContext, pageId: string): void {
  const { reelsPerDay, reelLimitCode } = settings.pages;
  const since = clock.now() - 86_400_000;
  const count = pages.published.filter(
    (item) => item.kind === 'reel' && item.pageId === pageId && item.acceptedAt > since,
  ).length;
  if (reelsPerDay > 0 && count >= reelsPerDay) throw plainError(reelLimitCode);
}

import type { SandboxContext } from '../context';
import { GraphReply, type GraphRequest } from '../graph/graph-request';
import type { GraphRouter } from '../graph/graph-router';
import { catalogueError } from '../graph/error-catalogue';
import type { SelectedField } from '../graph/field-selection';
import { textOf, type JsonObject } from '../json';
import type { PhotoRecord, PostRecord } from './post-records';

const PATH = 'page_media/photos';

/** The bytes of photos, behind addresses that need no token. */
export function registerPictures(router: GraphRouter, context: SandboxContext): void {
  router.root('GET', PATH, ({ params }: GraphRequest) => {
    const photo = context.world.findKind('photo', textOf(params.id) ?? '');
    if (!photo || photo.bytes.length === 0) {
      return new GraphReply(404, 'Not found', { 'content-type': 'text/plain' });
    }
    return new GraphReply(200, photo.bytes, { 'content-type': photo.mimeType });
  });
}

export function photoUrl({ publicUrl }: SandboxContext, { id, url, bytes }: PhotoRecord): string {
  return bytes.length === 0 && url !== undefined ? url : `${publicUrl}/${PATH}?id=${id}`;
}

export function photosOf({ world }: SandboxContext, { photoIds }: PostRecord): PhotoRecord[] {
  return photoIds.flatMap((id) => world.findKind('photo', id) ?? []);
}

export function videoUrl(videoId: string): string {
  return `https://video.example/${videoId}.mp4`;
}

export function thumbnailUrl(videoId: string): string {
  return `https://scontent.example/${videoId}-thumb.jpg`;
}

export function fullPicture(context: SandboxContext, post: PostRecord): string | undefined {
  const [first] = photosOf(context, post);
  if (first) return photoUrl(context, first);
  return post.videoId === undefined ? post.link?.imageUrl : thumbnailUrl(post.videoId);
}

export function permalinkOf({ id, videoId }: PostRecord): string {
  return videoId === undefined
    ? `https://www.facebook.com/${id.replace('_', '/posts/')}`
    : `https://www.facebook.com/reel/${videoId}/`;
}

/** `attachments` of a post; there are none of a text alone. */
export function attachmentsOf(
  context: SandboxContext,
  post: PostRecord,
  children: SelectedField[] | undefined,
): JsonObject | undefined {
  const retired = context.settings.pages.retiredAttachmentFields;
  if (children?.some(({ name }) => retired.includes(name))) throw catalogueError(12);
  const attachment = attachmentOf(context, post);
  return attachment && { data: [attachment] };
}

function attachmentOf(context: SandboxContext, post: PostRecord): JsonObject | undefined {
  const photos = photosOf(context, post);
  const parts = photos.map((photo) => photoAttachment(context, photo));
  const [first] = parts;
  if (first && parts.length > 1) {
    return {
      media: first.media,
      media_type: 'album',
      type: 'album',
      target: { id: post.id.split('_')[1], url: permalinkOf(post) },
      title: 'Photos',
      url: permalinkOf(post),
      subattachments: { data: parts },
    };
  }
  if (first) return { description: post.message, ...first };
  if (post.videoId !== undefined) return videoAttachment(post.videoId, post);
  const { link } = post;
  if (!link) return undefined;
  return {
    ...(link.description !== '' && { description: link.description }),
    ...(link.imageUrl !== undefined && {
      media: { image: { height: 315, width: 600, src: link.imageUrl } },
    }),
    media_type: 'link',
    type: 'share',
    target: { url: link.url },
    title: link.title,
    url: link.url,
  };
}

function photoAttachment(context: SandboxContext, photo: PhotoRecord): JsonObject {
  const { width, height } = sizeOf(photo);
  const url = `https://www.facebook.com/photo.php?fbid=${photo.id}`;
  return {
    media: { image: { height, width, src: photoUrl(context, photo) } },
    media_type: 'photo',
    type: 'photo',
    target: { id: photo.id, url },
    url,
  };
}

function videoAttachment(videoId: string, post: PostRecord): JsonObject {
  return {
    description: post.message,
    media: { image: { height: 720, width: 405, src: thumbnailUrl(videoId) }, source: videoUrl(videoId) },
    media_type: 'video',
    type: 'video_inline',
    target: { id: videoId, url: permalinkOf(post) },
    url: permalinkOf(post),
  };
}

/** PNG says its size at the beginning; for others a usual one will do. */
export function sizeOf({ bytes, mimeType }: PhotoRecord): { width: number; height: number } {
  if (mimeType !== 'image/png' || bytes.length < 24) return { width: 720, height: 540 };
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}

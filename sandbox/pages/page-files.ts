import type { SandboxContext } from '../context';
import { catalogueError } from '../graph/error-catalogue';
import { GraphError } from '../graph/graph-error';
import type { GraphRequest } from '../graph/graph-request';
import { sniff } from '../messages/media-rules';
import type { LinkPreview } from './post-records';

const FETCH_TIMEOUT_MS = 5000;
const LARGEST_PAGE_BYTES = 1024 * 1024;
const PHOTO_TYPES = ['image/jpeg', 'image/png', 'image/gif', 'image/webp', 'image/bmp', 'image/tiff'];
const VIDEO_TYPES = ['video/mp4', 'video/3gpp'];

export interface PhotoFile {
  bytes: Buffer;
  mimeType: string;
}

/** The picture of a call: `source` in a multipart body, or what `url` leads to. */
export async function photoOf(
  context: SandboxContext,
  { files }: GraphRequest,
  url: string | undefined,
): Promise<PhotoFile> {
  const file = files.find(({ field }) => field === 'source') ?? files[0];
  if (file) return checkPhoto(context, file.bytes);
  if (url === undefined) {
    throw new GraphError(324, '(#324) Requires upload file', { subcode: 2_069_019 });
  }
  return fetchPhoto(context, url);
}

export async function fetchPhoto(context: SandboxContext, url: string): Promise<PhotoFile> {
  const { largestPhotoBytes } = context.settings.pages;
  const bytes = await download(context, url, Math.max(largestPhotoBytes * 2, largestPhotoBytes + 1));
  if (!bytes) throw catalogueError(324);
  return checkPhoto(context, bytes);
}

function checkPhoto({ settings }: SandboxContext, bytes: Buffer): PhotoFile {
  const mimeType = pictureType(bytes);
  const { largestPhotoBytes } = settings.pages;
  if (mimeType !== undefined && PHOTO_TYPES.includes(mimeType) && bytes.length <= largestPhotoBytes) {
    return { bytes, mimeType };
  }
  throw new GraphError(100, 'Invalid parameter', {
    subcode: 1_366_046,
    isTransient: false,
    userTitle: "Can't Read Files",
    userMessage:
      `Your photos couldn't be uploaded. Photos should be less than ${largestPhotoBytes / (1024 * 1024)} MB ` +
      'and saved as JPG, PNG, GIF or TIFF files.',
  });
}

function pictureType(bytes: Buffer): string | undefined {
  const start = bytes.toString('latin1', 0, 4);
  if (start.startsWith('BM')) return 'image/bmp';
  return start === 'II*\0' || start === 'MM\0*' ? 'image/tiff' : sniff(bytes);
}

/** The bytes of a video that Meta fetches itself. */
export async function fetchVideo(context: SandboxContext, url: string): Promise<Buffer> {
  const bytes = await download(context, url, context.settings.pages.largestVideoBytes);
  if (!bytes || bytes.length === 0) throw catalogueError(389);
  return bytes;
}

export function checkVideo(head: Buffer): void {
  if (!VIDEO_TYPES.includes(sniff(head) ?? '')) throw catalogueError(352);
}

/** What a link shows. Throws what Meta answers where nothing can be read there. */
export async function previewOf(context: SandboxContext, link: string): Promise<LinkPreview> {
  if (!isWebAddress(link)) throw new GraphError(1500, '(#1500) The url you supplied is invalid');
  if (context.settings.pages.links === 'trust') {
    return { url: link, title: new URL(link).hostname, description: '' };
  }
  const bytes = await download(context, link, LARGEST_PAGE_BYTES);
  if (!bytes) throw catalogueError(1_609_005);
  const html = bytes.toString('utf8');
  const image = metaTag(html, 'image');
  return {
    url: link,
    title: metaTag(html, 'title') ?? /<title>([^<]*)</i.exec(html)?.[1] ?? new URL(link).hostname,
    description: metaTag(html, 'description') ?? '',
    ...(image !== undefined && { imageUrl: image }),
  };
}

function metaTag(html: string, name: string): string | undefined {
  return new RegExp(`<meta[^>]+property=["']og:${name}["'][^>]+content=["']([^"']*)["']`, 'i').exec(
    html,
  )?.[1];
}

function isWebAddress(text: string): boolean {
  return URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol);
}

async function download(
  { http }: SandboxContext,
  url: string,
  largestBytes: number,
): Promise<Buffer | undefined> {
  if (!isWebAddress(url)) return undefined;
  try {
    const answer = await http.download(url, { timeoutMs: FETCH_TIMEOUT_MS, largestBytes });
    return answer.status === 200 ? answer.bytes : undefined;
  } catch {
    return undefined;
  }
}

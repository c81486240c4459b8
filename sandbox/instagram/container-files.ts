import type { SandboxContext } from '../context';
import { publishingError } from './instagram-errors';
import type { InstagramContainerRecord } from './instagram-records';
import { jpegSize } from './jpeg-size';
import { sniff } from '../messages/media-rules';

const MEGABYTE = 1024 * 1024;
const LARGEST_IMAGE_BYTES = 8 * MEGABYTE;
const LARGEST_VIDEO_BYTES = 300 * MEGABYTE;
const NARROWEST = 4 / 5;
const WIDEST = 1.91;
/** Sizes are whole pixels: 1080 × 565 is 1.91:1, too. */
const TOLERANCE = 0.01;

function isWebAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:\/\//.test(text);
}

/**
 * Fetches an image as Instagram does before it answers, and throws what is wrong with it. `hasFreeShape`: stories and
 * covers take any aspect ratio.
 */
export async function checkImage(
  context: SandboxContext,
  url: string,
  { hasFreeShape = false }: { hasFreeShape?: boolean } = {},
): Promise<void> {
  if (!isWebAddress(url)) throw unfetchable(url);
  if (context.settings.instagram.links === 'trust') return;
  const bytes = await fetchImage(context, url);
  const found = sniff(bytes);
  if (!found?.startsWith('image/')) throw unfetchable(url);
  if (found !== 'image/jpeg') throw publishingError(2207005);
  const size = jpegSize(bytes);
  if (!size || size.height === 0) throw publishingError(2207005);
  const ratio = size.width / size.height;
  if (!hasFreeShape && (ratio < NARROWEST - TOLERANCE || ratio > WIDEST + TOLERANCE)) {
    throw publishingError(
      2207009,
      `The submitted image with aspect ratio ('${ratio.toFixed(2)}',) cannot be published. ` +
        'Please submit an image with a valid aspect ratio.',
    );
  }
}

async function fetchImage(context: SandboxContext, url: string): Promise<Buffer> {
  try {
    const { status, bytes } = await context.links.download(url, LARGEST_IMAGE_BYTES);
    if (status !== 200) throw unfetchable(url);
    return bytes;
  } catch (error) {
    throw error instanceof Error && error.message.includes('too large')
      ? publishingError(2207004)
      : unfetchable(url);
  }
}

function unfetchable(url: string) {
  return publishingError(
    2207052,
    `The media could not be fetched from this URI: ${url}. Please check the limits of this API.`,
  );
}

/** Fetches a video after the answer: what is wrong with it is told by the container. */
export function fetchVideo(context: SandboxContext, container: InstagramContainerRecord, url: string): void {
  if (context.settings.instagram.links === 'trust' && isWebAddress(url)) {
    container.isWaitingForBytes = false;
    return;
  }
  void context.links
    .download(url, LARGEST_VIDEO_BYTES)
    .then(({ status, bytes }) => (status === 200 ? videoProblem(bytes) : 2207052))
    .catch(() => 2207052)
    .then((problem) => {
      if (problem !== undefined) container.problem = problem;
      container.isWaitingForBytes = false;
    });
}

/** Subcode of what is wrong with a video; undefined where nothing is. */
export function videoProblem(start: Buffer): number | undefined {
  return sniff(start) === 'video/mp4' ? undefined : 2207026;
}

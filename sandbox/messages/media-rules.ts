const KILOBYTE = 1024;
const MEGABYTE = 1024 * KILOBYTE;

export type MediaKind = 'audio' | 'document' | 'image' | 'sticker' | 'video';

const AUDIO = ['audio/aac', 'audio/amr', 'audio/mpeg', 'audio/mp4', 'audio/ogg', 'audio/opus'];
const IMAGES = ['image/jpeg', 'image/png'];
const VIDEOS = ['video/mp4', 'video/3gpp'];

/** Named in the refusal of others. */
export const ACCEPTED: readonly string[] = [
  ...AUDIO,
  ...IMAGES,
  ...VIDEOS,
  'image/webp',
  'application/*',
  'text/*',
];

const LIMITS: Readonly<Record<MediaKind, number>> = {
  audio: 16 * MEGABYTE,
  document: 100 * MEGABYTE,
  image: 5 * MEGABYTE,
  sticker: 500 * KILOBYTE,
  video: 16 * MEGABYTE,
};
const STATIC_STICKER_LIMIT = 100 * KILOBYTE;
export const LARGEST_MEDIA_BYTES = LIMITS.document;

/** `audio/ogg; codecs=opus` → `audio/ogg`, and the names that clients use beside the proper ones. */
export function plainType(contentType: string): string {
  const type = (contentType.split(';')[0] ?? '').trim().toLowerCase();
  if (type === 'image/jpg') return 'image/jpeg';
  return type === 'audio/mp3' ? 'audio/mpeg' : type;
}

/** The kind that a type is uploaded as; undefined where Meta takes no such files. */
export function kindOf(mimeType: string): MediaKind | undefined {
  if (AUDIO.includes(mimeType)) return 'audio';
  if (IMAGES.includes(mimeType)) return 'image';
  if (mimeType === 'image/webp') return 'sticker';
  if (VIDEOS.includes(mimeType)) return 'video';
  return /^(application|text)\/[\w.+-]+$/.test(mimeType) ? 'document' : undefined;
}

/** What is wrong with the size, or null. */
export function sizeProblem(kind: MediaKind, bytes: Buffer): string | null {
  const isStatic = kind === 'sticker' && !isAnimated(bytes);
  const limit = isStatic ? STATIC_STICKER_LIMIT : LIMITS[kind];
  if (bytes.length === 0) return 'The file is empty.';
  return bytes.length > limit
    ? `The file has ${bytes.length} bytes; ${limit} are the most for its kind.`
    : null;
}

/** What a message of this kind cannot carry, in the words of its failed status; null where it can. */
export function carryProblem(kind: MediaKind, mimeType: string, bytes: Buffer): string | null {
  const wanted = { audio: AUDIO, image: IMAGES, video: VIDEOS, sticker: ['image/webp'], document: null }[
    kind
  ];
  if (wanted && !wanted.includes(mimeType)) {
    return `Unsupported ${kind} mime type ${mimeType}. Please use one of ${wanted.join(', ')}.`;
  }
  const found = sniff(bytes);
  if (wanted && found !== undefined && !isLike(found, mimeType)) {
    return `The file was received as ${mimeType}, but is ${found}.`;
  }
  if (mimeType === 'audio/ogg' && found === 'audio/ogg' && !bytes.subarray(0, 128).includes('OpusHead')) {
    return 'Ogg audio must be encoded with opus.';
  }
  return sizeProblem(kind, bytes);
}

const SIGNATURES: readonly (readonly [string, (bytes: Buffer) => boolean])[] = [
  ['image/jpeg', (bytes) => startsWith(bytes, [0xff, 0xd8, 0xff])],
  ['image/png', (bytes) => startsWith(bytes, [0x89, 0x50, 0x4e, 0x47])],
  ['image/gif', (bytes) => textAt(bytes, 0, 'GIF8')],
  ['image/webp', (bytes) => textAt(bytes, 0, 'RIFF') && textAt(bytes, 8, 'WEBP')],
  ['video/3gpp', (bytes) => textAt(bytes, 4, 'ftyp3g')],
  ['audio/mp4', (bytes) => textAt(bytes, 4, 'ftypM4A')],
  ['video/mp4', (bytes) => textAt(bytes, 4, 'ftyp')],
  ['audio/ogg', (bytes) => textAt(bytes, 0, 'OggS')],
  ['audio/amr', (bytes) => textAt(bytes, 0, '#!AMR')],
  ['audio/mpeg', (bytes) => textAt(bytes, 0, 'ID3')],
  ['application/pdf', (bytes) => textAt(bytes, 0, '%PDF')],
  ['application/zip', (bytes) => startsWith(bytes, [0x50, 0x4b, 0x03, 0x04])],
  ['text/html', (bytes) => /^\s*<(!doctype html|html|head|body)\b/i.test(bytes.toString('latin1', 0, 64))],
];

/** The type that the bytes show, where they show one. */
export function sniff(bytes: Buffer): string | undefined {
  return SIGNATURES.find(([, matches]) => matches(bytes))?.[0];
}

/** Whether bytes of one type may go by the name of another: containers hold more than one kind. */
export function isLike(found: string, claimed: string): boolean {
  if (found === claimed || kindOf(claimed) === 'document') return true;
  const containers = [
    ['video/mp4', 'audio/mp4', 'video/3gpp'],
    ['audio/ogg', 'audio/opus'],
    ['audio/mpeg', 'audio/aac'],
  ];
  return containers.some((types) => types.includes(found) && types.includes(claimed));
}

function startsWith(bytes: Buffer, signature: readonly number[]): boolean {
  return signature.every((byte, index) => bytes[index] === byte);
}

function textAt(bytes: Buffer, offset: number, text: string): boolean {
  return bytes.toString('latin1', offset, offset + text.length) === text;
}

/** WebP's extended header has a flag for it. */
function isAnimated(bytes: Buffer): boolean {
  return textAt(bytes, 12, 'VP8X') && ((bytes[20] ?? 0) & 0x02) !== 0;
}

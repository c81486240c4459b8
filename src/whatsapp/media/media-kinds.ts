import type { FileNature } from '../../media/file-nature';
import { agrees } from '../../media/file-nature';

export const MEDIA_KINDS = ['image', 'video', 'audio', 'document', 'sticker'] as const;
export type MediaKind = (typeof MEDIA_KINDS)[number];

const KILOBYTE = 1024;
const MEGABYTE = 1024 * KILOBYTE;

/** Documents may be of any type. */
const TYPES: Readonly<Record<Exclude<MediaKind, 'document'>, readonly string[]>> = {
  image: ['image/jpeg', 'image/png'],
  video: ['video/mp4', 'video/3gpp'],
  audio: ['audio/aac', 'audio/amr', 'audio/mpeg', 'audio/mp4', 'audio/ogg'],
  sticker: ['image/webp'],
};

/** The most that a file of any kind may have. */
export const LARGEST_KIND_BYTES = 100 * MEGABYTE;

export function isMediaKind(text: unknown): text is MediaKind {
  return MEDIA_KINDS.some((kind) => kind === text);
}

/** Meta's limits, in bytes. */
export function limitOf(kind: MediaKind, isAnimated: boolean): number {
  switch (kind) {
    case 'image':
      return 5 * MEGABYTE;
    case 'video':
    case 'audio':
      return 16 * MEGABYTE;
    case 'document':
      return LARGEST_KIND_BYTES;
    case 'sticker':
      return (isAnimated ? 500 : 100) * KILOBYTE;
  }
}

/** The type that a file of this kind may be sent under, in words. */
export function typesInWords(kind: MediaKind): string {
  return kind === 'document' ? 'any type' : TYPES[kind].join(', ');
}

export function takesType(kind: MediaKind, mimeType: string): boolean {
  return kind === 'document' || TYPES[kind].includes(mimeType);
}

/** Why a file cannot be sent as this kind; null when it can. */
export function misfitOf(
  kind: MediaKind,
  file: { mimeType: string; size: number; isAnimated: boolean },
): { rule: 'mediaType' | 'mediaSize'; message: string } | null {
  if (!takesType(kind, file.mimeType))
    return {
      rule: 'mediaType',
      message: `The file is ${file.mimeType}, and ${withArticle(kind)} may be of ${typesInWords(kind)}.`,
    };
  const limit = limitOf(kind, file.isAnimated);
  if (file.size > limit) return { rule: 'mediaSize', message: tooLarge(kind, limit, file.isAnimated) };
  return null;
}

export function tooLarge(kind: MediaKind, limit: number, isAnimated: boolean): string {
  const size = limit >= MEGABYTE ? `${limit / MEGABYTE} MB` : `${limit / KILOBYTE} KB`;
  return `WhatsApp takes ${withArticle(kind, isAnimated)} of at most ${size}.`;
}

function withArticle(kind: MediaKind, isAnimated = false): string {
  if (isAnimated) return `an animated ${kind}`;
  return kind === 'image' || kind === 'audio' ? `an ${kind} file` : `a ${kind}`;
}

/** What a file turned out to be, or why it is not taken. */
export type FileVerdict =
  | { kind: MediaKind; mimeType: string; refusal?: undefined }
  | { refusal: string; kind?: undefined; mimeType?: undefined };

/**
 * @param told the type that it came with, in its usual form; null for none
 * @param wanted the kind that it is to be sent as; null: whatever the type is usually sent as
 */
export function judgeFile(told: string | null, nature: FileNature, wanted: MediaKind | null): FileVerdict {
  if (told !== null && !agrees(told, nature)) {
    const real = nature.types[0] ?? (nature.isText ? 'text' : null);
    return {
      refusal:
        nature.runs === 'page' && !/html|svg/.test(told)
          ? `It came as ${told}, but it is a web page. Give the address of the file itself.`
          : `It came as ${told}, but ${real === null ? 'its content is not' : `its content is ${real}`}.`,
    };
  }
  const mimeType = told ?? nature.types[0] ?? (nature.isText ? 'text/plain' : 'application/octet-stream');
  if (wanted !== null) {
    if (takesType(wanted, mimeType)) return { kind: wanted, mimeType };
    // The same container holds both, and the kind says which.
    const fitting = nature.types.find((type) => takesType(wanted, type));
    if (told === null && fitting !== undefined) return { kind: wanted, mimeType: fitting };
    return { refusal: `It is ${mimeType}, and ${withArticle(wanted)} may be of ${typesInWords(wanted)}.` };
  }
  const kind = MEDIA_KINDS.find((each) => each !== 'document' && takesType(each, mimeType));
  if (kind !== undefined) return { kind, mimeType };
  // Somebody who means a picture should learn now that it would come as a file, not from the person who gets it.
  if (/^(?:image|audio|video)\//.test(mimeType) || nature.runs !== null)
    return { refusal: `WhatsApp shows no ${mimeType}. To send it as a file, give the kind document.` };
  return { kind: 'document', mimeType };
}

/** Whether a WebP moves, which its header tells. */
export function isAnimatedWebp(head: Uint8Array): boolean {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  const isExtended =
    bytes.length > 20 &&
    bytes.toString('latin1', 0, 4) === 'RIFF' &&
    bytes.toString('latin1', 8, 16) === 'WEBPVP8X';
  return isExtended && (bytes.readUInt8(20) & 0x02) !== 0;
}

/** How long a file says that it is, in bytes; null where it does not. One that is shorter was cut off. */
export function toldLengthOf(head: Uint8Array): number | null {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  const isRiff = bytes.length >= 12 && bytes.toString('latin1', 0, 4) === 'RIFF';
  return isRiff ? bytes.readUInt32LE(4) + 8 : null;
}

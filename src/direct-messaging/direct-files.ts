import { isUuid } from '../database/ids';
import { isRecord } from '../http/unfit-content';

type Json = Record<string, unknown>;

export const FILE_TYPES = ['image', 'video', 'audio', 'file'] as const;
export type DirectFileType = (typeof FILE_TYPES)[number];

/** A place in a message that names an upload of ours. */
export interface DirectFile {
  /** Of the field with the id, as `message.attachment.payload.attachment_id`. */
  path: string;
  type: DirectFileType;
  /** In small letters. */
  uploadId: string;
}

/** What Meta finds the file by, in place of our id. */
export type FileReference = { attachment_id: string } | { url: string };

type Replace = (file: DirectFile) => FileReference | null;

/** Every upload of ours that a message names, in the order of the message. */
export function filesOf(message: unknown): DirectFile[] {
  const found: DirectFile[] = [];
  mapMessage(message, (file) => {
    found.push(file);
    return null;
  });
  return found;
}

/** The same message with Meta's references in place of our ids. @param references by `fileKey` */
export function withReferences(message: unknown, references: ReadonlyMap<string, FileReference>): unknown {
  return mapMessage(message, (file) => references.get(fileKey(file)) ?? null);
}

/** The same upload is another thing to Meta where it is sent as another type. */
export function fileKey({ type, uploadId }: Pick<DirectFile, 'type' | 'uploadId'>): string {
  return `${type}:${uploadId}`;
}

function mapMessage(message: unknown, replace: Replace): unknown {
  if (!isRecord(message)) return message;
  const mapped = { ...message };
  if (isRecord(mapped.attachment))
    mapped.attachment = mapAttachment(mapped.attachment, 'message.attachment', replace);
  if (Array.isArray(mapped.attachments))
    mapped.attachments = mapped.attachments.map((item: unknown, index) =>
      isRecord(item) ? mapAttachment(item, `message.attachments.${index}`, replace) : item,
    );
  return mapped;
}

function mapAttachment(attachment: Json, path: string, replace: Replace): Json {
  const { type, payload } = attachment;
  if (!isRecord(payload)) return attachment;
  if (type !== 'template') {
    const mapped = mapHolder(payload, type, `${path}.payload`, replace);
    return { ...attachment, payload: mapped };
  }
  if (payload.template_type !== 'media' || !Array.isArray(payload.elements)) return attachment;
  const elements = payload.elements.map((element: unknown, index) =>
    isRecord(element)
      ? mapHolder(element, element.media_type, `${path}.payload.elements.${index}`, replace)
      : element,
  );
  return { ...attachment, payload: { ...payload, elements } };
}

function mapHolder(holder: Json, type: unknown, path: string, replace: Replace): Json {
  const { attachment_id: id, ...rest } = holder;
  const fileType = FILE_TYPES.find((known) => known === type);
  if (fileType === undefined || typeof id !== 'string' || !isUuid(id)) return holder;
  const reference = replace({
    path: `${path}.attachment_id`,
    type: fileType,
    uploadId: id.toLowerCase(),
  });
  return reference === null ? holder : { ...rest, ...reference };
}

const MEGABYTE = 1024 * 1024;
/** Animated pictures are GIFs here; WebP is WhatsApp's. */
const TYPES: Readonly<Record<Exclude<DirectFileType, 'file'>, readonly string[]>> = {
  image: ['image/jpeg', 'image/png', 'image/gif'],
  video: ['video/mp4', 'video/ogg', 'video/x-msvideo', 'video/quicktime', 'video/webm', 'video/3gpp'],
  audio: ['audio/aac', 'audio/mp4', 'audio/mpeg', 'audio/wav', 'audio/x-wav', 'audio/ogg', 'audio/amr'],
};
const LARGEST: Readonly<Record<DirectFileType, number>> = {
  image: 8 * MEGABYTE,
  video: 25 * MEGABYTE,
  audio: 25 * MEGABYTE,
  file: 25 * MEGABYTE,
};

/** Why a file cannot be sent as this type; null when it can. */
export function misfitOf(
  type: DirectFileType,
  file: { mimeType: string; size: number },
): { rule: 'mediaType' | 'mediaSize'; message: string } | null {
  if (type !== 'file' && !TYPES[type].includes(file.mimeType))
    return {
      rule: 'mediaType',
      message: `The file is ${file.mimeType}, and as ${type} Meta takes ${TYPES[type].join(', ')}. It may be sent as file.`,
    };
  if (file.size <= LARGEST[type]) return null;
  return {
    rule: 'mediaSize',
    message: `The file has ${file.size} bytes; as ${type} Meta takes ${LARGEST[type] / MEGABYTE} MB at most.`,
  };
}

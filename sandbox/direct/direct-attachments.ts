import type { SandboxContext } from '../context';
import { brokenUpload, unfetchableFile } from './direct-errors';
import { addFile, fileUrl } from './direct-files';
import type { DirectAttachment } from './direct-records';
import { invalidParameter } from '../graph/graph-error';
import type { AuthenticatedRequest } from '../graph/graph-router';
import { newObjectId } from '../ids';
import { flagOf, objectOf, textOf, type JsonObject } from '../json';

const MEGABYTE = 1024 * 1024;
const LARGEST_IMAGE_BYTES = 8 * MEGABYTE;
const LARGEST_FILE_BYTES = 25 * MEGABYTE;

export interface Upload {
  attachment: DirectAttachment;
  attachmentId: string;
  isReusable: boolean;
}

/** Whose upload it is, and who gets it: an upload that is not reusable is for one person. */
export interface UploadTarget {
  ownerId: string;
  userId?: string;
}

/** What an attachment of a call becomes: bytes that came along get an address, and ids of earlier uploads are looked up. */
export async function upload(
  context: SandboxContext,
  target: UploadTarget,
  { type: given, payload: givenPayload }: JsonObject,
  request: AuthenticatedRequest,
): Promise<Upload> {
  const type = textOf(given) ?? 'file';
  const payload = objectOf(givenPayload);
  const id = newObjectId();
  if (type === 'template' || type === 'like_heart' || payload.id !== undefined) {
    return { attachment: { id, type, payload }, attachmentId: id, isReusable: false };
  }
  const knownId = textOf(payload.attachment_id);
  if (knownId !== undefined) return known(context, target, knownId, type);
  const url = await addressOf(context, type, payload, request);
  const isReusable = flagOf(payload.is_reusable) ?? false;
  context.direct.uploads.set(id, { ownerId: target.ownerId, type, url, isReusable });
  return { attachment: { id, type, payload: { url } }, attachmentId: id, isReusable };
}

function known({ direct }: SandboxContext, target: UploadTarget, id: string, type: string): Upload {
  const found = direct.uploads.get(id);
  if (found?.ownerId !== target.ownerId) throw invalidParameter(`The attachment ${id} does not exist.`);
  if (found.type !== type) throw invalidParameter(`The attachment ${id} is of the type ${found.type}.`);
  if (!found.isReusable && target.userId !== undefined) {
    found.userId ??= target.userId;
    if (found.userId !== target.userId) throw invalidParameter(`The attachment ${id} is not reusable.`);
  }
  return {
    attachment: { id: newObjectId(), type, payload: { url: found.url } },
    attachmentId: id,
    isReusable: false,
  };
}

async function addressOf(
  context: SandboxContext,
  type: string,
  payload: JsonObject,
  { files: [file] }: AuthenticatedRequest,
): Promise<string> {
  const limit = type === 'image' ? LARGEST_IMAGE_BYTES : LARGEST_FILE_BYTES;
  if (file) {
    if (file.bytes.length === 0 || file.bytes.length > limit) throw brokenUpload();
    const stored = addFile(context, {
      mimeType: file.contentType,
      name: file.filename,
      bytes: file.bytes,
    });
    return fileUrl(context, stored.id);
  }
  const url = textOf(payload.url) ?? '';
  if (context.settings.messaging.links === 'fetch') await checkFile(context, url, limit);
  return url;
}

async function checkFile(context: SandboxContext, url: string, limit: number): Promise<void> {
  try {
    const { status } = await context.links.download(url, limit);
    if (status !== 200) throw unfetchableFile();
  } catch (error) {
    throw error instanceof Error && error.message.includes('too large') ? brokenUpload() : unfetchableFile();
  }
}

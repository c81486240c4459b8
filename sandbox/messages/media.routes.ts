import { createHash, createHmac } from 'node:crypto';

import type { SandboxContext } from '../context';
import { catalogueError } from '../graph/error-catalogue';
import { invalidParameter, missingParameter, unknownObject } from '../graph/graph-error';
import type { NodeType } from '../graph/graph-nodes';
import { GraphReply, type GraphRequest } from '../graph/graph-request';
import type { AuthenticatedRequest, GraphRouter } from '../graph/graph-router';
import { newObjectId } from '../ids';
import { textOf, type JsonObject } from '../json';
import { ACCEPTED, isLike, kindOf, plainType, sizeProblem, sniff } from './media-rules';
import { requireProduct } from '../graph/messaging-product';
import { DAY_MS } from '../login/tokens';
import type { MediaRecord, PhoneRecord } from '../world';

const URL_LIFETIME_SECONDS = 300;
const URL_KEY = 'media-url-signature';

export function registerMedia(router: GraphRouter, context: SandboxContext): void {
  router.type('media', mediaType(context));
  router.on('POST', 'phone', 'media', (phone, request) => upload(context, phone, request));
  router.on('GET', 'media', '', (media, request) => {
    checkOwner(context, media, request);
    return describe(context, media, request.baseUrl);
  });
  router.on('DELETE', 'media', '', (media, request) => {
    checkOwner(context, media, request);
    context.world.remove(media.id);
    return { success: true };
  });
  router.root('GET', 'whatsapp_business/attachments', (request) => download(context, request));
}

function mediaType(context: SandboxContext): NodeType<MediaRecord> {
  return {
    name: 'WhatsAppBusinessMedia',
    defaults: [],
    fields: { url: (media, { request }) => mediaUrl(context, media, request.baseUrl) },
    edges: {},
  };
}

function upload(
  context: SandboxContext,
  phone: PhoneRecord,
  { params, files }: AuthenticatedRequest,
): JsonObject {
  requireProduct(params);
  const file = files.find(({ field }) => field === 'file') ?? files[0];
  if (!file) throw missingParameter('file');
  // The part's own type wins; `type` is asked for, but clients differ in what they put there.
  const claimed = plainType(isMime(file.contentType) ? file.contentType : (textOf(params.type) ?? ''));
  const mimeType = acceptedType(context, claimed, file.bytes);
  const kind = kindOf(mimeType);
  const problem = kind && sizeProblem(kind, file.bytes);
  if (problem) throw catalogueError(131053, problem);
  const media = addMedia(context, phone, mimeType, file.bytes, 30 * DAY_MS, file.filename);
  return { id: media.id };
}

/** Meta looks into the file: another type than the claimed one is refused by what was found. */
function acceptedType(context: SandboxContext, claimed: string, bytes: Buffer): string {
  const found = sniff(bytes);
  const isUnknown = found === undefined && context.settings.sending.uploads === 'strict';
  const isOther = found !== undefined && !isLike(found, claimed);
  if (kindOf(claimed) !== undefined && !isOther && !(isUnknown && kindOf(claimed) !== 'document'))
    return claimed;
  throw invalidParameter(
    'Param file must be a file with one of the following types: ' +
      `${ACCEPTED.join(', ')}. Received file of type '${isOther ? found : isUnknown ? 'application/octet-stream' : claimed}'.`,
  );
}

function isMime(text: string): boolean {
  return /^[\w.+-]+\/[\w.+-]+/.test(text) && !text.startsWith('application/octet-stream');
}

/** `lifetimeMs`: 30 days for uploads, 7 days for what people sent. */
export function addMedia(
  context: SandboxContext,
  phone: PhoneRecord,
  mimeType: string,
  bytes: Buffer,
  lifetimeMs: number,
  filename?: string,
): MediaRecord {
  return context.world.add<MediaRecord>({
    kind: 'media',
    id: newObjectId(),
    phoneId: phone.id,
    mimeType,
    bytes,
    expiresAt: context.clock.now() + lifetimeMs,
    ...(filename !== undefined && { filename }),
  });
}

function checkOwner(
  context: SandboxContext,
  media: MediaRecord,
  { params, method }: AuthenticatedRequest,
): void {
  const phoneId = textOf(params.phone_number_id);
  const isOther = phoneId !== undefined && phoneId !== media.phoneId;
  if (isOther || media.expiresAt <= context.clock.now()) throw unknownObject(media.id, method);
}

function describe(context: SandboxContext, media: MediaRecord, baseUrl: string): JsonObject {
  return {
    url: mediaUrl(context, media, baseUrl),
    mime_type: media.mimeType,
    sha256: createHash('sha256').update(media.bytes).digest('hex'),
    file_size: String(media.bytes.length),
    id: media.id,
    messaging_product: 'whatsapp',
  };
}

export function mediaUrl(context: SandboxContext, media: MediaRecord, baseUrl: string): string {
  const expires = context.clock.seconds() + URL_LIFETIME_SECONDS;
  const query = new URLSearchParams({
    mid: media.id,
    source: 'getMedia',
    ext: String(expires),
    hash: urlHash(media.id, expires),
  });
  return `${baseUrl}/whatsapp_business/attachments/?${query.toString()}`;
}

function urlHash(mediaId: string, expires: number): string {
  return createHmac('sha256', URL_KEY).update(`${mediaId} ${expires}`).digest('base64url').slice(0, 32);
}

/** The bytes: the URL lives five minutes and still needs the token. */
function download(context: SandboxContext, request: GraphRequest): GraphReply {
  const { tokens, world, access, clock } = context;
  const token = request.tokenText === undefined ? undefined : tokens.find(request.tokenText);
  if (!token || tokens.problemOf(token)) return new GraphReply(401, '', { 'content-type': 'text/plain' });
  const media = world.findKind('media', textOf(request.params.mid) ?? '');
  const expires = Number(textOf(request.params.ext));
  const isGenuine = media && textOf(request.params.hash) === urlHash(media.id, expires);
  if (
    !isGenuine ||
    expires <= clock.seconds() ||
    media.expiresAt <= clock.now() ||
    !access.canSee(media, token)
  ) {
    return new GraphReply(404, '', { 'content-type': 'text/plain' });
  }
  const name = media.filename ?? `${media.id}.${media.mimeType.split('/')[1] ?? 'bin'}`;
  return new GraphReply(200, media.bytes, {
    'content-type': media.mimeType,
    'content-disposition': `attachment;filename="${name.replace(/[^\x20-\x7e]|"/g, '_')}"`,
  });
}

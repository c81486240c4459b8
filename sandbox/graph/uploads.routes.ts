import { randomBytes } from 'node:crypto';

import type { SandboxContext } from '../context';
import { GraphError, invalidParameter, missingParameter, unknownObject } from './graph-error';
import type { GraphRequest } from './graph-request';
import type { GraphRouter } from './graph-router';
import { numberOf, textOf, type JsonObject } from '../json';
import { LARGEST_MEDIA_BYTES } from '../messages/media-rules';
import type { UploadSession } from './upload-sessions';

const LIFETIME_MS = 86_400_000;
const TYPES = ['image/jpeg', 'image/jpg', 'image/png', 'video/mp4', 'application/pdf'];

/** Resumable upload: gives the handles that template headers and profile pictures name. */
export function registerUploads(router: GraphRouter, context: SandboxContext): void {
  const { sessions } = context.uploads;
  router.on('POST', 'app', 'uploads', (_app, { params }) => {
    const length = numberOf(params.file_length);
    const type = textOf(params.file_type);
    if (length === undefined) throw missingParameter('file_length');
    if (!Number.isInteger(length) || length < 1 || length > LARGEST_MEDIA_BYTES)
      throw invalidParameter(`Param file_length must be between 1 and ${LARGEST_MEDIA_BYTES}.`);
    if (type === undefined) throw missingParameter('file_type');
    if (!TYPES.includes(type)) throw invalidParameter(`Param file_type is not supported: ${type}`);
    const id = `upload:MTph${randomBytes(16).toString('base64url')}`;
    const expiresAt = context.clock.now() + LIFETIME_MS;
    sessions.set(id, { length, type, received: Buffer.alloc(0), expiresAt });
    return { id: `${id}?sig=${randomBytes(8).toString('base64url')}` };
  });
  router.root('POST', 'upload:*', (request) => {
    const answer = receive(sessionOf(context, request), request);
    const handle = textOf(answer.h);
    if (handle !== undefined) context.uploads.handles.add(handle);
    return answer;
  });
  router.root('GET', 'upload:*', (request) => {
    const session = sessionOf(context, request);
    return { id: request.segments.join('/'), file_offset: session.received.length };
  });
}

function sessionOf({ tokens, uploads, clock }: SandboxContext, request: GraphRequest): UploadSession {
  if (request.tokenText === undefined) {
    throw new GraphError(104, 'An access token is required to request this resource.');
  }
  request.token = tokens.authenticate(request.tokenText);
  const id = request.segments.join('/').split('?')[0] ?? '';
  const session = uploads.sessions.get(id);
  if (!session || session.expiresAt <= clock.now()) throw unknownObject(id, request.method);
  return session;
}

function receive(session: UploadSession, { headers, rawBody }: GraphRequest): JsonObject {
  const offset = numberOf(headers.file_offset);
  if (offset === undefined) throw missingParameter('file_offset');
  if (offset !== session.received.length) {
    throw invalidParameter(`file_offset must be ${session.received.length}, not ${offset}.`);
  }
  session.received = Buffer.concat([session.received, rawBody ?? Buffer.alloc(0)]);
  if (session.received.length > session.length) throw invalidParameter('More bytes than file_length.');
  if (session.received.length < session.length) return { file_offset: session.received.length };
  return { h: `4::${Buffer.from(session.type).toString('base64')}:${randomBytes(24).toString('base64url')}` };
}

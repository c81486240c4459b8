import { createHmac } from 'node:crypto';

import type { SandboxContext } from '../context';
import type { DirectFile } from './direct-inbox';
import { GraphReply, type GraphRequest } from '../graph/graph-request';
import type { GraphRouter } from '../graph/graph-router';
import { newObjectId } from '../ids';
import { textOf } from '../json';
import { DAY_MS } from '../login/tokens';

const PATH = 'direct_media/attachments';
const LIFETIME_MS = 3 * DAY_MS;
const URL_KEY = 'direct-media-signature';

/** Bytes of Messenger's and Instagram's attachments: unlike WhatsApp's, their URLs need no token, but they expire. */
export function registerDirectFiles(router: GraphRouter, context: SandboxContext): void {
  router.root('GET', PATH, (request) => download(context, request));
}

export function addFile(
  context: SandboxContext,
  file: { mimeType: string; name: string; bytes: Buffer },
): DirectFile {
  const stored = { ...file, id: newObjectId() };
  context.direct.files.set(stored.id, stored);
  return stored;
}

/** A fresh address, good for three days. */
export function fileUrl(context: SandboxContext, fileId: string): string {
  const expires = Math.floor((context.clock.now() + LIFETIME_MS) / 1000);
  const query = new URLSearchParams({ id: fileId, oe: expires.toString(16), oh: hashOf(fileId, expires) });
  return `${context.publicUrl}/${PATH}?${query.toString()}`;
}

function hashOf(fileId: string, expires: number): string {
  return createHmac('sha256', URL_KEY).update(`${fileId} ${expires}`).digest('base64url').slice(0, 32);
}

function download({ direct, clock }: SandboxContext, { params }: GraphRequest): GraphReply {
  const file = direct.files.get(textOf(params.id) ?? '');
  const expires = parseInt(textOf(params.oe) ?? '', 16);
  if (!file || textOf(params.oh) !== hashOf(file.id, expires) || expires <= clock.seconds()) {
    return new GraphReply(403, 'URL signature expired', { 'content-type': 'text/plain' });
  }
  return new GraphReply(200, file.bytes, { 'content-type': file.mimeType });
}

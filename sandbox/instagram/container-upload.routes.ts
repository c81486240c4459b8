import type { SandboxContext } from '../context';
import { videoProblem } from './container-files';
import { GraphReply, type GraphRequest } from '../graph/graph-request';
import type { GraphRouter } from '../graph/graph-router';
import type { InstagramContainerRecord } from './instagram-records';
import { numberOf } from '../json';

const PATH = 'ig-api-upload';

/** rupload.facebook.com: the bytes of a video, whose container waits for them. Its errors have a form of their own. */
export function registerContainerUpload(router: GraphRouter, context: SandboxContext): void {
  router.root('POST', `${PATH}/*`, (request) => receive(context, request));
}

export function uploadUrl({ baseUrl, versionText }: GraphRequest, containerId: string): string {
  return `${baseUrl}/${PATH}/${versionText}/${containerId}`;
}

function failure(type: string, message: string, status = 400): GraphReply {
  return new GraphReply(status, { debug_info: { retriable: status >= 500, type, message } });
}

function receive(context: SandboxContext, request: GraphRequest): GraphReply {
  const { headers, rawBody, segments } = request;
  const container = authorizedContainer(context, request, segments.at(-1) ?? '');
  if (container instanceof GraphReply) return container;
  const offset = numberOf(headers.offset);
  const size = numberOf(headers.file_size);
  if (offset === undefined) return failure('PartialRequestError', 'The header offset is missing.');
  if (size === undefined || size <= 0)
    return failure('PartialRequestError', 'The header file_size is missing.');
  const upload = container.upload;
  if (!upload || !container.isWaitingForBytes) {
    return failure('ProcessingFailedError', 'This container does not wait for an upload.');
  }
  if (offset !== upload.received) {
    return failure('OffsetInvalidError', `The offset must be ${upload.received}.`);
  }
  const bytes = rawBody ?? Buffer.alloc(0);
  if (offset + bytes.length > size)
    return failure('PartialRequestError', 'There are more bytes than file_size.');
  if (offset === 0) {
    const problem = videoProblem(bytes);
    if (problem !== undefined) container.problem = problem;
  }
  upload.received += bytes.length;
  if (upload.received >= size) {
    container.isWaitingForBytes = false;
    container.readyAt = context.clock.now() + context.settings.instagram.videoProcessingMs;
  }
  return new GraphReply(200, { success: true, message: 'Upload successful.' });
}

function authorizedContainer(
  context: SandboxContext,
  request: GraphRequest,
  id: string,
): InstagramContainerRecord | GraphReply {
  const { tokens, world, access } = context;
  const denied = failure('NotAuthorizedError', 'User not authorized to perform this request');
  if (!/^OAuth\s/i.test(request.headers.authorization ?? '')) return denied;
  const token = tokens.find(request.tokenText ?? '');
  const container = world.findKind('instagram-container', id);
  if (!token || tokens.problemOf(token)) return denied;
  return container?.appId === token.appId && access.canSee(container, token) ? container : denied;
}

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import type { SandboxContext } from '../context';
import { faultAnswer, type FaultAnswer } from './faults';
import { answerBatch, type AnsweredCall } from './graph-batch';
import { GraphError } from './graph-error';
import { GraphReply, type GraphAnswer, type GraphMethod, type GraphRequest } from './graph-request';
import type { GraphRouter } from './graph-router';
import { textOf, type JsonObject } from '../json';
import { parametersOf, parseBody, type ParsedBody } from './request-body';
import { usageHeaders } from './usage-headers';

const CURRENT_VERSION = 26;
const OLDEST_VERSION = 21;
const METHODS: readonly string[] = ['GET', 'POST', 'DELETE'];
const JSON_TYPE = 'application/json; charset=UTF-8';

interface PathParts {
  version: number;
  versionText: string;
  segments: string[];
}

/** The HTTP side of Graph: versions, encodings, method override, faults, usage headers, error envelope. */
export function serveGraph(app: FastifyInstance, context: SandboxContext, router: GraphRouter): void {
  app.all('/*', async (incoming, reply) => {
    context.inFlight++;
    try {
      await serveCall(incoming, reply, context, router);
    } finally {
      context.inFlight--;
    }
    return reply;
  });
}

async function serveCall(
  incoming: FastifyRequest,
  reply: FastifyReply,
  context: SandboxContext,
  router: GraphRouter,
): Promise<void> {
  const url = new URL(incoming.raw.url ?? '/', 'http://sandbox');
  const body = Buffer.isBuffer(incoming.body) ? incoming.body : undefined;
  const contentType = incoming.headers['content-type'];
  const path = readPath(url.pathname);
  let parsed: ParsedBody = { params: {}, files: [] };
  let bodyError: unknown;
  try {
    parsed = await parseBody(body, contentType);
  } catch (error) {
    bodyError = error;
  }
  const query = parametersOf(url.searchParams);
  const request = buildRequest(incoming, path, { ...query, ...parsed.params }, parsed, body);
  const recorded = context.calls.add({
    at: context.clock.now(),
    method: request.method,
    path: `/${path.segments.join('/')}`,
    version: path.versionText,
    query: Object.fromEntries(url.searchParams),
    body: bodyError === undefined ? recordedBody(parsed) : (body?.toString('utf8') ?? null),
    contentType: contentType ?? null,
    token: request.tokenText ?? null,
    authorization: incoming.headers.authorization ?? null,
  });

  const fault = context.faults.take(request.method, recorded.path);
  if (fault?.delayMs !== undefined) await context.clock.sleep(fault.delayMs);
  if (fault?.drop === 'before') {
    cut(incoming, reply);
    return;
  }
  const kept = fault?.keepBytes;
  if (kept !== undefined) {
    request.rawBody = body?.subarray(0, kept);
    request.files = request.files.map((file) => ({ ...file, bytes: file.bytes.subarray(0, kept) }));
  }
  const failure = fault && faultAnswer(fault, isNotWhatsApp(context, request));
  const fail = (answer: FaultAnswer, code: number | undefined): void => {
    recorded.status = answer.status;
    if (code !== undefined) context.limits.countRefusal(code);
    void reply.status(answer.status).headers(answer.headers).type(answer.contentType).send(answer.body);
  };
  if (failure && fault.drop !== 'after' && fault.afterEffect !== true) {
    fail(failure, fault.code);
    return;
  }
  const answer = await answerSafely(context, request, () => {
    if (path.version > CURRENT_VERSION)
      throw new GraphError(2500, `Unknown path components: ${recorded.path}`);
    if (!METHODS.includes(request.method)) throw new GraphError(100, 'Unsupported method.');
    if (bodyError !== undefined) throw bodyError instanceof Error ? bodyError : new Error('unreadable body');
    return answerOf(context, router, request);
  });
  recorded.status = answer.status;
  if (fault?.delayAfterMs !== undefined) await context.clock.sleep(fault.delayAfterMs);
  if (fault?.drop === 'after' || fault?.keepBytes !== undefined) {
    cut(incoming, reply);
    return;
  }
  if (failure) {
    fail(failure, fault.code);
    return;
  }
  void reply.status(answer.status).headers(answer.headers).send(answer.body);
}

/** Pages and Instagram accounts have tokens of their own. */
function isNotWhatsApp({ tokens }: SandboxContext, { tokenText }: GraphRequest): boolean {
  const kind = tokenText === undefined ? undefined : tokens.find(tokenText)?.kind;
  return kind === 'PAGE' || kind === 'INSTAGRAM';
}

async function answerOf(
  context: SandboxContext,
  router: GraphRouter,
  request: GraphRequest,
): Promise<GraphAnswer> {
  if (request.segments.length === 0 && request.method === 'POST' && request.params.batch !== undefined) {
    return answerBatch(request, async (part): Promise<AnsweredCall> => {
      const answer = await answerSafely(context, part, () => router.handle(part));
      return { status: answer.status, headers: answer.headers, body: String(answer.body) };
    });
  }
  return router.handle(request);
}

async function answerSafely(
  context: SandboxContext,
  request: GraphRequest,
  handle: () => Promise<GraphAnswer>,
): Promise<{ status: number; headers: Record<string, string>; body: string | Buffer }> {
  try {
    const answer = await handle();
    const headers = { ...graphHeaders(context, request) };
    if (!(answer instanceof GraphReply)) return { status: 200, headers, body: JSON.stringify(answer) };
    const raw = typeof answer.body === 'string' || Buffer.isBuffer(answer.body);
    const content = raw ? answer.body : JSON.stringify(answer.body);
    return { status: answer.status, headers: { ...headers, ...answer.headers }, body: content };
  } catch (error) {
    const known = error instanceof GraphError ? error : new GraphError(1, describe(error), { status: 500 });
    const json = known.toJson(typeFor(known, request));
    context.limits.countRefusal(known.code);
    return {
      status: known.status,
      headers: {
        ...graphHeaders(context, request),
        'www-authenticate': `OAuth "Facebook Platform" "invalid_request" "${headerText(known.message)}"`,
      },
      body: JSON.stringify(json),
    };
  }
}

/** graph.instagram.com names its errors by a type of its own, but for those of the token. */
function typeFor(error: GraphError, { token }: GraphRequest): string | undefined {
  return token?.kind === 'INSTAGRAM' && error.code !== 190 ? 'IGApiException' : error.parts.type;
}

function describe(error: unknown): string {
  return error instanceof Error
    ? `The sandbox failed: ${error.stack ?? error.message}`
    : 'The sandbox failed.';
}

function headerText(text: string): string {
  return text.replace(/[^\x20-\x7e]|"/g, "'");
}

function graphHeaders(context: SandboxContext, request: GraphRequest): Record<string, string> {
  const headers: Record<string, string> = {
    'content-type': JSON_TYPE,
    'facebook-api-version': request.versionText,
    'cache-control': 'private, no-cache, no-store, must-revalidate',
  };
  const { skewMs } = context.settings.dates;
  if (skewMs !== 0) headers.date = new Date(Date.now() + skewMs).toUTCString();
  return Object.assign(headers, usageHeaders(context, request));
}

function readPath(pathname: string): PathParts {
  const segments = pathname
    .split('/')
    .filter((segment) => segment !== '')
    .map(safeDecode);
  const given = /^v(\d+)\.(\d+)$/.exec(segments[0] ?? '');
  if (!given) return { version: OLDEST_VERSION, versionText: `v${OLDEST_VERSION}.0`, segments };
  const asked = Number(given[1]);
  if (asked > CURRENT_VERSION)
    return { version: asked, versionText: segments[0] ?? '', segments: segments.slice(1) };
  const version = Math.max(asked, OLDEST_VERSION); // a version that is over is served by the next that lives
  return { version, versionText: `v${version}.0`, segments: segments.slice(1) };
}

function safeDecode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function buildRequest(
  incoming: FastifyRequest,
  path: PathParts,
  params: JsonObject,
  { files }: ParsedBody,
  rawBody: Buffer | undefined,
): GraphRequest {
  const override = textOf(params.method)?.toUpperCase();
  const { method: _method, ...rest } = params;
  const isOverride = override === 'GET' || override === 'POST' || override === 'DELETE';
  const method = isOverride ? override : (incoming.method as GraphMethod);
  const headers: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(incoming.headers))
    headers[name] = Array.isArray(value) ? value[0] : value;
  const bearer = /^(?:Bearer|OAuth)\s+(\S+)\s*$/i.exec(headers.authorization ?? '')?.[1];
  return {
    method,
    version: path.version,
    versionText: path.versionText,
    segments: path.segments,
    params: isOverride ? rest : params,
    files,
    rawBody,
    headers,
    baseUrl: `http://${headers.host ?? 'localhost'}`,
    tokenText: textOf(params.access_token) ?? bearer,
    token: undefined,
  };
}

function recordedBody({ params, files }: ParsedBody): JsonObject {
  if (files.length === 0) return params;
  const described = files.map(({ field, filename, contentType, bytes }) => ({
    field,
    filename,
    content_type: contentType,
    size: bytes.length,
  }));
  return { ...params, files: described };
}

function cut(incoming: FastifyRequest, reply: FastifyReply): void {
  reply.hijack();
  incoming.raw.socket.destroy();
}

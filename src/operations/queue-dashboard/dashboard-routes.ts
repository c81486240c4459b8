import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import { AuditWriter } from '../../audit/audit-writer';
import { AppConfig } from '../../config/app-config';
import { newId } from '../../database/ids';
import { ForbiddenError, UnauthorizedError } from '../../errors/app.error';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { DashboardSession } from './dashboard-session';
import { isFromOwnPage } from './own-origin';
import { BOARD_PATH, QueueBoard } from './queue-board';

/** Its own scripts and styles, styles in attributes, and nothing from elsewhere: the fonts it asks Google for stay away. */
const POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "object-src 'none'",
].join('; ');

const METHODS: HTTPMethods[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

export interface DashboardParts {
  config: AppConfig;
  session: DashboardSession;
  board: QueueBoard;
  audit: AuditWriter;
}

/** Serves the board of the queues to administrators. Before the routes of the API, in processes with the role `api`. */
export function serveQueueDashboard(
  fastify: FastifyInstance,
  { config, session, board, audit }: DashboardParts,
): void {
  const mode = config.env.QUEUE_DASHBOARD;
  if (mode === 'off') return;
  // In this hook the body has not been read yet: the board's own server reads it.
  const onRequest = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const isReading = request.method === 'GET' || request.method === 'HEAD';
    let user: AuthenticatedUser;
    try {
      user = await session.userOf(request.headers.cookie);
    } catch (error) {
      if (!(error instanceof UnauthorizedError) || !wantsPage(request)) throw error;
      await reply.header('cache-control', 'no-store').redirect('/admin/login', 303);
      return;
    }
    if (!isReading && !isFromOwnPage(request.headers, config.publicUrl))
      throw new ForbiddenError('This is only done from the pages of this service.');
    if (!isReading && mode === 'read-only')
      throw new ForbiddenError('The dashboard is read-only. QUEUE_DASHBOARD=on lets administrators act.');
    if (!isReading) await recordDeed(audit, request, reply, user);
    reply.hijack();
    const { raw } = reply;
    for (const [name, value] of Object.entries({
      ...reply.getHeaders(),
      'content-security-policy': POLICY,
      'cache-control': 'no-store',
    }))
      if (value !== undefined) raw.setHeader(name, value);
    await board.serve(request.raw, raw, mode === 'read-only');
  };
  for (const url of [BOARD_PATH, `${BOARD_PATH}/*`])
    fastify.route({ method: METHODS, url, onRequest, handler: answerNothing });
}

/** Never reached: the hook before it answers. */
function answerNothing(_request: FastifyRequest, reply: FastifyReply): void {
  reply.callNotFound();
}

/** Before it is done, so that nothing is done without a trace; and afterwards what came of it. */
async function recordDeed(
  audit: AuditWriter,
  request: FastifyRequest,
  reply: FastifyReply,
  { id: userId, role }: AuthenticatedUser,
): Promise<void> {
  const id = newId();
  await audit.begin({
    id,
    actor: { kind: 'user', id: userId, role },
    action: 'queue.act',
    operation: `${request.method} ${BOARD_PATH}/*`,
    // The queue, the job where there is one, and what is done: `queues/reports/pause`.
    resourceId: (request.url.split('?')[0] ?? '').replace(`${BOARD_PATH}/api/`, ''),
    address: request.ip,
    requestId: request.id,
    startedAt: new Date(),
  });
  reply.raw.once('finish', () => {
    const status = reply.raw.statusCode;
    void audit.finish(id, { outcome: status < 400 ? 'succeeded' : 'failed', status });
  });
}

/** A browser that opens a page is shown the way in; the board's own scripts are told. */
function wantsPage({ method, headers }: FastifyRequest): boolean {
  return method === 'GET' && headers.accept?.includes('text/html') === true;
}

import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { describeProblem } from './describe-problem';

/** The one place where what was thrown becomes an answer. */
@Catch()
export class ExceptionEnvelopeFilter implements ExceptionFilter {
  private readonly log = new Logger('Http');

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const { status, body, retryAfterSeconds } = describeProblem(thrown);
    if (status >= 500) {
      const { code } = body.error;
      this.log.error(
        { requestId: request.id, status, code, err: thrown },
        `${request.method} ${request.routeOptions.url ?? 'unknown route'} failed`,
      );
    }
    // A download that breaks off half-way has had its headers; all that is left is to end it.
    if (reply.sent || reply.raw.headersSent) {
      reply.raw.destroy();
      return;
    }
    if (retryAfterSeconds !== undefined) void reply.header('retry-after', String(retryAfterSeconds));
    if (status === 401) void reply.header('www-authenticate', 'Bearer');
    void reply.status(status).type('application/json; charset=utf-8').send(body);
  }
}

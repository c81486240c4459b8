import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Observable, catchError, from, mergeMap, throwError } from 'rxjs';
import { AuditRefusals } from './audit-refusals';
import { operationOf, subjectOf } from './audit-subjects';
import { AuditTrails } from './audit-trail.service';

const READING = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Records every request that writes: before it is done that it is about to be, and afterwards what became of it. */
@Injectable()
export class AuditInterceptor implements NestInterceptor<unknown, unknown> {
  constructor(
    private readonly trails: AuditTrails,
    private readonly refusals: AuditRefusals,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler<unknown>): Promise<Observable<unknown>> {
    if (context.getType() !== 'http') return next.handle();
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    if (READING.has(request.method)) return next.handle();
    this.refusals.isHandled(request);
    const operation = operationOf(request);
    const subject = subjectOf(operation);
    if (subject === null) return next.handle();
    const reply = http.getResponse<FastifyReply>();
    const trail = await this.trails.begin(request, operation, subject);
    return next.handle().pipe(
      mergeMap(async (answer) => {
        await this.trails.succeeded(trail, answer, reply);
        return answer;
      }),
      catchError((thrown: unknown) =>
        from(this.trails.failed(trail, thrown)).pipe(mergeMap(() => throwError(() => thrown))),
      ),
    );
  }
}

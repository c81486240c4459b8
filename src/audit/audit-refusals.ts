import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { operationOf, subjectOf } from './audit-subjects';
import { AuditTrails } from './audit-trail.service';

/**
 * Guards refuse before any interceptor is asked. Somebody known who tries what their role may not is recorded all the same.
 * Strangers are not, nor is what a rate limit turns away: anybody could fill the log with them. Those are counted as metrics.
 */
@Injectable()
export class AuditRefusals implements OnApplicationShutdown {
  private readonly log = new Logger('Audit');
  private readonly handled = new WeakSet<FastifyRequest>();
  private readonly underWay = new Set<Promise<void>>();

  constructor(private readonly trails: AuditTrails) {}

  /** The interceptor takes care of it. */
  isHandled(request: FastifyRequest): void {
    this.handled.add(request);
  }

  /** Called once, before any route is registered. */
  attachTo(fastify: FastifyInstance): void {
    fastify.addHook('onResponse', (request, reply, done) => {
      done();
      if (reply.statusCode !== 403 || request.user === undefined || this.handled.has(request)) return;
      if (request.method === 'GET' || request.method === 'HEAD') return;
      const recording = this.record(request).finally(() => this.underWay.delete(recording));
      this.underWay.add(recording);
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.underWay);
  }

  private async record(request: FastifyRequest): Promise<void> {
    const operation = operationOf(request);
    const subject = subjectOf(operation);
    if (subject === null) return;
    try {
      await this.trails.forbidden(request, operation, subject);
    } catch (error) {
      this.log.error({ operation, err: error }, 'A refused request was not written down');
    }
  }
}

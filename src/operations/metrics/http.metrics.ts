import { METHODS } from 'node:http';
import { Injectable } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import { MetricsRegistry } from './metrics-registry';
import { OTHER } from './bounded-label';

const SECONDS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** What was asked for without there being such a route: one series, whatever a scanner tries. */
const UNMATCHED = 'unmatched';
const KNOWN_METHODS: ReadonlySet<string> = new Set(METHODS);

/** How long requests take, by the pattern of their route: never by the path, which has ids in it. */
@Injectable()
export class HttpMetrics {
  private readonly durations;

  constructor(metrics: MetricsRegistry) {
    this.durations = metrics.histogram(
      'http_request_duration_seconds',
      'Time from a request to the end of its answer, but for webhook deliveries.',
      SECONDS,
      ['method', 'route', 'status_class'],
    );
  }

  /** Before the routes are added, as Fastify's hooks are only for those that come after. */
  observe(fastify: FastifyInstance): void {
    fastify.addHook('onResponse', (request, reply, done) => {
      this.durations.observe(
        {
          method: KNOWN_METHODS.has(request.method) ? request.method : OTHER,
          route: request.is404 ? UNMATCHED : (request.routeOptions.url ?? UNMATCHED),
          status_class: `${Math.floor(reply.statusCode / 100)}xx`,
        },
        reply.elapsedTime / 1_000,
      );
      done();
    });
  }
}

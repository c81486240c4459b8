import type { DynamicModule, Type } from '@nestjs/common';
import { NestFactory, Reflector } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';
import { Logger } from 'nestjs-pino';
import { AppModule } from './app.module';
import { AuditRefusals } from './audit/audit-refusals';
import { AuditWriter } from './audit/audit-writer';
import { AppConfig } from './config/app-config';
import { parseEnv } from './config/env';
import { ServiceUnavailableError } from './errors/app.error';
import { limitArrival } from './http/arrival-limits';
import { registerBodyParsers } from './http/body-parsers';
import { EnvelopeInterceptor } from './http/envelope.interceptor';
import { serveDirectly } from './http/direct-routes';
import { ExceptionEnvelopeFilter } from './http/exception.filter';
import { limitHeaders } from './http/header-limit';
import { requireHost } from './http/host-header';
import { registerMultipart } from './http/multipart';
import { serveApiDocs } from './http/openapi';
import { REQUEST_ID_HEADER } from './http/request-id';
import { traceRequests } from './http/request-tracing';
import { RATE_LIMIT_HEADER, RATE_LIMIT_POLICY_HEADER } from './http/rate-limit-headers';
import { serverOptions } from './http/server-options';
import { trustIn } from './http/trusted-proxies';
import { DtoValidationPipe } from './http/validation.pipe';
import { HttpMetrics } from './operations/metrics/http.metrics';
import { serveQueueDashboard } from './operations/queue-dashboard/dashboard-routes';
import { DashboardSession } from './operations/queue-dashboard/dashboard-session';
import { QueueBoard } from './operations/queue-dashboard/queue-board';
import { createLog, withoutChatter } from './operations/start-log';
import { limitAddresses } from './rate-limits/address-limits';
import { RateLimits } from './rate-limits/rate-limits';
import { RealtimeIoAdapter } from './realtime/realtime-io.adapter';
import { RealtimeRedis } from './realtime/realtime-redis';
import { Tracing } from './tracing/tracing';
import { WebhookIntake } from './webhooks/webhook-intake';

export interface AppOverrides {
  /** Modules beside the product's own, for tests that need a route of their own. */
  modules?: readonly (Type | DynamicModule)[];
}

/** What is reached under its own path; everything else lies under `/api`. */
export const UNPREFIXED = ['health/{*rest}', 'metrics', 'admin/{*rest}'];

/**
 * Builds the whole application, migrated and ready to listen; `main.ts` and the tests use the same.
 * @param env the environment, unchecked
 * @throws EnvironmentInvalidError naming every wrong setting
 */
export async function createApp(
  env: Readonly<Record<string, string | undefined>>,
  overrides: AppOverrides = {},
): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.forEnvironment(env, overrides.modules),
    new FastifyAdapter(serverOptions(trustIn(parseEnv(env).TRUSTED_PROXIES))),
    // A failed start throws to the caller instead of ending the process; the parsers are our own.
    { logger: createLog(parseEnv(env)), abortOnError: false, bodyParser: false },
  );
  app.useLogger(withoutChatter(app.get(Logger)));
  const config = app.get(AppConfig);
  const fastify = app.getHttpAdapter().getInstance();

  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.header(REQUEST_ID_HEADER, request.id);
    done();
  });
  traceRequests(fastify, app.get(Tracing));
  app.get(HttpMetrics).observe(fastify);
  // Before anything else may answer.
  await app.register(helmet, {
    contentSecurityPolicy: {
      // What the Swagger UI needs: its inline styles and its icons, which are data: addresses.
      directives: {
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
        upgradeInsecureRequests: null,
      },
    },
  });
  limitHeaders(fastify);
  requireHost(fastify);
  const isClosing = rejectWhileClosing(fastify);
  if (!config.has('api')) serveHealthOnly(fastify);
  registerBodyParsers(fastify);
  await registerMultipart(app);
  app.enableCors({
    origin: config.env.CORS_ORIGINS,
    methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: [
      REQUEST_ID_HEADER,
      'retry-after',
      RATE_LIMIT_HEADER,
      RATE_LIMIT_POLICY_HEADER,
      // Of downloads: the browser's scripts read names, sizes and parts from them.
      ...['accept-ranges', 'content-disposition', 'content-length', 'content-range', 'etag'],
    ],
    maxAge: 600,
    // What is no proper preflight would be answered outside the envelope.
    strictPreflight: false,
  });

  limitAddresses(fastify, app.get(RateLimits));
  app.get(AuditRefusals).attachTo(fastify);

  app.setGlobalPrefix('api', { exclude: UNPREFIXED });
  app.useGlobalPipes(new DtoValidationPipe());
  app.useGlobalFilters(new ExceptionEnvelopeFilter());
  app.useGlobalInterceptors(new EnvelopeInterceptor(app.get(Reflector)));
  if (config.has('api')) {
    serveApiDocs(app);
    serveQueueDashboard(fastify, {
      config,
      session: app.get(DashboardSession),
      board: app.get(QueueBoard),
      audit: app.get(AuditWriter),
    });
    app.useWebSocketAdapter(
      new RealtimeIoAdapter(fastify.server, config, app.get(RealtimeRedis), app.get(RateLimits)),
    );
  }
  try {
    await app.init();
  } catch (error) {
    // Connections are open by now, which would keep the process from ending. What was wrong first is what is told.
    await app.close().catch(() => undefined);
    throw error;
  }
  if (config.has('api')) serveDirectly(fastify.server, app.get(WebhookIntake).routes(isClosing));
  limitArrival(fastify.server);
  return app;
}

/** Fastify's own answer while it closes is not in the envelope. */
function rejectWhileClosing(fastify: FastifyInstance): () => boolean {
  let isClosing = false;
  fastify.addHook('preClose', (done) => {
    isClosing = true;
    done();
  });
  fastify.addHook('onRequest', (_request, reply, done) => {
    if (!isClosing) {
      done();
      return;
    }
    void reply.header('connection', 'close');
    done(new ServiceUnavailableError('The service is shutting down. Try again.'));
  });
  return () => isClosing;
}

/** A process without the role `api` listens all the same, for its orchestrator's probes. */
function serveHealthOnly(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    if (request.is404 || /^\/(?:health\/|metrics(?:$|\?))/.test(request.url)) done();
    else reply.callNotFound();
  });
}

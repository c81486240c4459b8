import fastifyMultipart from '@fastify/multipart';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { UnsupportedMediaError } from '../errors/app.error';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** `multipart/form-data` is taken: the handler reads `request.parts()` itself, as they come. */
    multipartBody?: boolean;
  }
}

/** Belongs before the routes and after the other parsers. Limits are the handlers' own. */
export async function registerMultipart(app: NestFastifyApplication): Promise<void> {
  await app.register(fastifyMultipart);
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('preParsing', (request, _reply, payload, done) => {
      const isMultipart = /^\s*multipart\//i.test(request.headers['content-type'] ?? '');
      if (isMultipart && request.routeOptions.config.multipartBody !== true && !request.is404)
        done(new UnsupportedMediaError('Send the body as application/json.'));
      else done(null, payload);
    });
}

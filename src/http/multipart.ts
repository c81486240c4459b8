import fastifyMultipart from '@fastify/multipart';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { type AppError, UnsupportedMediaError, ValidationFailedError } from '../errors/app.error';

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

/**
 * What the parser of forms throws is about the body; anything else is a defect, or a storage that fails.
 * @returns null for anything else
 */
export function problemOfMultipart(error: unknown): AppError | null {
  if (!(error instanceof Error)) return null;
  const { code = '' } = error as NodeJS.ErrnoException;
  if (/^FST_(?:PARTS|FIELDS|FILES)_LIMIT$/.test(code))
    return ValidationFailedError.of('', 'fields', 'The form has more parts than a file and its fields.');
  if (
    code === 'FST_MP_PREMATURE_CLOSE' ||
    /terminated early|Unexpected end of multipart|aborted/i.test(error.message)
  )
    return ValidationFailedError.of(
      'file',
      'complete',
      'The body ended before the file was complete. Send it again.',
    );
  if (code.startsWith('FST_PROTO') || /multipart|boundary|malformed/i.test(error.message))
    return ValidationFailedError.of('', 'multipart', 'The body is not valid multipart/form-data.');
  return null;
}

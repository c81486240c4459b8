import type { FastifyInstance } from 'fastify';
import { ValidationFailedError } from '../errors/app.error';

/** Node would refuse a request of HTTP/1.1 without a host by itself, but with nothing in the answer. */
export function requireHost(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    const isOld = request.raw.httpVersionMajor === 1 && request.raw.httpVersionMinor === 0;
    if (isOld || request.headers.host !== undefined) done();
    else done(ValidationFailedError.of('Host', 'isDefined', 'The header Host is missing.'));
  });
}

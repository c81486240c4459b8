import type { FastifyInstance } from 'fastify';
import { PayloadTooLargeError } from '../errors/app.error';

/** Browsers send some twenty, proxies add a few. Node takes 16 KiB of them, whatever their number. */
export const MOST_HEADERS = 100;

/** In characters, as they stand in the address: what is longer leads nowhere. */
export const LONGEST_PATH_PARAMETER = 1_024;

/** Node's own bound on their number leaves out what is beyond it, without a word; this one refuses the request. */
export function limitHeaders(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    // Names and values in turn.
    const count = request.raw.rawHeaders.length / 2;
    if (count > MOST_HEADERS) done(new PayloadTooLargeError(`Send at most ${MOST_HEADERS} headers.`));
    else done();
  });
}

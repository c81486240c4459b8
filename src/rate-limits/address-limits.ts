import type { FastifyInstance } from 'fastify';
import type { RateLimits } from './rate-limits';

/**
 * Counts every request by its address before its body is read and before anybody looks at its credential. Belongs after CORS
 * and helmet: pages could not read a refusal without their headers, and a preflight is answered by then.
 */
export function limitAddresses(fastify: FastifyInstance, limits: RateLimits): void {
  fastify.addHook('onRequest', async (request, reply) => {
    await limits.countAddress(request, reply);
  });
}

import { applyDecorators } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiExtension } from '@nestjs/swagger';
import type { RouteRateLimit } from './rate-limit-classes';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** `standard` where a route does not say. */
    rateLimit?: RouteRateLimit;
  }
}

/** Where Nest keeps what `@RouteConfig()` was given. */
const ROUTE_CONFIG_METADATA = '__fastify_route_config__';

/**
 * Counts a route in another class than `standard`. Belongs above `@RouteConfig()` where a handler has both: it adds to what is
 * there, while the other one replaces it.
 */
export function RateLimit(name: RouteRateLimit): MethodDecorator {
  const merge: MethodDecorator = (target, key, descriptor) => {
    const handler: unknown = descriptor.value;
    const given: unknown =
      typeof handler === 'function' ? Reflect.getMetadata(ROUTE_CONFIG_METADATA, handler) : undefined;
    RouteConfig({ ...(typeof given === 'object' ? given : {}), rateLimit: name })(target, key, descriptor);
  };
  return applyDecorators(merge, ApiExtension('x-rate-limit', name));
}

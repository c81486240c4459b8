import { RouteConfig } from '@nestjs/platform-fastify';
import { FASTIFY_ROUTE_CONFIG_METADATA } from '@nestjs/platform-fastify/constants';
import { RateLimit } from './rate-limit.decorator';

class Routes {
  @RateLimit('heavy')
  @RouteConfig({ rawBody: true })
  both(): void {
    return;
  }
  @RateLimit('none')
  alone(): void {
    return;
  }
}

it.each([
  ['both', { rawBody: true, rateLimit: 'heavy' }],
  ['alone', { rateLimit: 'none' }],
] as const)('tells Fastify the class of a route beside what it knows of it (%s)', (name, expected) => {
  const handler: unknown = Reflect.get(Routes.prototype, name);
  expect(Reflect.getMetadata(FASTIFY_ROUTE_CONFIG_METADATA, handler as object)).toEqual(expected);
});

import { Module, type Type } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';

/** Every route that the router was given, as `GET /api/meta/contacts/{id}`. */
export class RouterTable {
  readonly routes = new Set<string>();
}

const METHODS_OF_ROUTERS = new Set(['HEAD', 'OPTIONS']);

/** For `startTestApp({ modules })`: made before any route is registered, it sees them all. */
export function aRouterTable(): { table: RouterTable; module: Type } {
  const table = new RouterTable();

  @Module({})
  class RouterTableModule {
    constructor(host: HttpAdapterHost) {
      const fastify = host.httpAdapter.getInstance<FastifyInstance>();
      fastify.addHook('onRoute', ({ method, url }) => {
        for (const each of [method].flat())
          if (!METHODS_OF_ROUTERS.has(each)) table.routes.add(`${each} ${url.replace(/:(\w+)/g, '{$1}')}`);
      });
    }
  }
  return { table, module: RouterTableModule };
}

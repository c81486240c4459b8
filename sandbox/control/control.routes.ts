import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import type { SandboxControl } from './control';
import type { Operation } from './control-input';
import { operationsOf, readersOf } from './control-operations';
import { isObject, parseJson, type JsonObject } from '../json';

const BASE = '/__control';

/**
 * The control operations over HTTP: `POST /__control/{operation}` with a JSON object, readers as `GET` with a query.
 * Wrong input answers 400 with what is wrong.
 */
export function serveControl(server: FastifyInstance, control: SandboxControl): void {
  for (const [name, operation] of Object.entries(operationsOf(control))) {
    server.post(`${BASE}/${name}`, (request, reply) => answer(reply, operation, () => inputOf(request)));
  }
  for (const [name, read] of Object.entries(readersOf(control))) {
    server.get(`${BASE}/${name}`, (request, reply) => answer(reply, read, () => queryOf(request)));
  }
  server.all(`${BASE}/*`, (_request, reply) =>
    reply.status(404).send({ error: 'There is no such control operation; sandbox/README.md lists them.' }),
  );
}

async function answer(
  reply: FastifyReply,
  operation: Operation,
  readInput: () => JsonObject,
): Promise<FastifyReply> {
  try {
    const result: unknown = await operation(readInput());
    return await reply.send(result ?? { ok: true });
  } catch (error) {
    return reply.status(400).send({ error: error instanceof Error ? error.message : String(error) });
  }
}

function inputOf(request: FastifyRequest): JsonObject {
  if (!Buffer.isBuffer(request.body) || request.body.length === 0) return {};
  const value = parseJson(request.body.toString('utf8'));
  if (!isObject(value)) throw new Error('The body must be a JSON object.');
  return value;
}

function queryOf(request: FastifyRequest): JsonObject {
  return Object.fromEntries(new URL(request.raw.url ?? '/', 'http://sandbox').searchParams);
}

import { readFileSync } from 'node:fs';
import { type LeastEnvironment, leastEnvironment, startBuiltService, untilReady } from '../built-service';
import { freePort } from '../test-app';
import { createTestDatabase, testRedisUrl } from '../test-database';

/** The parts of OpenAPI 3.0 that are looked at here. */
export interface Schema {
  $ref?: string;
  type?: string;
  format?: string;
  enum?: unknown[];
  pattern?: string;
  nullable?: boolean;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  minimum?: number;
  maximum?: number;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  additionalProperties?: boolean | Schema;
  maxProperties?: number;
  oneOf?: Schema[];
  anyOf?: Schema[];
  allOf?: Schema[];
  example?: unknown;
}
export interface Content {
  schema?: Schema;
  example?: unknown;
  examples?: Record<string, { value: unknown }>;
}
export interface Parameter {
  name: string;
  in: 'query' | 'path' | 'header';
  required?: boolean;
  schema?: Schema;
  example?: unknown;
}
export interface Operation {
  security?: unknown[];
  'x-required-role'?: string;
  parameters?: Parameter[];
  requestBody?: { required?: boolean; content?: Record<string, Content> };
  responses: Record<string, { content?: Record<string, Content> }>;
}
export interface FuzzDocument {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

/** An operation of the document with all that its requests are made of. */
export interface FuzzedRoute {
  /** As `GET /api/meta/contacts/{id}`. */
  name: string;
  method: string;
  path: string;
  parameters: readonly Parameter[];
  /** The content of its body by media type; empty where it takes none. */
  bodies: Readonly<Record<string, Content>>;
  responses: Operation['responses'];
  isPublic: boolean;
}

export function fuzzedRoutes(document: FuzzDocument): FuzzedRoute[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      method: method.toUpperCase(),
      path,
      parameters: operation.parameters ?? [],
      bodies: operation.requestBody?.content ?? {},
      responses: operation.responses,
      isPublic: (operation.security ?? []).length === 0,
    })),
  );
}

/** Follows a reference, through further ones. */
export function resolved(document: FuzzDocument, schema: Schema | undefined): Schema | undefined {
  let one = schema;
  while (one?.$ref !== undefined)
    one = document.components.schemas[one.$ref.replace('#/components/schemas/', '')];
  return one;
}

/**
 * The document as the build serves it: only there it is whole, as Nest's Swagger plugin makes it of comments, types and
 * validators.
 */
export async function servedDocument(): Promise<FuzzDocument> {
  // A copy of it, for doing something again and again without a build.
  const copy = process.env.FUZZ_DOCUMENT;
  if (copy !== undefined) return JSON.parse(readFileSync(copy, 'utf8')) as FuzzDocument;
  const database = await createTestDatabase();
  const environment: LeastEnvironment = leastEnvironment({
    databaseUrl: database.url,
    redisUrl: testRedisUrl(),
    port: await freePort(),
  });
  const service = startBuiltService({ ...environment, APP_ROLES: 'api' });
  try {
    await untilReady(service, 90_000);
    return JSON.parse((await service.api.get('/api/docs-json')).text) as FuzzDocument;
  } finally {
    service.kill('SIGTERM');
    await service.exitCode;
    await database.drop();
  }
}

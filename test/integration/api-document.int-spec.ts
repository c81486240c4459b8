import { readFileSync } from 'node:fs';
import type { OpenAPIObject } from '@nestjs/swagger';
import { outlineOf } from '../../src/http/openapi-outline';
import { type BuiltService, leastEnvironment, startBuiltService, untilReady } from '../built-service';
import { freePort } from '../test-app';
import { type TestDatabase, createTestDatabase, testRedisUrl } from '../test-database';

/** The parts of OpenAPI 3.0 that are looked at here. */
interface Schema {
  $ref?: string;
  type?: string;
  format?: string;
  enum?: unknown[];
  pattern?: string;
  maxLength?: number;
  maxItems?: number;
  maxProperties?: number;
  properties?: Record<string, Schema>;
  required?: string[];
  default?: unknown;
  additionalProperties?: unknown;
  items?: Schema;
  oneOf?: Schema[];
  anyOf?: Schema[];
  allOf?: Schema[];
}
interface Content {
  schema?: Schema;
  examples?: Record<string, { value: { success: unknown; error: { code: string; message: string } } }>;
}
interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  description?: string;
  schema?: Schema;
}
interface Response {
  description?: string;
  content?: Record<string, Content>;
}
interface Operation {
  operationId: string;
  summary?: string;
  tags?: string[];
  security?: unknown[];
  parameters?: Parameter[];
  requestBody?: { required?: boolean; content?: Record<string, Content> };
  responses: Record<string, Response>;
}
interface ApiDocument {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema>; securitySchemes: Record<string, unknown> };
}
interface Named extends Operation {
  method: string;
  path: string;
  name: string;
}

/** What Meta reads, in the form that Meta wants, and what it sends, which no schema of ours could hold. */
const WEBHOOKS = ['/api/meta/webhook/events', '/api/whatsapp/webhook', '/api/messenger/webhook'];
const RAW_ANSWERS = [
  'POST /api/meta/auth/data-deletion',
  'GET /api/meta/whatsapp/media/{id}/content',
  'GET /api/meta/media/{id}/content',
  'GET /api/meta/analytics/reports/{id}/download',
  'GET /api/meta/facebook/metrics.csv',
  'GET /api/meta/instagram/metrics.csv',
  'GET /api/meta/whatsapp/campaigns/{id}/recipients.csv',
  'GET /api/meta/whatsapp/campaigns/{id}/recipients.jsonl',
  'GET /api/meta/audit-events.csv',
  'POST /api/meta/contacts/{id}/export',
  'GET /api/meta/sentiment/batches/{id}/results',
  'GET /api/meta/sentiment/corrections/export',
  'POST /api/meta/whatsapp/flows/endpoint/{id}',
  'GET /api/meta/public-media/{name}',
  ...WEBHOOKS.map((path) => `GET ${path}`),
];
const RAW_BODIES = WEBHOOKS.map((path) => `POST ${path}`);
const PUBLIC = [
  'GET /health/live',
  'GET /health/ready',
  'POST /api/auth/register',
  'POST /api/auth/login',
  'POST /api/auth/refresh',
  'POST /api/auth/logout',
  'POST /api/meta/auth/deauthorize',
  'POST /api/meta/auth/data-deletion',
  'GET /api/meta/auth/data-deletion/{code}',
  'POST /api/meta/whatsapp/flows/endpoint/{id}',
  'GET /api/meta/public-media/{name}',
  ...RAW_BODIES,
  ...WEBHOOKS.map((path) => `GET ${path}`),
];

/**
 * Objects of requests whose names are not ours, with what bounds them in place of a number of names: what Meta takes changes
 * without us, so that they are handed on as they are, and with the whole body have 1 MB and 64 levels at most.
 */
const HANDED_ON = [
  'CreateFlowDto.json',
  'UploadFlowJsonDto.json',
  'ChangeSettingsDto.calling',
  'ChangeSettingsDto.storage_configuration',
  'ChangeSettingsDto.payload_encryption',
  'TemplateComponentDto.example',
  'TemplateComponentDto.limited_time_offer',
  'TemplateButtonDto.supported_apps[]',
  'TemplateButtonDto.app_deep_link',
  'SendTemplateParameterDto.tap_target_configuration[]',
  'SendTemplateActionDto.flow_action_data',
  'SendFlowPayloadDto.data',
  'SendOrderDetailsParametersDto.payment_settings[]',
  'SendOrderItemDto.importer_address',
  'GamePlayButtonDto.game_metadata',
  // Looked into only once it is known what it is about: as a template that may be wrong in any way, …
  'DraftTemplateDto.components[]',
  // … or as the body of the address that sends the same on its platform.
  'TemplateReplyDto.template',
  'WhatsAppReplyDto.whatsapp',
  'MessengerReplyDto.messenger',
  'InstagramReplyDto.instagram',
];
/** What Meta sends is signed as a whole, and refused by its size before anything reads it. */
const SENT_BY_META = [
  ...RAW_BODIES,
  'SignedRequestDto.signed_request',
  'POST /api/meta/whatsapp/flows/endpoint/{id}.encrypted_flow_data',
  'POST /api/meta/whatsapp/flows/endpoint/{id}.encrypted_aes_key',
  'POST /api/meta/whatsapp/flows/endpoint/{id}.initial_vector',
];

/** The document is only whole in the build, which runs Nest's Swagger plugin over comments, types and validators. */
describe('the API document of the built service', () => {
  let database: TestDatabase;
  let service: BuiltService;
  let document: ApiDocument;
  let operations: Named[] = [];
  beforeAll(async () => {
    database = await createTestDatabase();
    service = startBuiltService(
      leastEnvironment({ databaseUrl: database.url, redisUrl: testRedisUrl(), port: await freePort() }),
    );
    await untilReady(service);
    const answer = await service.api.get('/api/docs-json');
    expect(answer.status).toBe(200);
    document = JSON.parse(answer.text) as ApiDocument;
    operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        ...operation,
        method: method.toUpperCase(),
        path,
        name: `${method.toUpperCase()} ${path}`,
      })),
    );
  });
  afterAll(async () => {
    service.kill('SIGTERM');
    await service.exitCode;
    await database.drop();
  });

  /** Names what does not hold. */
  const unlike = (holds: (operation: Named) => boolean): string[] =>
    operations.filter((operation) => !holds(operation)).map(({ name }) => name);
  const answers = ({ responses }: Operation, isWanted: (status: number) => boolean) =>
    Object.entries(responses).filter(([status]) => isWanted(Number(status)));
  const resolved = (schema: Schema | undefined): Schema =>
    schema?.$ref === undefined
      ? (schema ?? {})
      : (document.components.schemas[schema.$ref.replace('#/components/schemas/', '')] ?? {});

  it('is shown at /api/docs', async () => {
    expect(operations.length).toBeGreaterThan(50);
    expect(await service.api.get('/api/docs')).toMatchObject({
      status: 200,
      text: expect.stringContaining('swagger-ui') as unknown,
    });
  });

  it('is the one in docs/openapi.json, which clients are made of (else: npm run openapi)', () => {
    const kept = JSON.parse(readFileSync('docs/openapi.json', 'utf8')) as ApiDocument;
    const served = outlineOf(document as unknown as OpenAPIObject) as unknown as ApiDocument;
    const differing = (ours: object, theirs: object): string[] =>
      [...new Set([...Object.keys(ours), ...Object.keys(theirs)])].filter(
        (name) => JSON.stringify(Reflect.get(ours, name)) !== JSON.stringify(Reflect.get(theirs, name)),
      );
    expect(differing(kept.paths, served.paths)).toEqual([]);
    expect(differing(kept.components.schemas, served.components.schemas)).toEqual([]);
    expect(differing(kept, served)).toEqual([]);
  });

  it('has no reference that leads nowhere', () => {
    const references = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g)];
    expect(references.length).toBeGreaterThan(100);
    const missing = references
      .map(([, name]) => name ?? '')
      .filter((name) => !(name in document.components.schemas));
    expect(missing).toEqual([]);
  });

  it('gives every operation an id of its own, by which clients are generated', () => {
    const ids = operations.map(({ operationId }) => operationId);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });

  it('says in one line what each operation does, and groups them', () => {
    expect(unlike(({ summary = '' }) => /^[A-Z`][^\n]{5,160}$/.test(summary))).toEqual([]);
    expect(unlike(({ tags = [] }) => tags.length === 1)).toEqual([]);
  });

  it('shows one success of each, in the envelope unless Meta wants another form', () => {
    expect(unlike((operation) => answers(operation, (status) => status < 400).length === 1)).toEqual([]);
    const isEnvelope = ({ properties = {}, required = [] }: Schema): boolean =>
      properties.success?.enum?.[0] === true &&
      properties.data !== undefined &&
      ['success', 'data'].every((name) => required.includes(name));
    const bare = unlike((operation) =>
      answers(operation, (status) => status < 400).every(([, { content }]) =>
        isEnvelope(resolved(content?.['application/json']?.schema)),
      ),
    );
    expect(bare.sort()).toEqual([...RAW_ANSWERS].sort());
    for (const { responses } of operations.filter(({ name }) => RAW_ANSWERS.includes(name)))
      expect(Object.values(responses[200]?.content ?? {})[0]?.schema).toBeDefined();
  });

  it('shows every error in its envelope, each code with an example', () => {
    const wrong = operations.flatMap((operation) =>
      answers(operation, (status) => status >= 400)
        .filter(([, { description = '', content }]) => {
          const { schema, examples = {} } = content?.['application/json'] ?? {};
          const codes = [...description.matchAll(/`([A-Z_]+)`/g)].map(([, code]) => code);
          return (
            schema?.$ref !== '#/components/schemas/ErrorEnvelopeDto' ||
            codes.length === 0 ||
            codes.some((code) => code === undefined || examples[code]?.value.error.code !== code) ||
            Object.values(examples).some(({ value }) => value.success !== false || value.error.message === '')
          );
        })
        .map(([status]) => `${operation.name} ${status}`),
    );
    expect(wrong).toEqual([]);
    const lacks = (status: number, concerns: (operation: Named) => boolean): string[] =>
      operations
        .filter(concerns)
        .filter(({ responses }) => !(status in responses))
        .map(({ name }) => name);
    expect(lacks(500, () => true)).toEqual([]);
    expect(lacks(400, ({ requestBody }) => requestBody !== undefined)).toEqual([]);
    expect(lacks(401, ({ security = [] }) => security.length > 0)).toEqual([]);
    expect(lacks(404, ({ path }) => path.includes('{'))).toEqual([]);
  });

  it('tells which operations need a credential, and marks the others as public', async () => {
    expect(Object.keys(document.components.securitySchemes).sort()).toEqual(['apiKey', 'bearer']);
    expect(unlike(({ security = [] }) => security.length > 0).sort()).toEqual([...PUBLIC].sort());
    for (const { name, method, path } of operations.filter(({ security = [] }) => security.length > 0)) {
      const address = path.replace(/\{\w+\}/g, '0199f3a2-7c1e-7b52-9d6b-3f1f8f4f2a10');
      expect([name, (await service.api.raw(address, { method })).status]).toEqual([name, 401]);
    }
    // An empty list, by which OpenAPI says "none needed"; nothing at all could be forgetfulness.
    expect(unlike(({ security }) => security !== undefined)).toEqual([]);
  });

  it('gives every parameter a type and a description', () => {
    const parameters = operations.flatMap(({ name, parameters = [] }) =>
      parameters.map((parameter) => ({ ...parameter, of: name })),
    );
    const isTyped = ({ schema = {} }: Parameter): boolean =>
      ['type', '$ref', 'oneOf', 'anyOf', 'allOf'].some((key) => key in schema);
    const nameOf = ({ of, name }: { of: string; name: string }): string => `${of}: ${name}`;
    expect(parameters.filter((parameter) => !isTyped(parameter)).map(nameOf)).toEqual([]);
    expect(parameters.filter(({ description = '' }) => description === '').map(nameOf)).toEqual([]);
  });

  it('asks for nothing that it would fill in itself', () => {
    const parameters = operations.flatMap(({ name, parameters = [] }) =>
      parameters
        .filter(({ required, schema }) => required === true && schema?.default !== undefined)
        .map((parameter) => `${name}: ${parameter.name}`),
    );
    const fields = Object.entries(document.components.schemas).flatMap(
      ([name, { required = [], properties = {} }]) =>
        required
          .filter((field) => properties[field]?.default !== undefined)
          .map((field) => `${name}: ${field}`),
    );
    expect([...parameters, ...fields]).toEqual([]);
  });

  it('shows the fields of every body', () => {
    const hasFields = (schema: Schema | undefined): boolean => {
      const { properties = {}, oneOf = [] } = resolved(schema);
      return Object.keys(properties).length > 0 || (oneOf.length > 0 && oneOf.every(hasFields));
    };
    const bodies = operations.filter(({ requestBody }) => requestBody !== undefined);
    expect(bodies.length).toBeGreaterThan(15);
    const without = bodies
      .filter(
        ({ requestBody }) =>
          !Object.values(requestBody?.content ?? {}).every(({ schema }) => hasFields(schema)),
      )
      .map(({ name }) => name);
    expect(without.sort()).toEqual([...RAW_BODIES].sort());
    expect(
      operations.filter(({ method, requestBody }) => method === 'GET' && requestBody !== undefined),
    ).toEqual([]);
    const noBody = operations.filter(
      ({ method, requestBody }) => method.startsWith('P') && requestBody === undefined,
    );
    // Its address says everything.
    expect(noBody.map(({ name }) => name)).toEqual([
      'POST /api/users/{id}/unlock',
      'POST /api/meta/webhook/deliveries/{id}/replay',
      'POST /api/meta/webhook/gaps/{id}/repair',
      'POST /api/meta/conversations/{id}/claim',
      'POST /api/meta/conversations/{id}/unread',
      'POST /api/meta/contacts/{id}/export',
      'POST /api/meta/whatsapp/phone-numbers/{id}/deregister',
      'POST /api/meta/whatsapp/phone-numbers/{id}/two-step-pin/reveal',
      'POST /api/meta/whatsapp/templates/{id}/unpause',
      'POST /api/meta/whatsapp/templates/{id}/archive',
      'POST /api/meta/whatsapp/templates/{id}/unarchive',
      'POST /api/meta/whatsapp/campaigns/{id}/pause',
      'POST /api/meta/whatsapp/campaigns/{id}/resume',
      'POST /api/meta/whatsapp/campaigns/{id}/cancel',
      'POST /api/meta/whatsapp/flows/{id}/publish',
      'POST /api/meta/whatsapp/flows/{id}/deprecate',
      'POST /api/meta/whatsapp/groups/{id}/invite-link/reset',
      'POST /api/meta/whatsapp/calls/{id}/reject',
      'POST /api/meta/whatsapp/calls/{id}/terminate',
      'POST /api/meta/facebook/comments/{id}/hide',
      'POST /api/meta/facebook/comments/{id}/like',
      'POST /api/meta/instagram/comments/{id}/hide',
      'POST /api/meta/analytics/reports/{id}/retry',
      'POST /api/meta/analytics/report-schedules/{id}/run',
      'POST /api/meta/sentiment/reanalyses/{id}/cancel',
      'POST /api/meta/sentiment/batches/{id}/cancel',
      'POST /api/meta/contacts/{id}/merges/{mergeId}/undo',
      'POST /api/meta/notifications/endpoints/{id}/test',
      'POST /api/meta/notifications/endpoints/{endpointId}/deliveries/{deliveryId}/replay',
    ]);
  });

  it('has an example of every body that is sent and of every answer', () => {
    const isShown = ([type, content]: [string, object]): boolean =>
      !type.includes('json') || 'example' in content || 'examples' in content;
    const without = operations.filter(({ requestBody, responses }) => {
      const answers = Object.entries(responses).filter(([status]) => status.startsWith('2'));
      return ![requestBody, ...answers.map(([, answer]) => answer)].every((side) =>
        Object.entries(side?.content ?? {}).every(isShown),
      );
    });
    expect(without.map(({ name }) => name)).toEqual([]);
  });

  it('leaves no object and no field without a shape', () => {
    const shapeless: string[] = [];
    const look = (schema: Schema, at: string): void => {
      const isNull = schema.enum?.length === 1 && schema.enum[0] === null;
      const says = ['$ref', 'type', 'enum', 'oneOf', 'anyOf', 'allOf'].some((key) => key in schema);
      const isOpen =
        schema.additionalProperties !== undefined ||
        schema.oneOf !== undefined ||
        schema.allOf !== undefined ||
        isNull;
      if (!says || (schema.type === 'object' && schema.properties === undefined && !isOpen))
        shapeless.push(at);
      for (const [name, property] of Object.entries(schema.properties ?? {})) look(property, `${at}.${name}`);
      for (const part of [schema.oneOf, schema.anyOf, schema.allOf].flat())
        if (part !== undefined) look(part, at);
      if (schema.items !== undefined) look(schema.items, `${at}[]`);
    };
    for (const [name, schema] of Object.entries(document.components.schemas)) look(schema, name);
    for (const { name, responses, requestBody } of operations)
      for (const content of [
        requestBody?.content,
        ...Object.values(responses).map((response) => response.content),
      ])
        for (const { schema } of Object.values(content ?? {})) look(schema ?? {}, name);
    expect(shapeless).toEqual([]);
  });

  it('bounds every text, list and map that can be sent', () => {
    const unbounded = new Set<string>();
    const seen = new Set<string>();
    const look = (schema: Schema, at: string): void => {
      if (schema.$ref !== undefined) {
        const name = schema.$ref.replace('#/components/schemas/', '');
        if (seen.has(name)) return;
        // Beforehand: some contain themselves.
        seen.add(name);
        look(resolved(schema), name);
        return;
      }
      if (isUnbounded(schema)) unbounded.add(at);
      for (const [name, property] of Object.entries(schema.properties ?? {})) look(property, `${at}.${name}`);
      for (const part of [schema.oneOf, schema.anyOf, schema.allOf].flat())
        if (part !== undefined) look(part, at);
      if (schema.items !== undefined) look(schema.items, `${at}[]`);
      if (typeof schema.additionalProperties === 'object')
        look(schema.additionalProperties as Schema, `${at}{}`);
    };
    for (const { name, parameters = [], requestBody } of operations) {
      for (const parameter of parameters) look(parameter.schema ?? {}, `${name}: ${parameter.name}`);
      for (const { schema } of Object.values(requestBody?.content ?? {})) look(schema ?? {}, name);
    }
    expect(seen.size).toBeGreaterThan(100);
    expect([...unbounded].sort()).toEqual([...HANDED_ON, ...SENT_BY_META].sort());
  });

  it('writes patterns that clients can use', () => {
    const patterns = [...JSON.stringify(document).matchAll(/"pattern":("(?:[^"\\]|\\.)*")/g)].map(
      ([, text]) => JSON.parse(text ?? '') as string,
    );
    expect(patterns.length).toBeGreaterThan(50);
    // As validators of JSON Schema compile them.
    for (const pattern of patterns) expect(() => new RegExp(pattern, 'u')).not.toThrow();
  });
});

/** A pattern bounds a text only if it is of the whole text and nothing in it repeats without end. */
function isUnbounded({ type, enum: values, format, pattern, ...schema }: Schema): boolean {
  if (type === 'array') return schema.maxItems === undefined;
  if (type === 'object') return Boolean(schema.additionalProperties) && schema.maxProperties === undefined;
  if (type !== 'string' || values !== undefined || schema.maxLength !== undefined) return false;
  const plain = (pattern ?? '').replace(/\\./g, 'x').replace(/\[[^\]]*\]/g, 'x');
  return format === undefined && !(/^\^.*\$$/.test(plain) && !/[*+]|,\}/.test(plain));
}

import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { ErrorEnvelopeDto, describeErrors } from './envelope';
import { ERROR_CATALOGUE, type ErrorCode } from './error-catalogue';
import { BODY_EXAMPLE } from './body-example';
import { announceBounds, applyBounds } from './openapi-bounds';
import { addExamples } from './openapi-examples';
import { boundParameters, describePathParameters } from './openapi-parameters';
import { RATE_LIMIT_HEADER, RATE_LIMIT_POLICY_HEADER } from './rate-limit-headers';
import { REQUEST_ID_HEADER } from './request-id';

type Paths = OpenAPIObject['paths'];
type Operation = NonNullable<Paths[string]['get']>;
type Responses = Operation['responses'];

const METHODS = ['get', 'put', 'post', 'delete', 'patch'] as const;

const DESCRIPTION = `One REST API between a business's own frontend and Meta: WhatsApp, Messenger, Instagram and Pages.

Every answer is an envelope: \`{"success": true, "data": …}\`, or \`{"success": false, "error": {"code", "message",
"details"}}\`. Branch on \`error.code\`; \`message\` is for people. Every answer carries \`X-Request-Id\`; send your own (up
to 64 letters, digits, \`.\`, \`_\`, \`-\`) to find a request again in the logs.

Authenticate with \`Authorization: Bearer <access token>\` or \`X-Api-Key: <key>\`. Instants are ISO 8601 in UTC, ids of
this service are UUIDs, Meta's ids are strings. Unknown fields are refused. A user with several connected accounts names
one with \`accountId\`; somebody else's things answer 404.

Requests are counted: \`RateLimit\` says what is left, and a 429 \`RATE_LIMITED\` in \`Retry-After\` when to try again.`;

/** Serves the Swagger UI at `/api/docs` and the document at `/api/docs-json`. */
export function serveApiDocs(app: INestApplication): void {
  SwaggerModule.setup('api/docs', app, () => buildApiDocument(app), {
    jsonDocumentUrl: 'api/docs-json',
    customSiteTitle: 'Meta business backend',
    swaggerOptions: { persistAuthorization: true, displayRequestDuration: true, tagsSorter: 'alpha' },
  });
}

export function buildApiDocument(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle('Meta business backend')
    .setDescription(DESCRIPTION)
    .setVersion('1')
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addServer('/', 'The service that serves this document')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' })
    .addApiKey({ type: 'apiKey', in: 'header', name: 'X-Api-Key' }, 'apiKey')
    .build();
  announceBounds();
  const document = SwaggerModule.createDocument(app, config, { extraModels: [ErrorEnvelopeDto] });
  completeOperations(document);
  return document;
}

const RATE_LIMIT_HEADERS = {
  [RATE_LIMIT_POLICY_HEADER]: {
    description: 'The quotas that the request counted against: how many (`q`) in how many seconds (`w`).',
    schema: { type: 'string', example: '"standard-address";q=3000;w=60, "standard-user";q=1200;w=60' },
  },
  [RATE_LIMIT_HEADER]: {
    description: 'What is left of each (`r`), and the seconds until it is whole again (`t`).',
    schema: { type: 'string', example: '"standard-address";r=2987;t=42, "standard-user";r=1187;t=42' },
  },
};
const RETRIED_STATUSES = [429, 503];
const RETRY_HEADER = {
  'retry-after': {
    description: 'Seconds after which to try again. Not with every answer.',
    schema: { type: 'integer', example: 42 },
  },
};

/** Adds to every operation what all of them share, so that no controller has to repeat it. */
export function completeOperations(document: OpenAPIObject): void {
  const schemas = document.components?.schemas ?? {};
  applyBounds(document);
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of METHODS) {
      const operation = item[method];
      if (operation === undefined) continue;
      completeOperation(operation, method);
      describePathParameters(operation, path);
      boundParameters(operation);
      describeLists(operation);
      showBodyExample(operation);
      addExamples(operation, schemas);
    }
  }
}

function showBodyExample(operation: Operation): void {
  const { requestBody } = operation;
  const example: unknown = Reflect.get(operation, BODY_EXAMPLE);
  if (example === undefined || requestBody === undefined || '$ref' in requestBody) return;
  for (const media of Object.values(requestBody.content)) media.example = example;
  Reflect.deleteProperty(operation, BODY_EXAMPLE);
}

/** Several values in one text, as `sent,read`: text to OpenAPI, however the plugin sees the field behind it. */
function describeLists({ parameters = [] }: Operation): void {
  for (const parameter of parameters) {
    if (!('schema' in parameter) || '$ref' in parameter.schema) continue;
    if (parameter.schema.type === 'string') delete parameter.schema.items;
  }
}

function completeOperation(operation: Operation, method: (typeof METHODS)[number]): void {
  // An empty list says that none is needed; no list at all says nothing.
  operation.security ??= [];
  const isProtected = operation.security.length > 0;
  const takesInput = (operation.parameters ?? []).length > 0 || operation.requestBody !== undefined;
  // Also where none is wanted: what comes is looked at before the route is.
  const mayBringBody = method !== 'get';
  // An address counts with the headers, of which Node takes 16 KiB.
  const takesQuery = (operation.parameters ?? []).some((item) => 'in' in item && item.in === 'query');
  const isLimited = Reflect.get(operation, 'x-rate-limit') !== 'none';
  const common: ErrorCode[] = [
    ...(takesInput ? (['VALIDATION_FAILED'] as const) : []),
    ...(isProtected ? (['UNAUTHORIZED', 'FORBIDDEN'] as const) : []),
    ...((operation.parameters ?? []).some((item) => 'in' in item && item.in === 'path')
      ? (['NOT_FOUND'] as const)
      : []),
    ...(mayBringBody || takesQuery ? (['PAYLOAD_TOO_LARGE'] as const) : []),
    ...(mayBringBody ? (['UNSUPPORTED_MEDIA'] as const) : []),
    ...(isLimited ? (['RATE_LIMITED'] as const) : []),
    'SERVER_ERROR',
    'SERVICE_UNAVAILABLE',
  ];
  for (const code of common) addError(operation.responses, code);
  const role: unknown = Reflect.get(operation, 'x-required-role');
  const forbidden = operation.responses[403];
  if (typeof role === 'string' && forbidden !== undefined && !('$ref' in forbidden))
    forbidden.description += `: the role must be ${role} or above`;
  for (const response of Object.values(operation.responses)) {
    if (response === undefined || '$ref' in response) continue;
    response.headers ??= {};
    response.headers[REQUEST_ID_HEADER] ??= {
      description: 'Identifies the request in the logs.',
      schema: { type: 'string' },
    };
    if (isLimited) Object.assign(response.headers, RATE_LIMIT_HEADERS);
  }
  for (const status of RETRIED_STATUSES) {
    const response = operation.responses[status];
    if (response !== undefined && !('$ref' in response))
      response.headers = { ...response.headers, ...RETRY_HEADER };
  }
}

/** Joins a code to the examples of its status; several codes share one. */
function addError(responses: Responses, code: ErrorCode): void {
  const { status } = ERROR_CATALOGUE[code];
  const { description, content } = describeErrors([code]);
  const existing = responses[status];
  if (existing === undefined || '$ref' in existing) {
    responses[status] = { description, content };
    return;
  }
  const examples = existing.content?.['application/json']?.examples ?? {};
  if (code in examples) return;
  existing.description =
    existing.description === '' ? description : `${existing.description}, ${description}`;
  existing.content = {
    ...existing.content,
    'application/json': {
      ...content['application/json'],
      examples: { ...examples, ...content['application/json']?.examples },
    },
  };
}

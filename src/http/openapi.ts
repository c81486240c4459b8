import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { ErrorEnvelopeDto, describeErrors } from './envelope';
import { ERROR_CATALOGUE, type ErrorCode } from './error-catalogue';
import { addExamples } from './openapi-examples';
import { describePathParameters } from './openapi-parameters';
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
one with \`accountId\`; somebody else's things answer 404.`;

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
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' })
    .addApiKey({ type: 'apiKey', in: 'header', name: 'X-Api-Key' }, 'apiKey')
    .build();
  const document = SwaggerModule.createDocument(app, config, { extraModels: [ErrorEnvelopeDto] });
  completeOperations(document);
  return document;
}

/** Adds to every operation what all of them share, so that no controller has to repeat it. */
export function completeOperations(document: OpenAPIObject): void {
  const schemas = document.components?.schemas ?? {};
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of METHODS) {
      const operation = item[method];
      if (operation === undefined) continue;
      completeOperation(operation, method);
      describePathParameters(operation, path);
      addExamples(operation, schemas);
    }
  }
}

function completeOperation(operation: Operation, method: (typeof METHODS)[number]): void {
  // An empty list says that none is needed; no list at all says nothing.
  operation.security ??= [];
  const isProtected = operation.security.length > 0;
  const takesInput = (operation.parameters ?? []).length > 0 || operation.requestBody !== undefined;
  const takesBody = operation.requestBody !== undefined && method !== 'get';
  const common: ErrorCode[] = [
    ...(takesInput ? (['VALIDATION_FAILED'] as const) : []),
    ...(isProtected ? (['UNAUTHORIZED', 'FORBIDDEN'] as const) : []),
    ...((operation.parameters ?? []).some((item) => 'in' in item && item.in === 'path')
      ? (['NOT_FOUND'] as const)
      : []),
    ...(takesBody ? (['PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA'] as const) : []),
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

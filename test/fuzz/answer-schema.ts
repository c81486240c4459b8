import Ajv, { type ValidateFunction } from 'ajv';
import { parsed } from './answer-check';
import type { FuzzDocument, FuzzedRoute, Schema } from './fuzz-document';
import type { WireAnswer } from './wire';

/** Checks answers against what the document promises of them. */
export class AnswerSchemas {
  private readonly ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
  private readonly validators = new Map<string, ValidateFunction>();

  constructor(document: FuzzDocument) {
    for (const [name, schema] of Object.entries(document.components.schemas))
      this.ajv.addSchema(asJsonSchema(schema), `#/components/schemas/${name}`);
  }

  /** @param mark of planted rows: their texts are not what the service itself would have written */
  differences(route: FuzzedRoute, { status, text, headers }: WireAnswer, mark: string): string[] {
    const described = route.responses[String(status)];
    if (described === undefined) return [`answers ${status}, which the document does not know of`];
    const schema = described.content?.['application/json']?.schema;
    if (
      schema === undefined ||
      status >= 400 ||
      !String(headers['content-type']).includes('application/json')
    )
      return [];
    const key = `${route.name} ${status}`;
    const validate = this.validators.get(key) ?? this.ajv.compile(asJsonSchema(schema));
    this.validators.set(key, validate);
    const body = parsed(text);
    if (validate(body)) return [];
    return (validate.errors ?? [])
      .filter(({ instancePath }) => !JSON.stringify(at(body, instancePath) ?? null).includes(mark))
      .map(
        ({ instancePath, message, params }) =>
          `${instancePath.replace(/\/\d+/g, '/0')} ${message ?? ''} ${JSON.stringify(params)}`,
      );
  }
}

function at(body: unknown, pointer: string): unknown {
  return pointer
    .split('/')
    .slice(1)
    .reduce<unknown>(
      (inner, key) =>
        typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>)[key] : undefined,
      body,
    );
}

/** OpenAPI 3.0 says `nullable`, and an object with fields means those and no others. */
function asJsonSchema(schema: Schema): Record<string, unknown> {
  const { nullable, properties, items, oneOf, anyOf, allOf, additionalProperties, ...rest } = schema;
  if (schema.$ref !== undefined) return { $ref: schema.$ref };
  const inner: Record<string, unknown> = { ...rest };
  delete inner.example;
  if (properties !== undefined) {
    inner.properties = Object.fromEntries(
      Object.entries(properties).map(([name, property]) => [name, asJsonSchema(property)]),
    );
    inner.additionalProperties = additionalProperties ?? false;
  }
  if (typeof additionalProperties === 'object')
    inner.additionalProperties = asJsonSchema(additionalProperties);
  if (items !== undefined) inner.items = asJsonSchema(items);
  for (const [name, parts] of Object.entries({ oneOf, anyOf, allOf }))
    if (parts !== undefined) inner[name === 'oneOf' ? 'anyOf' : name] = parts.map(asJsonSchema);
  if (nullable !== true) return inner;
  if (Array.isArray(inner.enum)) inner.enum = [...new Set([...(inner.enum as unknown[]), null])];
  return { anyOf: [{ type: 'null' }, inner] };
}

import type { OpenAPIObject } from '@nestjs/swagger';
import { SAMPLES_BY_FORMAT, SAMPLES_BY_NAME } from './openapi-samples';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Content = NonNullable<Extract<NonNullable<Operation['requestBody']>, { content: unknown }>['content']>;
type SchemaOrReference = NonNullable<Content[string]['schema']>;
type Schema = Exclude<SchemaOrReference, { $ref: string }>;
type Schemas = Readonly<Record<string, SchemaOrReference>>;

type Direction = 'request' | 'answer';

/**
 * Gives the body and the success of an operation an example, unless they have one. Where no value is known for a field that
 * has to be there, it is missing in the example: rather that than a made-up word.
 */
export function addExamples(operation: Operation, schemas: Schemas): void {
  const { requestBody } = operation;
  if (requestBody !== undefined && !('$ref' in requestBody))
    addTo(requestBody.content, new ExampleWriter(schemas, 'request'));
  for (const [status, response] of Object.entries(operation.responses)) {
    if (Number(status) >= 400 || response === undefined || '$ref' in response) continue;
    addTo(response.content ?? {}, new ExampleWriter(schemas, 'answer'));
  }
}

function addTo(content: Content, writer: ExampleWriter): void {
  for (const media of Object.values(content)) {
    if (media.schema === undefined || media.example !== undefined || media.examples !== undefined) continue;
    const example = writer.write(media.schema);
    if (example !== undefined) media.example = example;
  }
}

/** Makes a value that a schema allows and that the service could well have given. */
export class ExampleWriter {
  /** The named schemas that are being written: one that contains itself ends there. */
  private readonly open = new Set<string>();

  constructor(
    private readonly schemas: Schemas,
    private readonly direction: Direction,
  ) {}

  /**
   * @param name of the field that the value is for
   * @returns undefined where there is nothing to show
   */
  write(schema: SchemaOrReference, name?: string): unknown {
    if ('$ref' in schema) return this.writeNamed(schema.$ref, name);
    if (schema.example !== undefined) return schema.example;
    if (schema.default !== undefined) return schema.default;
    const sample = name === undefined ? undefined : SAMPLES_BY_NAME[name];
    if (sample !== undefined && allows(schema, sample)) return sample;
    const first: unknown = schema.enum?.[0];
    if (first !== undefined) return first;
    return this.writeShape(schema, name) ?? (schema.nullable === true ? null : undefined);
  }

  private writeNamed(reference: string, name: string | undefined): unknown {
    const schema = this.schemas[reference.replace('#/components/schemas/', '')];
    if (schema === undefined || this.open.has(reference)) return undefined;
    this.open.add(reference);
    const value = this.write(schema, name);
    this.open.delete(reference);
    return value;
  }

  private writeShape(schema: Schema, name: string | undefined): unknown {
    const choice = (schema.oneOf ?? schema.anyOf)?.[0];
    if (choice !== undefined) return this.write(choice, name);
    if (schema.allOf !== undefined) return this.writeAll(schema.allOf, name);
    switch (schema.type) {
      case 'object':
        return this.writeObject(schema);
      case 'array': {
        const item = schema.items === undefined ? undefined : this.write(schema.items);
        return item === undefined ? [] : [item];
      }
      case 'boolean':
        return true;
      default:
        return SAMPLES_BY_FORMAT[schema.format ?? ''];
    }
  }

  private writeAll(parts: readonly SchemaOrReference[], name: string | undefined): unknown {
    const values = parts.map((part) => this.write(part, name));
    const [first] = values;
    return values.length === 1 ? first : Object.assign({}, ...values);
  }

  private writeObject({ properties = {}, required = [] }: Schema): Record<string, unknown> {
    const fields = Object.entries(properties).filter(
      ([name]) => required.includes(name) || SAMPLES_BY_NAME[name] !== null,
    );
    // An optional id chooses among several, which most callers do not have.
    const most = fields.filter(
      ([name]) => this.direction === 'answer' || required.includes(name) || !name.endsWith('Id'),
    );
    const shown = most.length > 0 ? most : fields;
    return Object.fromEntries(
      shown
        .map(([name, schema]) => [name, this.write(schema, name)] as const)
        .filter(([, value]) => value !== undefined),
    );
  }
}

/** Whether a sample, which is a plain value or null, fits. */
function allows({ type, nullable, enum: values }: Schema, sample: unknown): boolean {
  if (sample === null) return nullable === true;
  if (values !== undefined) return values.includes(sample);
  return type === typeof sample || (type === 'integer' && Number.isInteger(sample));
}

import type { OpenAPIObject } from '@nestjs/swagger';
import { SAMPLES_BY_NAME } from './openapi-samples';
import { LONGEST_PATH_PARAMETER } from './header-limit';
import { LONGEST_IDEMPOTENCY_KEY } from './idempotency-key';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Parameter = Extract<NonNullable<Operation['parameters']>[number], { name: string }>;

const BOUNDING = ['maxLength', 'pattern', 'format', 'enum'];
const HEADERS: Readonly<Record<string, { minLength?: number; maxLength?: number; pattern?: string }>> = {
  'idempotency-key': { minLength: 1, maxLength: LONGEST_IDEMPOTENCY_KEY },
  'x-hub-signature-256': { pattern: '^sha256=[0-9a-f]{64}$' },
};

/**
 * Describes the ids of our own in an address. One that its controller describes with `ApiParam` stays as it is told there:
 * so Meta's ids have to be.
 * @param path as `/api/users/{id}`
 */
export function describePathParameters(operation: Operation, path: string): void {
  for (const parameter of operation.parameters ?? []) {
    if (!('name' in parameter) || parameter.in !== 'path') continue;
    const noun = nounOf(parameter.name, path);
    if (noun === undefined) continue;
    if (parameter.description === undefined) {
      parameter.description = `Our id of the ${noun}.`;
      parameter.schema = { type: 'string', format: 'uuid' };
    }
    if (isUuid(parameter)) parameter.example ??= SAMPLES_BY_NAME[`${noun}Id`] ?? SAMPLES_BY_NAME.id;
  }
}

/** What each is bounded by before a controller sees it. */
export function boundParameters(operation: Operation): void {
  for (const parameter of operation.parameters ?? []) {
    if (!('name' in parameter) || parameter.schema === undefined || '$ref' in parameter.schema) continue;
    const bounds =
      parameter.in === 'path' ? { maxLength: LONGEST_PATH_PARAMETER } : HEADERS[parameter.name.toLowerCase()];
    const isBounded = BOUNDING.some((word) => Object.hasOwn(parameter.schema ?? {}, word));
    if (parameter.schema.type === 'string' && bounds !== undefined && !isBounded)
      parameter.schema = { ...parameter.schema, ...bounds };
  }
}

/** What an id is of: `{userId}` of a user, `{id}` of one of those whose collection stands before it. */
function nounOf(name: string, path: string): string | undefined {
  if (name !== 'id') return /^(\w+)Id$/.exec(name)?.[1];
  const collection = /([\w-]+)\/\{id\}/.exec(path)?.[1];
  return collection?.replace(/s$/, '').replace('api-', 'API ').replaceAll('-', ' ');
}

function isUuid({ schema }: Parameter): boolean {
  return schema !== undefined && 'format' in schema && schema.format === 'uuid';
}

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

interface Schema {
  $ref?: string;
  type?: string;
  enum?: string[];
  maxLength?: number;
  nullable?: boolean;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
}
interface Operation {
  operationId: string;
  security?: object[];
  parameters?: { name: string; in: string; required?: boolean; schema: Schema }[];
  requestBody?: { required: boolean; content: Record<string, { schema: Schema }> };
  responses: Record<string, { content?: Record<string, { schema: Schema }> }>;
}
interface ApiDocument {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

const RELEASED: ApiDocument = {
  paths: {
    '/things/{id}': {
      get: {
        operationId: 'readThing',
        security: [],
        parameters: [
          { name: 'id', in: 'path', required: true, schema: { type: 'string' } },
          { name: 'state', in: 'query', schema: { type: 'string', enum: ['new', 'old'] } },
        ],
        responses: answer({ $ref: '#/components/schemas/Thing' }),
      },
      put: {
        operationId: 'writeThing',
        requestBody: json({ $ref: '#/components/schemas/WriteThing' }),
        responses: answer({ type: 'array', items: { $ref: '#/components/schemas/Thing' } }),
      },
    },
  },
  components: {
    schemas: {
      Thing: {
        type: 'object',
        properties: {
          name: { type: 'string' },
          size: { type: 'integer' },
          parts: { type: 'array', items: { $ref: '#/components/schemas/Thing' } },
        },
        required: ['name', 'size'],
      },
      WriteThing: {
        type: 'object',
        properties: {
          name: { type: 'string', maxLength: 100 },
          kind: { type: 'string', enum: ['big', 'small'] },
          note: { type: 'string', nullable: true },
        },
        required: ['name'],
      },
    },
  },
};

/** What is planted, and what is to be said of it. */
const BREAKING: [string, (document: ApiDocument) => void, string][] = [
  ['a path that is gone', ({ paths }) => delete paths['/things/{id}'], 'PUT /things/{id}: is gone'],
  ['a method that is gone', (now) => delete now.paths['/things/{id}']?.put, 'PUT /things/{id}: is gone'],
  ['another operation id', (now) => (get(now).operationId = 'fetchThing'), 'operationId is fetchThing'],
  ['a credential', (now) => (get(now).security = [{ bearer: [] }]), 'needs a credential'],
  ['a parameter that is gone', (now) => get(now).parameters?.pop(), 'the parameter query state is gone'],
  [
    'a new parameter that is required',
    (now) =>
      get(now).parameters?.push({ name: 'zone', in: 'query', required: true, schema: { type: 'string' } }),
    'the parameter query zone is required',
  ],
  [
    'fewer values of a parameter',
    (now) => (get(now).parameters![1]!.schema.enum = ['new']),
    'does not take old',
  ],
  [
    'a field of an answer that is gone',
    (now) => delete thing(now).properties?.size,
    'the field size is gone',
  ],
  [
    'a field of an answer that may be missing',
    (now) => (thing(now).required = ['name']),
    'the field size may be missing',
  ],
  ['another type', (now) => (thing(now).properties!.size = { type: 'string' }), 'is of the type string'],
  [
    'an answer that may be null',
    (now) => (thing(now).properties!.name = { type: 'string', nullable: true }),
    'may be null',
  ],
  [
    'a new field that is required',
    (now) => written(now).required?.push('kind'),
    'WriteThing: the field kind is required',
  ],
  ['a field that is not taken', (now) => delete written(now).properties?.note, 'the field note is gone'],
  [
    'a shorter text',
    (now) => (written(now).properties!.name!.maxLength = 50),
    'maxLength is 50 instead of 100',
  ],
  ['null that is not taken', (now) => delete written(now).properties!.note!.nullable, 'may not be null'],
  [
    'another status',
    (now) => (get(now).responses = { 201: get(now).responses[200]! }),
    'does not answer 200',
  ],
];

const HARMLESS: [string, (document: ApiDocument) => void][] = [
  ['nothing', () => undefined],
  ['a new path', (now) => (now.paths['/more'] = {})],
  ['a new field of an answer', (now) => (thing(now).properties!.age = { type: 'integer' })],
  ['a new field that may be left out', (now) => (written(now).properties!.tag = { type: 'string' })],
  ['another value that is taken', (now) => written(now).properties!.kind!.enum!.push('huge')],
  ['a longer text', (now) => (written(now).properties!.name!.maxLength = 200)],
  [
    'a parameter that may be left out',
    (now) => get(now).parameters?.push({ name: 'zone', in: 'query', schema: { type: 'string' } }),
  ],
];

describe('the guard of the API document', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'mbb-contract-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  function compare(
    change: (document: ApiDocument) => void,
    accepted: string,
  ): { code: number; said: string } {
    const now = structuredClone(RELEASED);
    change(now);
    writeFileSync(join(folder, 'openapi.released.json'), JSON.stringify(RELEASED));
    writeFileSync(join(folder, 'openapi.json'), JSON.stringify(now));
    writeFileSync(join(folder, 'openapi.accepted.yaml'), accepted);
    return guard(`--folder=${folder}`);
  }

  it.each(BREAKING)('tells %s', (_what, change, sentence) => {
    const { code, said } = compare(change, '[]');
    expect(said).toContain(sentence);
    expect(code).toBe(1);
  });

  it.each(HARMLESS)('lets %s pass', (_what, change) => {
    expect(compare(change, '[]')).toEqual({ code: 0, said: 'Nothing breaks.' });
  });

  it('takes a change that was accepted with a reason, and neither one without nor one that was not made', () => {
    const change = (now: ApiDocument): void => {
      delete thing(now).properties?.parts;
    };
    const named = `- change: 'answered Thing: the field parts is gone'\n`;
    expect(compare(change, `${named}  reason: Nobody read it.\n`).code).toBe(0);
    expect(compare(change, named).code).toBe(1);
    expect(compare(() => undefined, `${named}  reason: Nobody read it.\n`).code).toBe(1);
  });

  it('finds nothing in this API that breaks the last release', () => {
    expect(guard()).toEqual({ code: 0, said: expect.stringMatching(/^Nothing breaks/) as string });
  });
});

function guard(...options: string[]): { code: number; said: string } {
  const { status, stdout } = spawnSync(process.execPath, [resolve('scripts/openapi-diff.mjs'), ...options], {
    encoding: 'utf8',
  });
  return { code: status ?? -1, said: stdout.trim() };
}

function get(document: ApiDocument): Operation {
  return document.paths['/things/{id}']!.get!;
}
function thing(document: ApiDocument): Schema {
  return document.components.schemas.Thing!;
}
function written(document: ApiDocument): Schema {
  return document.components.schemas.WriteThing!;
}
function answer(schema: Schema): Operation['responses'] {
  return { 200: { content: { 'application/json': { schema } } } };
}
function json(schema: Schema): NonNullable<Operation['requestBody']> {
  return { required: true, content: { 'application/json': { schema } } };
}

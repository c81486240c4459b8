import type { OpenAPIObject } from '@nestjs/swagger';
import { ExampleWriter, addExamples } from './openapi-examples';
import { SAMPLES_BY_NAME, SAMPLE_ID, SAMPLE_INSTANT } from './openapi-samples';

type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;
type Schema = Schemas[string];
type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

const text: Schema = { type: 'string' };
const anAnswer = (schema: Schema, name?: string, schemas: Schemas = {}): unknown =>
  new ExampleWriter(schemas, 'answer').write(schema, name);
const aRequest = (schema: Schema): unknown => new ExampleWriter({}, 'request').write(schema);

describe('ExampleWriter', () => {
  it.each<[string, string | undefined, Schema, unknown]>([
    ["a field's own example before all else", 'id', { ...text, example: 'mine', enum: ['other'] }, 'mine'],
    [
      'an example that is null',
      'createdAt',
      { ...text, format: 'date-time', nullable: true, example: null },
      null,
    ],
    ['the default', undefined, { ...text, default: 'member', enum: ['owner', 'member'] }, 'member'],
    [
      'a sample by name before one by format',
      'accountId',
      { ...text, format: 'uuid' },
      SAMPLES_BY_NAME.accountId,
    ],
    ['a sample by name only if it is among the values', 'language', { ...text, enum: ['de', 'en'] }, 'de'],
    ['no sample by name of another type', 'limit', { type: 'boolean' }, true],
    ['whole numbers', 'limit', { type: 'integer' }, 25],
    ['the first of several values', undefined, { ...text, enum: ['queued', 'sent'] }, 'queued'],
    ['an id of ours', undefined, { ...text, format: 'uuid' }, SAMPLE_ID],
    [
      'an instant rather than null',
      'syncedAt',
      { ...text, format: 'date-time', nullable: true },
      SAMPLE_INSTANT,
    ],
    ['null for what is mostly absent', 'revokedAt', { ...text, format: 'date-time', nullable: true }, null],
    ['null where nothing is known', 'remark', { ...text, nullable: true }, null],
    ['nothing rather than a made-up word', 'remark', text, undefined],
    ['nothing rather than a made-up number', 'weight', { type: 'number' }, undefined],
    ['the data of an answer without any', 'data', { type: 'object', nullable: true, enum: [null] }, null],
    [
      'the first of alternatives',
      undefined,
      { oneOf: [{ ...text, format: 'uri' }, text] },
      'https://www.example.com/',
    ],
    ['one item', undefined, { type: 'array', items: { type: 'boolean' } }, [true]],
    ['no item where none is known', undefined, { type: 'array', items: text }, []],
    ['an object of any fields', undefined, { type: 'object', additionalProperties: true }, {}],
  ])('shows %s', (_, name, schema, expected) => {
    expect(anAnswer(schema, name)).toEqual(expected);
  });

  it('follows references, also those that are wrapped to be described or nullable', () => {
    const schemas: Schemas = {
      Page: {
        type: 'object',
        properties: { items: { type: 'array', items: { $ref: '#/components/schemas/Item' } } },
      },
      Item: {
        type: 'object',
        properties: {
          owner: { nullable: true, type: 'object', allOf: [{ $ref: '#/components/schemas/Owner' }] },
        },
      },
      Owner: { type: 'object', properties: { email: { type: 'string', format: 'email' } } },
    };
    expect(anAnswer({ $ref: '#/components/schemas/Page' }, undefined, schemas)).toEqual({
      items: [{ owner: { email: 'ada@example.com' } }],
    });
  });

  it('joins the parts of allOf', () => {
    const part = (name: string): Schema => ({ type: 'object', properties: { [name]: { type: 'boolean' } } });
    expect(anAnswer({ allOf: [part('a'), part('b')] })).toEqual({ a: true, b: true });
  });

  it('ends where a schema contains itself, and only there', () => {
    const node = { $ref: '#/components/schemas/Node' };
    const schemas: Schemas = {
      Node: { type: 'object', properties: { parent: node, children: { type: 'array', items: node } } },
    };
    const pair: Schema = { type: 'object', properties: { left: node, right: node } };
    expect(anAnswer(pair, undefined, schemas)).toEqual({ left: { children: [] }, right: { children: [] } });
  });

  it('leaves out what an ordinary answer does not have, and fields of which nothing is known', () => {
    const properties = { isRead: { type: 'boolean' }, error: { type: 'object' }, remark: text };
    expect(anAnswer({ type: 'object', required: ['isRead'], properties })).toEqual({ isRead: true });
    expect(anAnswer({ type: 'object', required: ['error'], properties })).toEqual({
      isRead: true,
      error: {},
    });
  });

  it('asks for an id in a request only if it has to be there', () => {
    const properties = { accountId: { ...text, format: 'uuid' }, email: { ...text, format: 'email' } };
    const email = 'ada@example.com';
    const accountId = SAMPLES_BY_NAME.accountId;
    expect(aRequest({ type: 'object', properties })).toEqual({ email });
    expect(aRequest({ type: 'object', properties, required: ['accountId'] })).toEqual({ accountId, email });
    expect(anAnswer({ type: 'object', properties })).toEqual({ accountId, email });
    // Better than nothing.
    const { accountId: only } = properties;
    expect(aRequest({ type: 'object', properties: { accountId: only } })).toEqual({ accountId });
  });
});

describe('addExamples', () => {
  const json = (media: object) => ({ content: { 'application/json': media } });
  const exampleOf = (of: unknown): unknown =>
    (of as { content: Record<string, { example?: unknown }> }).content['application/json']?.example;

  it('gives the body and the success one, in the envelope, and leaves errors alone', () => {
    const operation: Operation = {
      requestBody: json({ schema: { type: 'object', properties: { name: text } } }),
      responses: {
        201: {
          description: '',
          ...json({
            schema: {
              type: 'object',
              required: ['success', 'data'],
              properties: {
                success: { type: 'boolean', enum: [true] },
                data: { $ref: '#/components/schemas/User' },
              },
            },
          }),
        },
        400: { description: '', ...json({ schema: { type: 'boolean' } }) },
      },
    };
    addExamples(operation, { User: { type: 'object', properties: { id: text } } });
    expect(exampleOf(operation.requestBody)).toEqual({ name: 'Ada Lovelace' });
    expect(exampleOf(operation.responses[201])).toEqual({ success: true, data: { id: SAMPLE_ID } });
    expect(exampleOf(operation.responses[400])).toBeUndefined();
  });

  it('keeps the examples that are there', () => {
    const schema = { type: 'boolean' };
    const examples = { no: { value: false } };
    const operation: Operation = {
      requestBody: json({ schema, examples }),
      responses: { 200: { description: '', ...json({ schema, example: false }) } },
    };
    addExamples(operation, {});
    expect(operation.requestBody).toEqual(json({ schema, examples }));
    expect(exampleOf(operation.responses[200])).toBe(false);
  });

  it('adds none to a text of which nothing is known', () => {
    const operation: Operation = {
      responses: { 200: { description: '', content: { 'text/html': { schema: text } } } },
    };
    addExamples(operation, {});
    expect(operation.responses[200]).toEqual({ description: '', content: { 'text/html': { schema: text } } });
  });
});

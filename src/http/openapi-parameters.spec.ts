import { describePathParameters } from './openapi-parameters';
import { SAMPLES_BY_NAME, SAMPLE_ID } from './openapi-samples';

interface Parameter {
  name: string;
  in: 'path' | 'query';
  description?: string;
  schema: { type: string; format?: string };
  example?: unknown;
}

const plain: Pick<Parameter, 'in' | 'schema'> = { in: 'path', schema: { type: 'string' } };

function described(path: string, ...parameters: Parameter[]): Parameter[] {
  describePathParameters({ parameters, responses: {} }, path);
  return parameters;
}

describe('describePathParameters', () => {
  it.each([
    ['/api/users/{id}', 'id', 'Our id of the user.', SAMPLES_BY_NAME.userId],
    ['/api/auth/api-keys/{id}', 'id', 'Our id of the API key.', SAMPLE_ID],
    [
      '/api/meta/auth/accounts/{id}/members/{userId}',
      'id',
      'Our id of the account.',
      SAMPLES_BY_NAME.accountId,
    ],
    [
      '/api/meta/auth/accounts/{id}/members/{userId}',
      'userId',
      'Our id of the user.',
      SAMPLES_BY_NAME.userId,
    ],
  ])('tells what is named in %s', (path, name, description, example) => {
    expect(described(path, { name, ...plain })).toEqual([
      { name, in: 'path', description, schema: { type: 'string', format: 'uuid' }, example },
    ]);
  });

  it("leaves Meta's ids as their controller describes them", () => {
    const parameter: Parameter = { name: 'id', ...plain, description: "Meta's id of the post." };
    expect(described('/api/posts/{id}', { ...parameter })).toEqual([parameter]);
  });

  it('gives an id of ours that is described already an example', () => {
    const schema = { type: 'string', format: 'uuid' };
    const parameter: Parameter = { name: 'id', ...plain, schema, description: 'The conversation.' };
    expect(described('/api/meta/conversations/{id}', { ...parameter })).toEqual([
      { ...parameter, example: SAMPLES_BY_NAME.conversationId },
    ]);
    expect(described('/api/meta/conversations/{id}', { ...parameter, example: 'x' })[0]?.example).toBe('x');
  });

  it('knows nothing of other parameters', () => {
    const others: Parameter[] = [
      { ...plain, name: 'code' },
      { ...plain, name: 'accountId', in: 'query' },
    ];
    expect(described('/api/x/{code}', ...others.map((other) => ({ ...other })))).toEqual(others);
  });
});

import type { OpenAPIObject } from '@nestjs/swagger';
import { describeErrors } from './envelope';
import { completeOperations } from './openapi';

function documentWith(operation: Record<string, unknown>): OpenAPIObject {
  return {
    openapi: '3.0.0',
    info: { title: 'x', version: '1' },
    paths: { '/x/{id}': { post: { responses: { 200: { description: 'Done.' } }, ...operation } } },
  };
}

describe('completeOperations', () => {
  it('gives an operation the errors that come with what it takes', () => {
    const document = documentWith({
      security: [{ bearer: [] }],
      'x-required-role': 'admin',
      parameters: [{ name: 'id', in: 'path', schema: {} }],
      requestBody: { content: {} },
    });
    completeOperations(document);
    const responses = document.paths['/x/{id}']?.post?.responses ?? {};
    expect(Object.keys(responses)).toEqual([
      '200',
      '400',
      '401',
      '403',
      '404',
      '413',
      '415',
      '429',
      '500',
      '503',
    ]);
    expect(responses['403']).toMatchObject({ description: '`FORBIDDEN`: the role must be admin or above' });
    for (const response of Object.values(responses)) expect(response).toHaveProperty('headers.x-request-id');
  });

  it('says of a public operation without input only what every request may meet', () => {
    const document = documentWith({});
    completeOperations(document);
    expect(Object.keys(document.paths['/x/{id}']?.post?.responses ?? {})).toEqual([
      '200',
      '413',
      '415',
      '429',
      '500',
      '503',
    ]);
  });

  it('says of one that is only read that its address may be too long, where it takes a query', () => {
    const { post } =
      documentWith({ parameters: [{ name: 'ids', in: 'query', schema: {} }] }).paths['/x/{id}'] ?? {};
    const document = { ...documentWith({}), paths: { '/x': { get: post ?? { responses: {} } } } };
    completeOperations(document);
    expect(Object.keys(document.paths['/x'].get.responses)).toEqual([
      '200',
      '400',
      '413',
      '429',
      '500',
      '503',
    ]);
  });

  it('says of an operation that is not counted nothing about counting', () => {
    const document = documentWith({ 'x-rate-limit': 'none' });
    completeOperations(document);
    const responses = document.paths['/x/{id}']?.post?.responses ?? {};
    expect(Object.keys(responses)).toEqual(['200', '413', '415', '500', '503']);
    expect(responses['200']).not.toHaveProperty('headers.ratelimit');
  });

  it('says where an answer tells what is left, and when to try again', () => {
    const document = documentWith({});
    completeOperations(document);
    const responses = document.paths['/x/{id}']?.post?.responses ?? {};
    expect(responses['200']).toHaveProperty('headers.ratelimit-policy');
    expect(responses['200']).not.toHaveProperty('headers.retry-after');
    expect(responses['429']).toMatchObject({ headers: { ratelimit: {}, 'retry-after': {} } });
  });

  it('joins codes that share a status', () => {
    const document = documentWith({
      parameters: [{ name: 'id', in: 'path', schema: {} }],
      responses: { 404: describeErrors(['ACCOUNT_NOT_FOUND']) },
    });
    completeOperations(document);
    expect(document.paths['/x/{id}']?.post?.responses['404']).toMatchObject({
      description: '`ACCOUNT_NOT_FOUND`, `NOT_FOUND`',
      content: {
        'application/json': {
          examples: {
            ACCOUNT_NOT_FOUND: { value: { success: false } },
            NOT_FOUND: { value: { success: false } },
          },
        },
      },
    });
  });
});

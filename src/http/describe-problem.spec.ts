import { BadRequestException, HttpException, ImATeapotException, NotFoundException } from '@nestjs/common';
import { QueryFailedError } from 'typeorm';
import { AppError, ConflictError, ValidationFailedError } from '../errors/app.error';
import { describeClientError, describeProblem } from './describe-problem';
import { ERROR_CATALOGUE } from './error-catalogue';

class LimitedError extends AppError {
  readonly code = 'META_RATE_LIMITED';
  readonly status = 429;
  override readonly retryAfterMs: number = 61_001;
}

const failedQuery = (code: string) =>
  new QueryFailedError('SELECT canary', [], Object.assign(new Error('canary'), { code }));

describe('describeProblem', () => {
  it('gives an AppError in its own words', () => {
    expect(describeProblem(new ConflictError('Taken.', { by: 'x' }))).toEqual({
      status: 409,
      body: { success: false, error: { code: 'CONFLICT', message: 'Taken.', details: { by: 'x' } } },
      retryAfterSeconds: undefined,
    });
  });

  it('rounds Retry-After up', () => {
    expect(describeProblem(new LimitedError('Slowly.')).retryAfterSeconds).toBe(62);
  });

  it.each([
    [new NotFoundException('Cannot GET /canary'), 404, 'NOT_FOUND'],
    [new BadRequestException('canary'), 400, 'VALIDATION_FAILED'],
    [new ImATeapotException('canary'), 400, 'VALIDATION_FAILED'],
    [new HttpException('canary', 502), 500, 'SERVER_ERROR'],
    [new HttpException('canary', 429), 429, 'RATE_LIMITED'],
    [
      Object.assign(new Error('canary'), { code: 'FST_ERR_CTP_BODY_TOO_LARGE', statusCode: 413 }),
      413,
      'PAYLOAD_TOO_LARGE',
    ],
    [
      Object.assign(new Error('canary'), { code: 'FST_ERR_MAX_PARAM_LENGTH', statusCode: 414 }),
      404,
      'NOT_FOUND',
    ],
    [
      Object.assign(new Error('canary'), { code: 'FST_ERR_HANDLER_TIMEOUT', statusCode: 503 }),
      500,
      'SERVER_ERROR',
    ],
    [new Error('canary'), 500, 'SERVER_ERROR'],
    ['canary', 500, 'SERVER_ERROR'],
    [undefined, 500, 'SERVER_ERROR'],
    [failedQuery('23503'), 500, 'SERVER_ERROR'],
    [failedQuery('57P01'), 503, 'SERVICE_UNAVAILABLE'],
    [failedQuery('53300'), 503, 'SERVICE_UNAVAILABLE'],
    [failedQuery('53100'), 503, 'SERVICE_UNAVAILABLE'], // a full disk
    [
      new Error('canary', { cause: Object.assign(new Error('x'), { code: 'ECONNRESET' }) }),
      503,
      'SERVICE_UNAVAILABLE',
    ],
    [
      new AggregateError([Object.assign(new Error('x'), { code: 'ECONNREFUSED' })], 'canary'),
      503,
      'SERVICE_UNAVAILABLE',
    ],
    [new Error('Connection terminated unexpectedly'), 503, 'SERVICE_UNAVAILABLE'],
    [new Error('Connection is closed.'), 503, 'SERVICE_UNAVAILABLE'],
  ])('answers %s with %i %s and nothing of what is inside', (thrown, status, code) => {
    const problem = describeProblem(thrown);
    expect([problem.status, problem.body.error.code]).toEqual([status, code]);
    expect(JSON.stringify(problem)).not.toMatch(/canary|terminated/);
  });

  it('finds an AppError that Nest has wrapped', () => {
    const inner = ValidationFailedError.of('a', 'b', 'c');
    expect(describeProblem(new HttpException('x', 400, { cause: inner })).body.error.details).toEqual(
      inner.details,
    );
  });
});

it('errors of the connection have the catalogue’s statuses', () => {
  for (const code of ['ERR_HTTP_REQUEST_TIMEOUT', 'HPE_HEADER_OVERFLOW', 'HPE_INVALID_METHOD', undefined]) {
    const { status, body } = describeClientError(code);
    expect(Object.entries(ERROR_CATALOGUE)).toContainEqual([
      body.error.code,
      expect.objectContaining({ status }),
    ]);
  }
});

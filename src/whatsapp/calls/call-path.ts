import { applyDecorators } from '@nestjs/common';
import { ApiParam } from '@nestjs/swagger';
import { ApiErrors } from '../../http/envelope';

/** Documents the call in a path. */
export function ApiCall(): MethodDecorator {
  return applyDecorators(
    ApiParam({
      name: 'id',
      type: String,
      description: 'The call: Meta’s id, or ours.',
      example: '0199f3a2-7c1e-7b52-9d6b-3f1f8f4f2a10',
    }),
    ApiErrors('NOT_FOUND'),
  );
}

/** The errors that a signal to Meta can meet. */
export function ApiCallSignal(): MethodDecorator {
  return applyDecorators(
    ApiCall(),
    ApiErrors('VALIDATION_FAILED', 'CONFLICT', 'META_REAUTH_REQUIRED'),
    ApiErrors('META_RATE_LIMITED', 'META_REJECTED', 'META_UNAVAILABLE'),
  );
}

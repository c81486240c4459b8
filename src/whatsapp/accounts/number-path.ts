import { applyDecorators } from '@nestjs/common';
import { ApiParam } from '@nestjs/swagger';
import { ApiErrors } from '../../http/envelope';

/** Documents the number in a path, and the errors that naming it can meet. */
export function ApiNumber(): MethodDecorator {
  return applyDecorators(
    ApiParam({
      name: 'id',
      type: String,
      description: 'The phone number: Meta’s id, or ours.',
      example: '106540352242922',
    }),
    ApiErrors('VALIDATION_FAILED', 'NOT_FOUND', 'ACCOUNT_NOT_FOUND', 'META_REAUTH_REQUIRED'),
    ApiErrors('META_RATE_LIMITED', 'META_REJECTED', 'META_UNAVAILABLE'),
  );
}

import { applyDecorators } from '@nestjs/common';
import { ApiParam } from '@nestjs/swagger';
import { ApiErrors } from '../../http/envelope';

/** Documents the flow in a path, and the errors that naming it can meet. */
export function ApiFlow(): MethodDecorator {
  return applyDecorators(
    ApiParam({
      name: 'id',
      type: String,
      description: 'The flow: Meta’s id, or ours.',
      example: '1097420589034000',
    }),
    ApiErrors('VALIDATION_FAILED', 'NOT_FOUND', 'META_REAUTH_REQUIRED'),
    ApiErrors('META_RATE_LIMITED', 'META_REJECTED', 'META_UNAVAILABLE'),
  );
}

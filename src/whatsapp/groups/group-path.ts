import { applyDecorators } from '@nestjs/common';
import { ApiParam } from '@nestjs/swagger';
import { ApiErrors } from '../../http/envelope';

/** Documents the group in a path, and the errors that naming it can meet. */
export function ApiGroup(): MethodDecorator {
  return applyDecorators(
    ApiParam({
      name: 'id',
      type: String,
      description: 'The group: Meta’s id, or ours.',
      example: '0199f3a2-7c1e-7b52-9d6b-3f1f8f4f2a10',
    }),
    ApiErrors('VALIDATION_FAILED', 'NOT_FOUND', 'CONFLICT', 'META_REAUTH_REQUIRED'),
    ApiErrors('META_RATE_LIMITED', 'META_REJECTED', 'META_UNAVAILABLE'),
  );
}

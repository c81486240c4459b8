import { applyDecorators } from '@nestjs/common';
import { ApiHeader, ApiParam } from '@nestjs/swagger';
import type { ErrorCode } from '../../http/error-catalogue';
import { ApiErrors } from '../../http/envelope';

const META_ERRORS = [
  'META_REAUTH_REQUIRED',
  'META_RATE_LIMITED',
  'META_REJECTED',
  'META_UNAVAILABLE',
] as const satisfies readonly ErrorCode[];

const OUR_ID = '0199f3a2-7c1e-7b52-9d6b-3f1f8f4f2a10';

/** Documents the comment in a path. */
export function ApiComment(): MethodDecorator {
  return ApiParam({
    name: 'id',
    type: String,
    description: 'The comment: our id, or Meta’s.',
    example: OUR_ID,
  });
}

/** Documents the post or media in a path. */
export function ApiCommented(description: string, example: string): MethodDecorator {
  return ApiParam({ name: 'id', type: String, description, example });
}

export function ApiAnswer(): MethodDecorator {
  return ApiParam({ name: 'id', description: 'The answer.', format: 'uuid', example: OUR_ID });
}

/** For what asks Meta while somebody waits. */
export function ApiMetaErrors(): MethodDecorator {
  return ApiErrors(...META_ERRORS);
}

/**
 * For what is published once, however often it is asked for with the same key.
 * @param further errors beside the usual ones
 */
export function ApiAnswering(...further: readonly ErrorCode[]): MethodDecorator {
  return applyDecorators(
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description:
        'The same key with the same request answers with what became of the first, and begins anew only where that failed.',
    }),
    // In one: of two with the same status the examples of one would be lost.
    ApiErrors('CONFLICT', 'IDEMPOTENCY_CONFLICT', ...META_ERRORS, ...further),
  );
}

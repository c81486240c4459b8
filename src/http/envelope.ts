import { type CustomDecorator, HttpCode, SetMetadata, type Type, applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiProperty, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { ERROR_CATALOGUE, type ErrorCode, type ErrorExample } from './error-catalogue';

export const RAW_RESPONSE_METADATA = 'http:raw-response';

/** What every successful answer looks like on the wire. */
export interface Envelope<Data> {
  success: true;
  data: Data;
}

/** What every failed answer looks like on the wire. */
export interface ErrorEnvelope {
  success: false;
  error: { code: string; message: string; details: Readonly<Record<string, unknown>> };
}

export class ErrorDto {
  @ApiProperty({
    type: String,
    enum: Object.keys(ERROR_CATALOGUE),
    description: 'Stable; branch on this. More may come.',
    example: 'NOT_FOUND',
  })
  code!: string;

  @ApiProperty({ type: String, description: 'A sentence for people. It may change.' })
  message!: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'What the code promises beside the message; `{}` if nothing.',
  })
  details!: Record<string, unknown>;
}

export class ErrorEnvelopeDto {
  @ApiProperty({ type: Boolean, enum: [false] })
  success!: false;

  @ApiProperty({ type: ErrorDto })
  error!: ErrorDto;
}

/**
 * Sends what the handler returns as it is: the plain-text challenge, downloads, Meta's callback answers. Errors keep their
 * envelope.
 */
export function RawResponse(): CustomDecorator {
  return SetMetadata(RAW_RESPONSE_METADATA, true);
}

/**
 * Documents `{success: true, data: Dto}` and answers with `status`, so that the two cannot differ.
 * @param dto `null` where there is nothing to tell: `data` is null
 */
export function ApiEnvelope(
  dto: Type | null,
  status = 200,
  options: { description?: string; isArray?: boolean } = {},
): MethodDecorator {
  const item = dto === null ? { type: 'object', nullable: true, enum: [null] } : { $ref: getSchemaPath(dto) };
  const data = options.isArray === true ? { type: 'array', items: item } : item;
  return applyDecorators(
    ...(dto === null ? [] : [ApiExtraModels(dto)]),
    HttpCode(status),
    forgetSuccesses,
    ApiResponse({
      status,
      description: options.description ?? 'Done.',
      schema: {
        type: 'object',
        required: ['success', 'data'],
        properties: { success: { type: 'boolean', enum: [true] }, data },
      },
    }),
  );
}

/** Documents the errors that a caller of this operation may meet, each with an example. */
export function ApiErrors(...codes: readonly ErrorCode[]): MethodDecorator & ClassDecorator {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of new Set(codes)) {
    const { status } = ERROR_CATALOGUE[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return applyDecorators(
    ApiExtraModels(ErrorEnvelopeDto),
    ...[...byStatus].map(([status, group]) => ApiResponse({ status, ...describeErrors(group) })),
  );
}

/** The OpenAPI response of a status that these codes share. */
export function describeErrors(codes: readonly ErrorCode[]): {
  description: string;
  content: Record<string, { schema: { $ref: string }; examples: Record<string, { value: ErrorEnvelope }> }>;
} {
  return {
    description: codes.map((code) => `\`${code}\``).join(', '),
    content: {
      'application/json': {
        schema: { $ref: getSchemaPath(ErrorEnvelopeDto) },
        examples: Object.fromEntries(codes.map((code) => [code, { value: exampleOf(code) }])),
      },
    },
  };
}

function exampleOf(code: ErrorCode): ErrorEnvelope {
  const { message, details = {} }: ErrorExample = ERROR_CATALOGUE[code];
  return { success: false, error: { code, message, details } };
}

const RESPONSES_METADATA = 'swagger/apiResponse';

/**
 * The Swagger plugin notes the handler's return type as the answer, which here is only `data`, under the status that the
 * verb suggests. Decorators run from the last to the first, so the plugin's note is there by now.
 */
const forgetSuccesses: MethodDecorator = (_target, _key, descriptor) => {
  const handler: unknown = descriptor.value;
  if (typeof handler !== 'function') return;
  const noted: unknown = Reflect.getMetadata(RESPONSES_METADATA, handler);
  if (typeof noted !== 'object' || noted === null) return;
  const errors = Object.entries(noted).filter(([status]) => Number(status) >= 400);
  Reflect.defineMetadata(RESPONSES_METADATA, Object.fromEntries(errors), handler);
};

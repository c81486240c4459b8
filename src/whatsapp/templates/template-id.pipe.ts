import { type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';
import { ApiParam } from '@nestjs/swagger';
import { isUuid } from '../../database/ids';
import { ValidationFailedError } from '../../errors/app.error';

const META_ID = /^\d{1,32}$/;

export function isTemplateId(value: unknown): value is string {
  return typeof value === 'string' && (isUuid(value) || META_ID.test(value));
}

/** For templates in a path, which may be named by our id or by Meta's. */
@Injectable()
export class TemplateIdParam implements PipeTransform<unknown, string> {
  transform(value: unknown, { data = 'id' }: ArgumentMetadata): string {
    if (isTemplateId(value)) return value.toLowerCase();
    throw ValidationFailedError.of(
      data,
      'isTemplateId',
      `${data} must be a UUID, or an id of Meta, digits only.`,
    );
  }
}

/** Describes it in the API document. */
export function ApiTemplateId(): MethodDecorator {
  return ApiParam({
    name: 'id',
    description: "Our id of the template, or Meta's.",
    schema: { type: 'string', example: '0199f3a2-7c1e-7b52-9d6b-3f1f8f4f2a10' },
  });
}

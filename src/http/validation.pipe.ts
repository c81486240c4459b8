import { type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { type ValidationError, validate } from 'class-validator';
import { type FieldProblem, ValidationFailedError } from '../errors/app.error';
import { findUnfitContent, isRecord } from './unfit-content';

const NOT_DTOS: readonly unknown[] = [undefined, Object, String, Number, Boolean, Array, Buffer];

/** Turns bodies and queries into their DTOs, strictly: nothing is converted, nothing unknown is ignored. */
@Injectable()
export class DtoValidationPipe implements PipeTransform<unknown, Promise<unknown>> {
  async transform(value: unknown, { type, metatype, data }: ArgumentMetadata): Promise<unknown> {
    if (type === 'custom' || Buffer.isBuffer(value)) return value;
    if (NOT_DTOS.includes(metatype)) return plainValue(value, type, metatype, data);
    // No body at all is a body without fields, so that the answer names the fields that are missing.
    const given = value ?? {};
    if (!isRecord(given))
      throw ValidationFailedError.of(
        '',
        'isObject',
        type === 'body' ? 'The body must be a JSON object.' : `The ${type} is malformed.`,
      );
    const unfit = findUnfitContent(given);
    if (unfit.length > 0) throw new ValidationFailedError(unfit);

    // Fastify's query has no prototype, which class-transformer does not expect.
    const dto: object = plainToInstance(
      metatype as new () => object,
      { ...given },
      { enableImplicitConversion: false },
    );
    const errors = await validate(dto, {
      whitelist: true,
      forbidNonWhitelisted: true,
      forbidUnknownValues: false,
      validationError: { target: false, value: false },
    });
    if (errors.length > 0) throw new ValidationFailedError(errors.flatMap((error) => problemsOf(error, '')));
    return dto;
  }
}

/** Single query and path values have no DTO; what PostgreSQL cannot store is refused for them, too. */
function plainValue(value: unknown, type: string, metatype: unknown, data: string | undefined): unknown {
  const path = data ?? '';
  const unfit = findUnfitContent(value, path);
  if (unfit.length > 0) throw new ValidationFailedError(unfit);
  if (type === 'query' && metatype === String && value !== undefined && typeof value !== 'string')
    throw ValidationFailedError.of(path, 'isString', `${path} may be given once only.`);
  return value;
}

const RULE_NAMES: Record<string, string> = {
  whitelistValidation: 'unknownField',
  nestedValidation: 'isObject',
};

function problemsOf(error: ValidationError, parent: string): FieldProblem[] {
  const path = parent === '' ? error.property : `${parent}.${error.property}`;
  const own = Object.entries(error.constraints ?? {}).map(([name, message]) => ({
    path,
    rule: RULE_NAMES[name] ?? name,
    message: name === 'whitelistValidation' ? `${path} is not a field of this request.` : message,
  }));
  return [...own, ...(error.children ?? []).flatMap((child) => problemsOf(child, path))];
}

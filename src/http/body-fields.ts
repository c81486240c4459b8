import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import {
  IsArray,
  IsEmail,
  IsObject,
  IsString,
  Matches,
  MaxLength,
  ValidateIf,
  ValidateNested,
} from 'class-validator';

/** For `@MaxLength` at an instant: ISO 8601 itself sets no end to the digits of a second. */
export const LONGEST_INSTANT = 40;

/** A field that may be absent. Unlike `IsOptional`, `null` is not absent: it is checked, and refused, like any value. */
export function IfPresent(): PropertyDecorator {
  return ValidateIf((_object, value: unknown) => value !== undefined);
}

/** An object of a body that has its own DTO. `ValidateNested` alone would let an array of them through. */
export function NestedObject(dto: () => new () => object): PropertyDecorator {
  return applyDecorators(Type(dto), IsObject(), ValidateNested());
}

/** An array of objects of a body that have their own DTO. */
export function NestedArray(dto: () => new () => object): PropertyDecorator {
  return applyDecorators(Type(dto), IsArray(), ValidateNested({ each: true }));
}

/** An e-mail address, without surrounding blanks and in lower case from here on. */
export function EmailField(): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' ? value.trim().toLowerCase() : value,
    ),
    IsEmail(),
    MaxLength(254),
    ApiProperty({ type: String, format: 'email', example: 'ada@example.com' }),
  );
}

/** What people call something: 1 to `max` characters, not only blanks. */
export function NameField(max = 100): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.trim() : value)),
    IsString(),
    Matches(/\S/, { message: '$property must not be empty' }),
    MaxLength(max),
    ApiProperty({ type: String, minLength: 1, maxLength: max }),
  );
}

import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsArray, IsBoolean, IsInt, Max, Min } from 'class-validator';
import { boundedBy } from './field-bounds';

// A query is text, a JSON body is not: bodies are taken as they are typed, and only these turn a query's text into
// something else. What they cannot turn they leave, for the validator beside them to refuse.

/** A whole number of the query, as digits. */
export function QueryInt({ min, max }: { min?: number; max?: number } = {}): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value,
    ),
    IsInt(),
    ...(min === undefined ? [] : [Min(min)]),
    ...(max === undefined ? [] : [Max(max)]),
    ApiProperty({
      type: 'integer',
      required: false,
      ...(min === undefined ? {} : { minimum: min }),
      ...(max === undefined ? {} : { maximum: max }),
    }),
  );
}

/** `true` or `false` (also `1` or `0`) of the query. */
export function QueryBoolean(): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }: { value: unknown }) => {
      if (value === 'true' || value === '1') return true;
      if (value === 'false' || value === '0') return false;
      return value;
    }),
    IsBoolean(),
    ApiProperty({ type: Boolean, required: false }),
  );
}

/** Of a list's text: some two hundred ids. A whole address may have twice as many characters. */
const LONGEST_LIST = 8_000;

/** A list that was written with commas. A text that is too long for one is to be left as it is. */
export function IsWrittenList(): PropertyDecorator {
  return IsArray({
    ...boundedBy({ maxLength: LONGEST_LIST }),
    message: ({ value, property }) =>
      typeof value === 'string'
        ? `${property} may have ${LONGEST_LIST} characters at most`
        : `${property} must be an array`,
  });
}

export function isListText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= LONGEST_LIST;
}

/** A comma-separated list of the query; the items are checked by validators with `each: true`. */
export function QueryList(): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }: { value: unknown }) =>
      isListText(value)
        ? value
            .split(',')
            .map((item) => item.trim())
            .filter((item) => item !== '')
        : value,
    ),
    IsWrittenList(),
    ApiProperty({ type: String, required: false, description: 'Comma-separated.' }),
  );
}

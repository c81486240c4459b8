import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsBoolean, IsInt, IsOptional, IsString, Matches } from 'class-validator';

/** An id in an answer of Meta: a string, which old edges write as a number. */
export function GraphId(): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }: { value: unknown }) => idText(value)),
    IsString(),
    Matches(/^\S{1,512}$/),
  );
}

/** A boolean in an answer of Meta, which old edges write as text. */
export function GraphFlag(): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }: { value: unknown }) => flagOf(value)),
    IsBoolean(),
  );
}

/**
 * A whole number from 0 to `max` in an answer of Meta, which may also come as its digits or with a fraction, then cut
 * off. Anything else counts as left out: a number that nobody can do without is not one for this.
 */
export function OptionalGraphNumber(max: number = Number.MAX_SAFE_INTEGER): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }: { value: unknown }) => {
      const number = wholeNumberOf(value);
      return number !== undefined && number >= 0 && number <= max ? number : undefined;
    }),
    IsOptional(),
    IsInt(),
  );
}

/** `{"success": true}`, the answer to most writes. */
export class GraphSuccess {
  @GraphFlag() success!: boolean;
}

function idText(value: unknown): unknown {
  return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
}

function wholeNumberOf(value: unknown): number | undefined {
  const isDigits = typeof value === 'string' && /^\s*\d+(?:\.\d*)?\s*$/.test(value);
  const number = Math.trunc(typeof value === 'number' ? value : isDigits ? Number(value) : NaN);
  return Number.isSafeInteger(number) ? number : undefined;
}

function flagOf(value: unknown): unknown {
  return value === 'true' ? true : value === 'false' ? false : value;
}

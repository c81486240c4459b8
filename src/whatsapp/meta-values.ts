import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsBoolean, IsOptional, IsString } from 'class-validator';

// How answers of the Graph API are read: what a caller cannot work without is required, all else may be missing or of
// a kind that Meta introduces tomorrow, and then counts as missing instead of making the whole answer useless.

/** Text that may be absent, null, empty or a number; all but real text and numbers become undefined. */
export function OptionalText(): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }: { value: unknown }) => {
      if (typeof value === 'number') return String(value);
      return typeof value === 'string' && value !== '' ? value : undefined;
    }),
    IsOptional(),
    IsString(),
  );
}

/** A boolean, also as the text that some old edges answer; anything else becomes undefined. */
export function OptionalFlag(): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }: { value: unknown }) => {
      if (value === true || value === 'true') return true;
      return value === false || value === 'false' ? false : undefined;
    }),
    IsOptional(),
    IsBoolean(),
  );
}

/** An object of Meta's that is kept as it is, or undefined. */
export function OptionalObject(): PropertyDecorator {
  return applyDecorators(
    // `obj` holds the untouched value: class-transformer has already copied `value`.
    Transform(({ obj, key }: { obj: unknown; key: string }) => {
      const value: unknown = isRecord(obj) ? obj[key] : undefined;
      return isRecord(value) ? value : undefined;
    }),
    IsOptional(),
  );
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The text at a key of something unknown, unless it is missing or empty. */
export function textAt(value: unknown, key: string): string | undefined {
  const found = isRecord(value) ? value[key] : undefined;
  if (typeof found === 'number') return String(found);
  return typeof found === 'string' && found !== '' ? found : undefined;
}

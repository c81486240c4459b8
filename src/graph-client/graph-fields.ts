import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsBoolean, IsString, Matches } from 'class-validator';

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

/** `{"success": true}`, the answer to most writes. */
export class GraphSuccess {
  @GraphFlag() success!: boolean;
}

function idText(value: unknown): unknown {
  return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
}

function flagOf(value: unknown): unknown {
  return value === 'true' ? true : value === 'false' ? false : value;
}

import { AppError } from '../errors/app.error';
import type { ByteRange } from './media-storage';

export class RangeNotSatisfiableError extends AppError {
  readonly code = 'RANGE_NOT_SATISFIABLE';
  readonly status = 416;

  constructor(readonly size: number) {
    super(`The file has only ${size} bytes.`, { size });
  }
}

/**
 * What a `Range` header asks for (RFC 9110, 14.2).
 * @returns null for the whole file: there is none, it is malformed, or it asks for several parts, which nobody has to give;
 *   `unsatisfiable` where the file has no such part
 */
export function rangeOf(header: string | undefined, size: number): ByteRange | 'unsatisfiable' | null {
  const asked = /^\s*bytes\s*=\s*(\d{0,15})\s*-\s*(\d{0,15})\s*$/i.exec(header ?? '');
  if (asked === null) return null;
  const [, from = '', to = ''] = asked;
  if (from === '' && to === '') return null;
  if (from === '') {
    const length = Number(to);
    return length === 0 || size === 0
      ? 'unsatisfiable'
      : { start: Math.max(0, size - length), end: size - 1 };
  }
  const start = Number(from);
  const end = to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (to !== '' && Number(to) < start) return null;
  return start >= size ? 'unsatisfiable' : { start, end };
}

/** Whether one of the tags of an `If-None-Match` is this one; weak ones count, as RFC 9110, 13.1.2, says. */
export function matchesTag(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  return header
    .split(',')
    .map((each) => each.trim().replace(/^W\//, ''))
    .some((each) => each === '*' || each === tag);
}

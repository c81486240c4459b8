import { ValidationFailedError } from '../errors/app.error';

/** A place in a list, made opaque: base64url of JSON. Callers hand it back and must not look inside. */
export function encodeCursor(position: unknown): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/**
 * @param field the query field it came in, for the error
 * @param parse gives the position, or undefined for anything that is none: the text is the caller's
 * @throws ValidationFailedError on the field when it is not a cursor of this list
 */
export function decodeCursor<Position>(
  field: string,
  cursor: string,
  parse: (position: unknown) => Position | undefined,
): Position {
  let position: Position | undefined;
  try {
    position = parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch {
    position = undefined;
  }
  if (position === undefined)
    throw ValidationFailedError.of(
      field,
      'cursor',
      `${field} must be a cursor from an earlier answer of this list.`,
    );
  return position;
}

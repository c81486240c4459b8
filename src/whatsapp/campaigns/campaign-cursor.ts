import { isUuid } from '../../database/ids';

/** A place in a list that is in the order of its ids. */
export function parseId(position: unknown): string | undefined {
  return typeof position === 'string' && isUuid(position) ? position : undefined;
}

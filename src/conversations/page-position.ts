import { isUuid } from '../database/ids';

/** A place in a list ordered by time and then by id. The time is ISO 8601. */
export interface PagePosition {
  at: string;
  id: string;
}

/** @returns undefined for anything that a cursor of these lists never holds */
export function parsePosition(position: unknown): PagePosition | undefined {
  if (typeof position !== 'object' || position === null || !('at' in position) || !('id' in position))
    return undefined;
  const { at, id } = position;
  if (typeof at !== 'string' || Number.isNaN(Date.parse(at)) || typeof id !== 'string' || !isUuid(id))
    return undefined;
  return { at, id };
}

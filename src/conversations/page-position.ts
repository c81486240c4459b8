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
  if (typeof at !== 'string' || !isInstant(at) || typeof id !== 'string' || !isUuid(id)) return undefined;
  return { at, id };
}

const INSTANT =
  /^(\d{4})-(\d\d)-(\d\d)[T ](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-](?:0\d|1[0-4])(?::?[0-5]\d)?)$/;

/** `Date.parse` takes years and days that PostgreSQL refuses: such a cursor was never given out. */
function isInstant(text: string): boolean {
  const [, year, month, day] = (INSTANT.exec(text) ?? []).map(Number);
  if (year === undefined || month === undefined || day === undefined || year === 0) return false;
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

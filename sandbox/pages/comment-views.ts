import { invalidParameter } from '../graph/graph-error';
import type { ReadContext } from '../graph/graph-nodes';
import { flagOf, numberOf } from '../json';

/** An instant in `since` or `until`: Unix seconds or a date. Gives Unix ms. */
export function instantOf(text: string, name: string): number {
  const seconds = numberOf(text);
  const ms = seconds === undefined ? Date.parse(text) : seconds * 1000;
  if (Number.isNaN(ms)) throw invalidParameter(`Param ${name} must be a date or a Unix timestamp.`);
  return ms;
}

/** Keeps what was made from `since` to `until`, both of the query. */
export function withinTime<T extends { createdAt: number }>(items: T[], { args }: ReadContext): T[] {
  const since = args.since === undefined ? -Infinity : instantOf(args.since, 'since');
  const until = args.until === undefined ? Infinity : instantOf(args.until, 'until');
  return items.filter(({ createdAt }) => createdAt >= since && createdAt <= until);
}

export interface CommentOrder {
  order: 'chronological' | 'reverse_chronological';
  /** Answers to comments are among the others. */
  isStream: boolean;
}

/** `order` and `filter` of Facebook's comment lists. */
export function commentOrderOf({ args }: ReadContext): CommentOrder {
  const order = args.order?.toLowerCase() ?? 'chronological';
  const filter = args.filter?.toLowerCase() ?? 'toplevel';
  if (order !== 'chronological' && order !== 'reverse_chronological' && order !== 'ranked') {
    throw invalidParameter('Param order must be one of {CHRONOLOGICAL, REVERSE_CHRONOLOGICAL}.');
  }
  if (filter !== 'toplevel' && filter !== 'stream') {
    throw invalidParameter('Param filter must be one of {TOPLEVEL, STREAM}.');
  }
  return { order: order === 'ranked' ? 'chronological' : order, isStream: filter === 'stream' };
}

/** Ascending by time; what was made in the same millisecond keeps its order. */
export function byTime<T extends { createdAt: number }>(items: readonly T[]): T[] {
  return [...items].sort((a, b) => a.createdAt - b.createdAt);
}

export function requireFlag(value: Parameters<typeof flagOf>[0], name: string): boolean {
  const flag = flagOf(value);
  if (flag === undefined) throw invalidParameter(`Param ${name} must be a boolean.`);
  return flag;
}

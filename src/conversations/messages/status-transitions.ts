import type { ArrivedStatus } from '../conversation-types';

/**
 * One transition told in two ways: the earliest time, and of every fact the greater, so that it makes no difference which way
 * was told first. Meta repeats itself word for word; it is old and new versions of its payloads that differ.
 */
export const MERGED = `
  at = least(s.at, excluded.at), error = greatest(s.error, excluded.error),
  details = coalesce((SELECT jsonb_object_agg(key, value ORDER BY value)
                        FROM (SELECT * FROM jsonb_each(s.details) UNION ALL SELECT * FROM jsonb_each(excluded.details)) d),
                     '{}'),
  delivery_id = coalesce(s.delivery_id, excluded.delivery_id)`;
export const IS_NEWS = `(excluded.at < s.at OR excluded.error IS DISTINCT FROM s.error OR excluded.details <> s.details)`;

export function transitionColumns(rows: readonly ArrivedStatus[]): unknown[][] {
  return [
    rows.map((row) => row.status),
    rows.map((row) => row.participant),
    rows.map((row) => row.at),
    rows.map((row) => (row.error === null ? null : JSON.stringify(row.error))),
    rows.map((row) => JSON.stringify(row.details)),
    rows.map((row) => row.deliveryId ?? null),
  ];
}

/**
 * Sorted, and cut so that no round has two rows for one message, status and participant: one statement may not touch a row
 * twice. What only repeats another is left out, so there is one round unless Meta tells the same transition in two ways.
 */
export function roundsOf<T extends ArrivedStatus>(
  statuses: readonly T[],
  messageOf: (status: T) => string,
): T[][] {
  const variants = new Map<string, Map<string, T>>();
  for (const status of statuses) {
    const key = `${messageOf(status)} ${status.status} ${status.participant}`;
    const told = JSON.stringify([status.at, status.error, status.details, status.identities]);
    const others = variants.get(key);
    if (others === undefined) variants.set(key, new Map([[told, status]]));
    else others.set(told, status);
  }
  const sorted = [...variants.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, told]) => [...told.values()]);
  const rounds: T[][] = [];
  for (const told of sorted) told.forEach((status, index) => (rounds[index] ??= []).push(status));
  return rounds;
}

import type { AnalyticsRange } from '../scope/analytics-range';
import type { TimeSpan } from './meta-reach';

/** Groups in the order in which their first row comes. */
export function groupedBy<Row, Key>(rows: Iterable<Row>, key: (row: Row) => Key): Map<Key, Row[]> {
  const groups = new Map<Key, Row[]>();
  for (const row of rows) {
    const name = key(row);
    const known = groups.get(name);
    if (known === undefined) groups.set(name, [row]);
    else known.push(row);
  }
  return groups;
}

/** The times between the bounds of a range. */
export function spansOf({ bounds }: Pick<AnalyticsRange, 'bounds'>): TimeSpan[] {
  return bounds.slice(0, -1).map((from, index) => ({ from, until: bounds[index + 1] ?? from }));
}

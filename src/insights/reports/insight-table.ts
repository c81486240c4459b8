import { stringify } from 'csv-stringify/sync';
import type { InsightReport } from './insight-report';

const COLUMNS = ['metric', 'breakdown', 'label', 'from', 'until', 'value', 'change'];

/** A table for spreadsheets: a line for each point, and for each part over the whole range. */
export function insightTable({ range, metrics }: InsightReport): string {
  const [first, last] = [range.bounds[0], range.bounds.at(-1)];
  const lines = metrics.flatMap(({ metric, points, parts }) => [
    ...points.map(({ timestamp, value, change }, index) => [
      metric.name,
      '',
      '',
      timestamp.toISOString(),
      range.bounds[index + 1]?.toISOString() ?? '',
      value ?? '',
      change ?? '',
    ]),
    ...parts.map(({ breakdown, label, value }) => [
      metric.name,
      breakdown,
      plain(label),
      first?.toISOString() ?? '',
      last?.toISOString() ?? '',
      value,
      '',
    ]),
  ]);
  // The mark by which spreadsheets know that it is UTF-8.
  return stringify([COLUMNS, ...lines], { bom: true, record_delimiter: 'windows' });
}

/** Names of cities come from outside: none may become a formula. */
function plain(label: string): string {
  return /^[=+\-@\t\r]/.test(label) ? `'${label}` : label;
}

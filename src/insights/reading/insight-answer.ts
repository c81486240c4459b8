import {
  type JsonRecord,
  isRecord,
  readRecord,
  readRecords,
  readText,
} from '../../webhooks/parsers/json-reader';
import type { InsightMetric, InsightPeriod } from '../metrics/insight-metric';
import { metaDayEndingAt, metaDayOf } from './meta-days';

/** One figure. Both of `breakdown` and `label` are empty for the figure as a whole. */
export interface InsightValue {
  metric: string;
  period: InsightPeriod;
  /** What the figure is split by, in Meta's word: `follow_type`, `reaction_type`. */
  breakdown: string;
  /** Which part it is, in lower case: Meta writes the same ones in either. */
  label: string;
  /** Where the day of Meta's begins that it is of; of a week or 28 days the last, of a lifetime that of the reading. */
  bucketAt: Date;
  value: number;
}

/** What was asked for, as far as reading the answer needs it. */
export interface AskedFor {
  metrics: ReadonlyMap<string, InsightMetric>;
  /** Left out of the answer by figures of one day, asked for with `metric_type=total_value`. */
  day?: Date | undefined;
  /** Whether the answer is only wanted split: its sums came with another one. */
  isSplit?: boolean;
  readAt: Date;
}

/** Keys of maps become part of an index. */
const LONGEST_LABEL = 200;
/** Of one map; Meta gives 45 cities at most. */
const MOST_PARTS = 200;

/**
 * The figures of one answer. Whatever is odd in it costs itself and nothing else: Meta leaves out what it has not, writes
 * numbers as maps from one version to the next, and puts the same metric in several periods.
 */
export function insightValues(answer: unknown, asked: AskedFor): InsightValue[] {
  const items = isRecord(answer) ? readRecords(answer, 'data') : [];
  return items.flatMap((item) => {
    const metric = asked.metrics.get(readText(item, 'name') ?? '');
    const period = metric?.periods.find((each) => each === item.period);
    if (metric === undefined || period === undefined) return [];
    return itemValues(item, metric, period, asked);
  });
}

function itemValues(
  item: JsonRecord,
  metric: InsightMetric,
  period: InsightPeriod,
  { day, isSplit = false, readAt }: AskedFor,
): InsightValue[] {
  const whole = { metric: metric.name, period, breakdown: '', label: '' };
  const total = readRecord(item, 'total_value');
  if (total !== undefined) {
    const bucketAt = day ?? metaDayOf(readAt);
    const value = isSplit ? undefined : numberOf(total.value);
    return [
      ...(value === undefined ? [] : [{ ...whole, bucketAt, value }]),
      ...splitValues(total, { ...whole, bucketAt }),
    ];
  }
  return readRecords(item, 'values').flatMap((entry): InsightValue[] => {
    const endTime = instantOf(entry.end_time);
    const bucketAt = endTime === null ? (day ?? metaDayOf(readAt)) : metaDayEndingAt(endTime);
    const value = numberOf(entry.value);
    if (value !== undefined) return isSplit ? [] : [{ ...whole, bucketAt, value }];
    return isRecord(entry.value) ? mapValues(entry.value, metric, { ...whole, bucketAt }) : [];
  });
}

type Place = Omit<InsightValue, 'value'>;

/** `{"like": 3, "love": 1}`, and what it comes to. An empty map is Meta's way of saying none. */
function mapValues(map: JsonRecord, { mapOf = 'type' }: InsightMetric, place: Place): InsightValue[] {
  const parts = Object.entries(map)
    .slice(0, MOST_PARTS)
    .flatMap(([label, count]) => {
      const value = numberOf(count);
      return value === undefined ? [] : [{ ...place, breakdown: mapOf, label: labelOf(label), value }];
    });
  return [{ ...place, value: parts.reduce((sum, { value }) => sum + value, 0) }, ...parts];
}

/** `breakdowns[{dimension_keys, results[{dimension_values, value}]}]` */
function splitValues(total: JsonRecord, place: Place): InsightValue[] {
  return readRecords(total, 'breakdowns').flatMap((split) => {
    const breakdown = textsOf(split.dimension_keys).join(',');
    if (breakdown === '') return [];
    return readRecords(split, 'results')
      .slice(0, MOST_PARTS)
      .flatMap((result) => {
        const [label, value] = [textsOf(result.dimension_values).join(','), numberOf(result.value)];
        return label === '' || value === undefined
          ? []
          : [{ ...place, breakdown: labelOf(breakdown), label: labelOf(label), value }];
      });
  });
}

function labelOf(text: string): string {
  // PostgreSQL takes no such character.
  return text.toLowerCase().replaceAll('\u0000', '').slice(0, LONGEST_LABEL);
}

function textsOf(list: unknown): string[] {
  return Array.isArray(list) ? list.filter((item) => typeof item === 'string') : [];
}

/** Also digits as text; what is none, as `null` for "not known", is left out. */
function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

function instantOf(text: unknown): Date | null {
  if (typeof text !== 'string') return null;
  const instant = new Date(text.replace(/([+-]\d{2})(\d{2})$/, '$1:$2'));
  return Number.isNaN(instant.getTime()) ? null : instant;
}

import type { PeriodRange } from '../../calendar/period-range';
import type { InsightObject } from '../insight-object';
import type { InsightMetric } from '../metrics/insight-metric';
import type { StoredProblem } from '../pulling/insight-assets.repository';

/** Why Meta answers nothing for a metric at present. */
export const UNAVAILABLE_REASONS = [
  'not_read_yet',
  'no_data',
  'refused',
  'too_few_viewers',
  'missing_permission',
  'reauth_required',
  'meta_unavailable',
  'object_gone',
  'object_over',
  /** Meta answers it no more; the message says what to ask for instead. */
  'retired',
] as const;
export type UnavailableReason = (typeof UNAVAILABLE_REASONS)[number];

export interface UnavailableMetric {
  metric: string;
  reason: UnavailableReason;
  /** For people. */
  message: string;
}

export interface InsightPoint {
  timestamp: Date;
  /** null where nothing is known, or where figures of days cannot be added up. */
  value: number | null;
  /** Of levels: against the last known figure before. */
  change: number | null;
}

export interface InsightPart {
  breakdown: string;
  label: string;
  value: number;
}

export interface MetricReport {
  metric: InsightMetric;
  total: number | null;
  change: number | null;
  points: InsightPoint[];
  parts: InsightPart[];
  isComplete: boolean;
  readAt: Date | null;
  coveredFrom: Date | null;
  coveredUntil: Date | null;
}

export interface InsightReport {
  object: InsightObject;
  range: PeriodRange;
  metrics: MetricReport[];
  unavailable: UnavailableMetric[];
  problem: StoredProblem | null;
}

import { edgesOf } from '../../calendar/metric-range';
import type { PeriodRange } from '../../calendar/period-range';
import type { InsightObject } from '../insight-object';
import type { InsightMetric } from '../metrics/insight-metric';
import type { StoredProblem } from '../pulling/insight-assets.repository';
import { longestSilenceMs } from '../pulling/read-schedule';
import { metaDayOf } from '../reading/meta-days';
import type { KnownRefusal } from '../reading/refusals.repository';
import type { StoredSeries } from './insight-figures.repository';
import type { UnavailableMetric, UnavailableReason } from './insight-report';

/** What is known of one metric of one object. */
export interface MetricKnowledge {
  object: InsightObject;
  series: StoredSeries | undefined;
  refusal: KnownRefusal | undefined;
  problem: StoredProblem | null;
}

const REASON_OF_PROBLEM: Record<StoredProblem['code'], UnavailableReason> = {
  permission: 'missing_permission',
  token: 'reauth_required',
  limited: 'meta_unavailable',
  unavailable: 'meta_unavailable',
  rejected: 'refused',
};

/** Why there is nothing new of a metric; null: Meta answers it. */
export function whyUnavailable(
  { name }: InsightMetric,
  { object, series, refusal, problem }: MetricKnowledge,
): UnavailableMetric | null {
  const because = (reason: UnavailableReason, message: string): UnavailableMetric => ({
    metric: name,
    reason,
    message,
  });
  if (refusal !== undefined)
    return because('refused', `Meta does not answer this metric at present. It said: ${refusal.message}`);
  switch (series?.state) {
    case 'refused':
      return because(
        'refused',
        `Meta does not answer this metric here. It said: ${series.message ?? 'nothing'}`,
      );
    case 'too_few_viewers':
      return because(
        'too_few_viewers',
        `Too few people have seen it for Meta to tell. It said: ${series.message ?? 'nothing'}`,
      );
    case 'empty':
      return because(
        'no_data',
        'Meta answered without a figure. It does so for Pages with fewer than 100 likes, for accounts with fewer than 100 followers, and where nothing is known yet.',
      );
    case 'read':
      return null;
    case undefined:
  }
  if (object.state === 'gone')
    return because('object_gone', object.stateReason ?? 'Meta does not have it any more.');
  if (object.state !== 'active')
    return because('object_over', object.stateReason ?? 'Meta has no figures of it any more.');
  if (problem !== null) return because(REASON_OF_PROBLEM[problem.code], problem.message);
  return because(
    'not_read_yet',
    'It has not been read from Meta yet. Ask with refresh=true, or in a few minutes.',
  );
}

/**
 * Whether every figure of the range was asked for that there could be by now. Those of the last two days may still change,
 * as Meta corrects them.
 */
export function isComplete(
  { asking }: InsightMetric,
  object: InsightObject,
  series: StoredSeries | undefined,
  range: PeriodRange,
  now = new Date(),
): boolean {
  if (series === undefined || series.readAt === null || series.state === 'refused') return false;
  const { from, until } = edgesOf(range);
  const isOver = object.state === 'over' && object.readAt !== null;
  const lateEnough = Math.min(until.getTime(), now.getTime() - longestSilenceMs(object, now));
  if (!isOver && series.readAt.getTime() < lateEnough) return false;
  if (asking === 'lifetime') return true;
  const { coveredFrom, coveredUntil } = series;
  if (coveredFrom === null || coveredUntil === null) return false;
  const end = Math.min(until.getTime(), metaDayOf(now).getTime());
  // A day belongs where its noon is.
  return coveredFrom.getTime() - HALF_DAY_MS <= from.getTime() && coveredUntil.getTime() + HALF_DAY_MS >= end;
}

const HALF_DAY_MS = 12 * 3_600_000;

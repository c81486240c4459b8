import { type MetaPart, type MetaReach, type TimeSpan, reachOfPart } from './meta-reach';

export const DIFFERENCE_REASONS = [
  'not_pulled',
  'not_switched_on',
  'refused',
  'look_back',
  'still_counting',
  'other_senders',
  'day_borders',
  'not_counted_by_meta',
] as const;
/**
 * Why figures of ours and of Meta's may differ, or one is missing. `not_pulled`: Meta was not asked for all of the time yet.
 * `not_switched_on`: template insights are not switched on. `refused`: Meta refuses to tell. `look_back`: it lies before what
 * Meta kept when it was first asked. `still_counting`: it is younger than a day, and Meta adds to it. `other_senders`: Meta
 * counts more, so other apps, the Business app, or whoever used the number before sent something, or we were not told.
 * `day_borders`: Meta's days begin at other times than those of the time zone. `not_counted_by_meta`: it tells no such figure.
 */
export type DifferenceReason = (typeof DIFFERENCE_REASONS)[number];

/** Of one figure, ours and Meta's; what is not known is null. */
export interface ComparedCount {
  ours: number;
  meta: number | null;
  /** Meta's less ours; null where Meta's is not known. */
  difference: number | null;
}

const DAY_MS = 86_400_000;

export function compared(ours: number, meta: number | null): ComparedCount {
  return { ours, meta, difference: meta === null ? null : meta - ours };
}

/** Why Meta's figures of a time are missing in part or altogether. */
export function gapReasons(parts: readonly MetaPart[], span: TimeSpan, now: Date): DifferenceReason[] {
  const reasons = new Set<DifferenceReason>();
  for (const part of parts) {
    const reach = reachOfPart(part, span, now);
    if (reach === null || reach === 'full') continue;
    for (const reason of gapOf(part, span, now)) reasons.add(reason);
  }
  return DIFFERENCE_REASONS.filter((reason) => reasons.has(reason));
}

function gapOf({ coverage }: MetaPart, { from, until }: TimeSpan, now: Date): DifferenceReason[] {
  if (coverage?.state === 'disabled') return ['not_switched_on'];
  if (coverage?.state === 'refused') return ['refused'];
  if (coverage?.coveredFrom == null || coverage.coveredUntil === null) return ['not_pulled'];
  const reasons: DifferenceReason[] = [];
  if (from < coverage.coveredFrom) reasons.push(coverage.isPastRead ? 'look_back' : 'not_pulled');
  const end = Math.min(until.getTime(), now.getTime());
  // What happened since the last pull comes with the next one.
  if (end > coverage.coveredUntil.getTime() && end - coverage.coveredUntil.getTime() >= DAY_MS)
    reasons.push('not_pulled');
  return reasons;
}

/** All that is known of why the figures of a time differ. None where they agree. */
export function differenceReasons(
  counts: readonly ComparedCount[],
  about: { gaps: readonly DifferenceReason[]; span: TimeSpan; now: Date; hasOtherDays?: boolean },
): DifferenceReason[] {
  const isMissing = counts.some(({ meta }) => meta === null);
  const differences = counts.flatMap(({ difference }) => difference ?? []);
  if (!isMissing && differences.every((difference) => difference === 0)) return [];
  const reasons = new Set<DifferenceReason>(about.gaps);
  const isOver = differences.length > 0;
  if (isOver && about.span.until.getTime() > about.now.getTime() - DAY_MS) reasons.add('still_counting');
  if (differences.some((difference) => difference > 0)) reasons.add('other_senders');
  if (isOver && about.hasOtherDays === true) reasons.add('day_borders');
  return DIFFERENCE_REASONS.filter((reason) => reasons.has(reason));
}

export function known(value: number | null | undefined, reach: MetaReach): number | null {
  return reach === 'none' ? null : (value ?? 0);
}

import type { MetaFigureKind, MetaWindow } from './meta-figure';

const HALF_HOUR_MS = 30 * 60_000;
const HOUR_MS = 2 * HALF_HOUR_MS;
const DAY_MS = 24 * HOUR_MS;

interface KindRules {
  /** How many days one call asks for. */
  daysAtOnce: number;
  /** How many of the last days are asked for again each time, as Meta corrects them and adds to them. */
  daysAgain: number;
  /** How far back Meta answers, less a day: the look-back is counted to the second, and clocks differ. */
  daysOfPast: number;
  everyMs: number;
}

const RULES: Record<MetaFigureKind, KindRules> = {
  analytics: { daysAtOnce: 31, daysAgain: 3, daysOfPast: 364, everyMs: 3 * HOUR_MS },
  pricing: { daysAtOnce: 15, daysAgain: 7, daysOfPast: 364, everyMs: 3 * HOUR_MS },
  conversation: { daysAtOnce: 15, daysAgain: 7, daysOfPast: 364, everyMs: 12 * HOUR_MS },
  template: { daysAtOnce: 89, daysAgain: 7, daysOfPast: 89, everyMs: 3 * HOUR_MS },
};

/** How far figures were asked for; null: not at all. */
export interface Covered {
  kind: MetaFigureKind;
  coveredFrom: Date | null;
  coveredUntil: Date | null;
}

/** What a pull asks for first: what is new, with the last days again. */
export function recentMetaWindow({ kind, coveredUntil }: Covered, now: Date): MetaWindow {
  const { daysAtOnce, daysAgain } = RULES[kind];
  const until = endOf(kind, now);
  const earliest = firstDay(kind, now);
  const wanted =
    coveredUntil === null
      ? startOfDay(until.getTime() - daysAtOnce * DAY_MS + DAY_MS)
      : startOfDay(Math.min(coveredUntil.getTime(), now.getTime()) - daysAgain * DAY_MS);
  const from = wanted < earliest ? earliest : wanted;
  const most = new Date(from.getTime() + daysAtOnce * DAY_MS);
  return { from, until: most < until ? most : until };
}

/** The next stretch of the past; null when all of it was asked for that Meta keeps. */
export function olderMetaWindow({ kind, coveredFrom }: Covered, now: Date): MetaWindow | null {
  // All that Meta keeps of templates is asked for at once.
  if (coveredFrom === null || kind === 'template') return null;
  const earliest = firstDay(kind, now);
  if (coveredFrom <= earliest) return null;
  const from = new Date(coveredFrom.getTime() - RULES[kind].daysAtOnce * DAY_MS);
  return { from: from > earliest ? from : earliest, until: coveredFrom };
}

/** Whether the newest figures are asked for now. After a long silence there are several stretches of them. */
export function isMetaWindowDue(
  { kind, coveredUntil, readAt }: Covered & { readAt: Date | null },
  now: Date,
): boolean {
  if (readAt === null || coveredUntil === null) return true;
  // With a minute to spare: the wake-up that belongs to it must not come too early for it.
  const isOld = now.getTime() - readAt.getTime() >= RULES[kind].everyMs - 60_000;
  const isBehind = readAt.getTime() - coveredUntil.getTime() > DAY_MS;
  return isOld || isBehind;
}

/** The first day that Meta still answers for. */
export function firstDay(kind: MetaFigureKind, now: Date): Date {
  return startOfDay(now.getTime() - RULES[kind].daysOfPast * DAY_MS);
}

/** Whole days of UTC, so that sums by day are never made of parts of one. */
function startOfDay(instant: number): Date {
  return new Date(Math.floor(instant / DAY_MS) * DAY_MS);
}

/** The half hour that is under way is asked for, too: it is asked for again. */
function endOf(kind: MetaFigureKind, now: Date): Date {
  return kind === 'template' ? now : new Date(Math.ceil(now.getTime() / HALF_HOUR_MS) * HALF_HOUR_MS);
}

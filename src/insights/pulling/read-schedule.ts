import type { InsightObject } from '../insight-object';
import type { InsightKind } from '../metrics/insight-metric';
import type { DayWindow } from '../reading/insight-asks';
import { addMetaDays, metaDayOf } from '../reading/meta-days';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

interface DayRules {
  /** How many days one pull asks for, of those that are new to it and of the past. */
  daysAtOnce: number;
  /** How many finished days are asked for again, as Meta corrects them. */
  daysAgain: number;
  /** How far back figures are asked for. */
  daysOfPast: number;
  everyMs: number;
}

const DAY_RULES: Partial<Record<InsightKind, DayRules>> = {
  // Meta keeps two years of a Page and answers 90 days at once, by the hour: with the one that clocks are set back by, 90 of its
  // days are longer.
  page: { daysAtOnce: 89, daysAgain: 5, daysOfPast: 730, everyMs: 6 * HOUR_MS },
  // Meta answers 30 days at once, but most figures only as one sum, so that each day is a call of its own. How long it keeps
  // them is doubtful: three months by common account.
  ig_account: { daysAtOnce: 7, daysAgain: 2, daysOfPast: 90, everyMs: 8 * HOUR_MS },
};

/** How often a post or media is read, by its age: most happens in its first days. */
const BY_AGE: readonly { youngerThanMs: number; everyMs: number }[] = [
  { youngerThanMs: 2 * DAY_MS, everyMs: 3 * HOUR_MS },
  { youngerThanMs: 7 * DAY_MS, everyMs: 8 * HOUR_MS },
  { youngerThanMs: 30 * DAY_MS, everyMs: DAY_MS },
  { youngerThanMs: 180 * DAY_MS, everyMs: 7 * DAY_MS },
];
const STORY_EVERY_MS = HOUR_MS;
/** A last look shortly before Meta forgets a story's figures. */
const BEFORE_END_MS = 15 * 60_000;

/** The days that a pull asks for first: those that are new, today's, and the last ones again. */
export function recentWindow({ kind, coveredUntil }: InsightObject, now: Date): DayWindow | null {
  const rules = DAY_RULES[kind];
  if (rules === undefined) return null;
  const tomorrow = addMetaDays(metaDayOf(now), 1);
  if (coveredUntil === null) return { from: addMetaDays(tomorrow, -rules.daysAtOnce), until: tomorrow };
  // Today's figures were not all there when they were last read.
  const from = addMetaDays(metaDayOf(coveredUntil < now ? coveredUntil : now), -rules.daysAgain);
  const most = addMetaDays(from, rules.daysAtOnce);
  return { from, until: most < tomorrow ? most : tomorrow };
}

/** The last days, for somebody who waits for them. */
export function latestWindow(kind: InsightKind, now: Date): DayWindow | null {
  const rules = DAY_RULES[kind];
  if (rules === undefined) return null;
  const until = addMetaDays(metaDayOf(now), 1);
  return { from: addMetaDays(until, kind === 'page' ? -rules.daysAtOnce : -2), until };
}

/** The next stretch of the past; null when it is all there. */
export function olderWindow({ kind, coveredFrom }: InsightObject, now: Date): DayWindow | null {
  const rules = DAY_RULES[kind];
  if (rules === undefined || coveredFrom === null) return null;
  const first = addMetaDays(metaDayOf(now), -rules.daysOfPast);
  if (coveredFrom <= first) return null;
  const from = addMetaDays(coveredFrom, -rules.daysAtOnce);
  return { from: from > first ? from : first, until: coveredFrom };
}

/** null: never again. */
export function nextReadAt({ kind, publishedAt, endsAt }: InsightObject, now: Date): Date | null {
  const rules = DAY_RULES[kind];
  if (rules !== undefined) return new Date(now.getTime() + rules.everyMs);
  if (endsAt !== null) {
    const last = endsAt.getTime() - BEFORE_END_MS;
    if (now.getTime() >= last) return null;
    return new Date(Math.min(now.getTime() + STORY_EVERY_MS, last));
  }
  const age = now.getTime() - (publishedAt ?? now).getTime();
  const rule = BY_AGE.find(({ youngerThanMs }) => age < youngerThanMs);
  return rule === undefined ? null : new Date(now.getTime() + rule.everyMs);
}

/** How old the newest reading of an object may be before its figures count as incomplete. */
export function longestSilenceMs(object: InsightObject, now: Date): number {
  const next = nextReadAt(object, now);
  return next === null ? Infinity : 2 * (next.getTime() - now.getTime()) + HOUR_MS;
}

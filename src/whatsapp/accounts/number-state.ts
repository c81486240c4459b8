import type { EventSeverity } from '../../domain-events/domain-events';

/** What of a number makes a difference to whoever sends from it. */
export interface NumberState {
  status: string;
  qualityRating: string | null;
  messagingLimit: string | null;
  throughput: string | null;
  nameStatus: string | null;
  displayName: string | null;
  username: string | null;
}

/** One thing that stands otherwise than before. */
export interface StateChange {
  what: string;
  previous: string | null;
  current: string | null;
  severity: EventSeverity;
}

const SEVERITIES: readonly EventSeverity[] = ['info', 'warning', 'critical'];

/** Statuses of a number in which nothing leaves it. */
export const DEAD_NUMBER_STATUSES: readonly string[] = [
  'BANNED',
  'DELETED',
  'DISCONNECTED',
  'MIGRATED',
  'PENDING',
  'UNVERIFIED',
];

const WORRYING_NUMBER_STATUSES: readonly string[] = ['FLAGGED', 'RATE_LIMITED', 'RESTRICTED'];
const QUALITIES: readonly string[] = ['RED', 'YELLOW', 'GREEN'];

/**
 * What differs, the most severe first. Something that Meta tells for the first time is no change: a number that was just
 * brought in would otherwise announce all it has.
 */
export function numberChanges(before: NumberState, after: NumberState): StateChange[] {
  const changes: StateChange[] = [];
  const compare = (
    what: keyof NumberState,
    severityOf: (previous: string, current: string) => EventSeverity,
  ): void => {
    const [previous, current] = [before[what], after[what]];
    if (current === null || current === previous) return;
    if (previous === null && what !== 'username') return;
    changes.push({ what, previous, current, severity: severityOf(previous ?? '', current) });
  };
  compare('status', (_previous, current) => numberSeverity(current));
  compare('qualityRating', qualitySeverity);
  compare('messagingLimit', (previous, current) =>
    isLower(limitOf(current), limitOf(previous)) ? 'warning' : 'info',
  );
  compare('throughput', (previous) => (previous === 'HIGH' ? 'warning' : 'info'));
  compare('nameStatus', (_previous, current) => (current === 'DECLINED' ? 'warning' : 'info'));
  compare('displayName', () => 'info');
  compare('username', () => 'info');
  return bySeverity(changes);
}

export function bySeverity<T extends { severity: EventSeverity }>(changes: readonly T[]): T[] {
  return [...changes].sort((a, b) => SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity));
}

/** @returns people in 24 hours; null for what is no limit that we know */
export function limitOf(tier: string | null): number | 'unlimited' | null {
  if (tier === null) return null;
  const text = tier.replace(/^TIER_/, '');
  if (text === 'UNLIMITED' || text === '-1') return 'unlimited';
  const [, digits, thousands] = /^(\d+)(K?)$/.exec(text) ?? [];
  if (digits === undefined) return null;
  return Number(digits) * (thousands === 'K' ? 1_000 : 1);
}

/** Meta's sample has a number where its text promises a tier; everywhere else it is a tier. */
export function tierOf(limit: string): string {
  if (limit === '-1') return 'TIER_UNLIMITED';
  if (!/^\d+$/.test(limit)) return limit;
  const count = Number(limit);
  return count >= 1000 && count % 1000 === 0 ? `TIER_${count / 1000}K` : `TIER_${count}`;
}

export function isLower(a: number | 'unlimited' | null, b: number | 'unlimited' | null): boolean {
  if (a === null || b === null || a === 'unlimited') return false;
  return b === 'unlimited' || a < b;
}

function numberSeverity(status: string): EventSeverity {
  if (DEAD_NUMBER_STATUSES.includes(status)) return 'critical';
  return WORRYING_NUMBER_STATUSES.includes(status) ? 'warning' : 'info';
}

function qualitySeverity(previous: string, current: string): EventSeverity {
  if (current === 'RED') return 'critical';
  const [from, to] = [QUALITIES.indexOf(previous), QUALITIES.indexOf(current)];
  return to !== -1 && from > to ? 'warning' : 'info';
}

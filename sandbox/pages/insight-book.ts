import type { JsonValue } from '../json';

export type InsightPeriod = 'day' | 'week' | 'days_28' | 'lifetime';

/** A figure that takes the place of what would be counted. */
export interface SetInsight {
  /** Page or post. */
  id: string;
  metric: string;
  /** A number, or a map of numbers by name. */
  value: JsonValue;
  /** All periods where left out. */
  period?: InsightPeriod;
  /** `2026-11-20`: the day that `end_time` names; all days where left out. */
  endDate?: string;
}

interface FollowEvent {
  pageId: string;
  at: number;
  change: 1 | -1;
}

/** Figures that tests have set, and follows and unfollows as they happened. */
export class InsightBook {
  private readonly values = new Map<string, JsonValue>();
  private readonly follows: FollowEvent[] = [];

  clear(): void {
    this.values.clear();
    this.follows.length = 0;
  }

  set({ id, metric, value, period, endDate }: SetInsight): void {
    this.values.set(keyOf(id, metric, period, endDate), value);
  }

  /** What was set for this period (undefined: for any) and day, else for all of its days, or undefined. */
  find(
    id: string,
    metric: string,
    period: InsightPeriod | undefined,
    endDate?: string,
  ): JsonValue | undefined {
    return (
      this.values.get(keyOf(id, metric, period, endDate)) ??
      this.values.get(keyOf(id, metric, period, undefined))
    );
  }

  /** Whether single days have figures of their own: longer periods are their sums then. */
  hasDays(id: string, metric: string): boolean {
    const prefixes = [`${id} ${metric} day `, `${id} ${metric} * `];
    return [...this.values.keys()].some(
      (key) => prefixes.some((prefix) => key.startsWith(prefix)) && !key.endsWith(' *'),
    );
  }

  addFollow(pageId: string, at: number, change: 1 | -1): void {
    this.follows.push({ pageId, at, change });
  }

  /** Follows (or unfollows) from `from` up to, but not at, `to`; Unix ms. */
  countFollows(pageId: string, change: 1 | -1, from: number, to: number): number {
    return this.follows.filter(
      (event) => event.pageId === pageId && event.change === change && event.at >= from && event.at < to,
    ).length;
  }
}

function keyOf(
  id: string,
  metric: string,
  period: InsightPeriod | undefined,
  endDate: string | undefined,
): string {
  return `${id} ${metric} ${period ?? '*'} ${endDate ?? '*'}`;
}

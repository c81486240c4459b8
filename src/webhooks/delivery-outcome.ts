import type { DeliveryId } from '../database/ids';
import type { UnrecognizedItem } from './webhook-events';

export interface IgnoredReason {
  reason: string;
  count: number;
}

/** Distinct reasons that are kept of one delivery; the counts of further ones are told together. */
const MOST_REASONS = 20;
const LONGEST_REASON = 500;

/** How the events of one delivery end: each is counted exactly once, as processed, ignored for a reason, or quarantined. */
export class DeliveryOutcome {
  object = '';
  processed = 0;
  quarantined = 0;
  private quarantineReason: string | null = null;
  private readonly ignored = new Map<string, number>();

  constructor(readonly id: DeliveryId) {}

  ignore(reason: string): void {
    const text = reason.slice(0, LONGEST_REASON);
    this.ignored.set(text, (this.ignored.get(text) ?? 0) + 1);
  }

  ignoreItem({ object, field, reason }: UnrecognizedItem): void {
    const place = [object, field].filter((part) => part !== null && part !== '').join('.');
    this.ignore(place === '' ? reason : `${place}: ${reason}`);
  }

  quarantine(reason: string): void {
    this.quarantined += 1;
    this.quarantineReason ??= reason.slice(0, LONGEST_REASON);
  }

  get ignoredCount(): number {
    return [...this.ignored.values()].reduce((sum, count) => sum + count, 0);
  }

  /** The commonest first. */
  get ignoredReasons(): IgnoredReason[] {
    const all = [...this.ignored].map(([reason, count]) => ({ reason, count }));
    all.sort((a, b) => b.count - a.count);
    const rest = all.slice(MOST_REASONS).reduce((sum, { count }) => sum + count, 0);
    return rest === 0 ? all : [...all.slice(0, MOST_REASONS), { reason: 'further reasons', count: rest }];
  }

  /** One line for lists: what keeps it waiting, else why most of what was ignored was. */
  get reason(): string | null {
    return this.quarantineReason ?? this.ignoredReasons[0]?.reason ?? null;
  }

  get state(): 'processed' | 'ignored' | 'quarantined' {
    if (this.quarantined > 0) return 'quarantined';
    return this.processed > 0 ? 'processed' : 'ignored';
  }
}

import type { DeliveryLane } from './delivery-lane';

export interface LaneStats {
  lane: DeliveryLane;
  /** Deliveries that nobody has processed yet. */
  pending: number;
  /** Of them, those that have failed before. */
  retrying: number;
  oldestPendingAgeMs: number | null;
}

export interface InboxStats {
  pending: number;
  oldestPendingAgeMs: number | null;
  retrying: number;
  quarantined: number;
  dead: number;
  receivedLastMinute: number;
  receivedLastHour: number;
  processedLastMinute: number;
  lanes: LaneStats[];
  alarms: InboxAlarm[];
}

export const ALARM_CODES = ['DEAD_DELIVERIES', 'LAG'] as const;
export interface InboxAlarm {
  code: (typeof ALARM_CODES)[number];
  message: string;
}

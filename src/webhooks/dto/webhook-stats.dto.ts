import { ApiProperty } from '@nestjs/swagger';
import { DELIVERY_LANES, type DeliveryLane } from '../delivery-lane';
import { ALARM_CODES } from '../inbox-stats';

export class LaneStatsDto {
  @ApiProperty({ enum: DELIVERY_LANES, example: 'message' }) lane!: DeliveryLane;
  /** @example 0 */
  pending!: number;
  /** @example 0 */
  retrying!: number;
  /** In milliseconds; null when none waits. @example 120 */
  oldestPendingAgeMs!: number | null;
}

export class InboxAlarmDto {
  @ApiProperty({ enum: ALARM_CODES, example: 'DEAD_DELIVERIES' }) code!: (typeof ALARM_CODES)[number];
  /** What is wrong and what to do, for people. */
  message!: string;
}

export class WebhookStatsDto {
  /** Deliveries that are stored and not processed yet. @example 0 */
  pending!: number;
  /** How long the oldest of them has waited, in milliseconds: the lag. Null when none waits. @example 120 */
  oldestPendingAgeMs!: number | null;
  /** Pending ones that have failed before. @example 0 */
  retrying!: number;
  /** Deliveries for numbers or Pages that nobody has connected. @example 0 */
  quarantined!: number;
  /** Deliveries that failed every time and wait for a replay. @example 0 */
  dead!: number;
  /** @example 42 */
  receivedLastMinute!: number;
  /** @example 2310 */
  receivedLastHour!: number;
  /** @example 42 */
  processedLastMinute!: number;
  /** The same by lane: each has queues and workers of its own. */
  @ApiProperty({ type: [LaneStatsDto] }) lanes!: LaneStatsDto[];
  /** What somebody should look at now; empty when all is well. */
  @ApiProperty({ type: [InboxAlarmDto] }) alarms!: InboxAlarmDto[];
}

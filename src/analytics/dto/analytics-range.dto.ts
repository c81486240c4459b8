import { ApiProperty } from '@nestjs/swagger';
import {
  ANALYTICS_GRANULARITIES,
  type AnalyticsGranularity,
  type AnalyticsRange,
} from '../scope/analytics-range';
import type { AnalyticsChannel } from '../scope/analytics-scope';

/** The range as it was understood: whole hours, days, weeks or months of the time zone. */
export class AnalyticsRangeDto {
  /** The first instant. @example 2026-02-28T23:00:00.000Z */
  from!: Date;
  /** The first instant after it. @example 2026-03-31T22:00:00.000Z */
  until!: Date;
  /** @example Europe/Berlin */
  timeZone!: string;
  @ApiProperty({ enum: ANALYTICS_GRANULARITIES }) granularity!: AnalyticsGranularity;

  static from({ from, until, timeZone, granularity }: AnalyticsRange): AnalyticsRangeDto {
    return Object.assign(new AnalyticsRangeDto(), { from, until, timeZone, granularity });
  }
}

/** A number, Page or Instagram account. */
export class AnalyticsChannelDto {
  /** Its id in this service, as `channelId` takes it. @example 0198f2a0-7c1e-7c3a-9f1b-6d2f0c5f7a11 */
  id!: string;
  @ApiProperty({ enum: ['phone_number', 'page', 'instagram'] }) kind!: AnalyticsChannel['kind'];
  /** Meta's id. @example "106540352242922" */
  externalId!: string;
  @ApiProperty({ type: String, nullable: true, example: 'Lucky Shrub' }) name!: string | null;
  /** False: it was the account's once. Its figures stay. */
  isOwned!: boolean;

  static from({ id, kind, externalId, name, isOwned }: AnalyticsChannel): AnalyticsChannelDto {
    return Object.assign(new AnalyticsChannelDto(), { id, kind, externalId, name, isOwned });
  }
}

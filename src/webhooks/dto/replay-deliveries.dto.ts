import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsISO8601, MaxLength } from 'class-validator';
import { IfPresent, LONGEST_INSTANT } from '../../http/body-fields';

/** A delivery that waits is processed anyway. */
const REPLAYABLE_STATES = ['processed', 'ignored', 'quarantined', 'dead'] as const;

export class ReplayDeliveriesDto {
  /** Those that ended so. */
  @ApiProperty({ enum: REPLAYABLE_STATES, example: 'dead' })
  @IsIn(REPLAYABLE_STATES)
  state!: (typeof REPLAYABLE_STATES)[number];

  /** Only those received at this instant or later. @example 2026-03-14T00:00:00Z */
  @IfPresent() @MaxLength(LONGEST_INSTANT) @IsISO8601({ strict: true }) receivedFrom?: string;

  /** Only those received before this instant. @example 2026-03-15T00:00:00Z */
  @IfPresent() @MaxLength(LONGEST_INSTANT) @IsISO8601({ strict: true }) receivedUntil?: string;
}

export class ReplayedDto {
  /** How many deliveries are processed again. @example 3 */
  replayed!: number;
}

import { ApiProperty } from '@nestjs/swagger';
import { IsISO8601, IsOptional, IsUUID, MaxLength } from 'class-validator';
import type { StoredScan } from '../lane/sentiment-scan';
import { LONGEST_INSTANT } from '../../http/body-fields';

const STATES = ['running', 'completed', 'cancelled'] as const;

export class ReanalyzeDto {
  /** Needed where you may use several. */
  @IsOptional() @IsUUID() accountId?: string;

  /** Only what was stored since then; everything where left out. @example "2026-03-01T00:00:00Z" */
  @IsOptional() @MaxLength(LONGEST_INSTANT) @IsISO8601({ strict: true }) since?: string;
}

export class ReanalysesQuery {
  /** Needed where you may use several. */
  @IsOptional() @IsUUID() accountId?: string;
}

export class ReanalysisDto {
  id!: string;
  accountId!: string;
  /** `running` until everything was looked at; what it found is read after that. */
  @ApiProperty({ enum: STATES, example: 'running' }) state!: (typeof STATES)[number];
  since!: Date;
  /** Messages and comments that it has looked at. @example 12000 */
  lookedAt!: number;
  /** Those of them that are read again, as another model had read them, or none. @example 9400 */
  queued!: number;
  createdAt!: Date;
  updatedAt!: Date;

  static from({
    id,
    accountId,
    state,
    since,
    lookedAt,
    queued,
    createdAt,
    updatedAt,
  }: StoredScan): ReanalysisDto {
    return Object.assign(new ReanalysisDto(), {
      id,
      accountId,
      state,
      since,
      lookedAt,
      queued,
      createdAt,
      updatedAt,
    });
  }
}

export class ReanalysisListDto {
  /** The latest 50, newest first. */
  @ApiProperty({ type: [ReanalysisDto] }) reanalyses!: ReanalysisDto[];
}

export class SentimentLaneDto {
  /** What reads texts now. @example "embedded-1" */
  model!: string;
  /** Texts that wait. @example 0 */
  pending!: number;
  /** Since when the one waits that has waited longest; null where none does. @example null */
  oldestPendingAt!: Date | null;
  /** Texts that the analyzer refused. They are tried again only when they are edited, or by a reanalysis. @example 0 */
  failed!: number;
  /** Texts that nobody could read for a day. A reanalysis tries them again. @example 0 */
  dead!: number;
}

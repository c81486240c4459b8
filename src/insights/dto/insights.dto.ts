import { ApiProperty } from '@nestjs/swagger';
import { edgesOf } from '../../calendar/metric-range';
import { PERIOD_GRANULARITIES, type PeriodGranularity } from '../../calendar/period-range';
import { INSIGHT_OBJECT_STATES, type InsightObjectState } from '../insight-object';
import {
  ADDINGS,
  type Adding,
  INSIGHT_KINDS,
  INSIGHT_UNITS,
  type InsightKind,
  type InsightUnit,
  MEDIA_PRODUCTS,
  type MediaProduct,
} from '../metrics/insight-metric';
import { INSIGHT_PROBLEMS } from '../pulling/insight-problem';
import { type InsightReport, UNAVAILABLE_REASONS, type UnavailableReason } from '../reports/insight-report';

/** What the figures are of. */
export class InsightObjectDto {
  @ApiProperty({ enum: INSIGHT_KINDS, example: 'page' }) kind!: InsightKind;
  /** Meta's id. */
  @ApiProperty({ type: String, example: '113470551234567' }) id!: string;
  /** Our id of the Page or Instagram account. */
  @ApiProperty({ type: String, format: 'uuid' }) assetId!: string;
  /** Of Instagram media. */
  @ApiProperty({ enum: MEDIA_PRODUCTS, nullable: true, example: null }) productType!: MediaProduct | null;
  @ApiProperty({ type: Date, nullable: true, example: null }) publishedAt!: Date | null;
  /** `gone`: Meta has it no more. `over`: Meta tells nothing new of it. `unavailable`: Meta keeps no figures of it. */
  @ApiProperty({ enum: INSIGHT_OBJECT_STATES, example: 'active' }) state!: InsightObjectState;
  @ApiProperty({ type: String, nullable: true, example: null }) stateReason!: string | null;
}

/** The range as it was understood. */
export class InsightRangeDto {
  /** The first instant. @example 2026-02-28T23:00:00.000Z */
  from!: Date;
  /** The first instant after it. @example 2026-03-31T22:00:00.000Z */
  until!: Date;
  @ApiProperty({ type: String, example: 'Europe/Berlin' }) timeZone!: string;
  @ApiProperty({ enum: PERIOD_GRANULARITIES, example: 'day' }) granularity!: PeriodGranularity;
}

export class InsightPointDto {
  /** Where the day, week or month begins. @example 2026-03-14T00:00:00.000Z */
  timestamp!: Date;
  /** null where nothing is known, and where people of several days cannot be added up. */
  @ApiProperty({ type: Number, nullable: true, example: 1204 }) value!: number | null;
  /** With `adding=level`: against the last known figure before. */
  @ApiProperty({ type: Number, nullable: true, example: null }) change!: number | null;
}

/** One part of a figure that Meta splits. */
export class InsightPartDto {
  /** What it is split by. @example reaction_type */
  breakdown!: string;
  /** In lower case. @example love */
  label!: string;
  @ApiProperty({ type: Number, example: 31 }) value!: number;
}

export class InsightMetricDto {
  /** Meta's name. @example page_media_view */
  metric!: string;
  /** What it counts. @example "How often content of the Page was shown or played, repetitions included." */
  description!: string;
  @ApiProperty({ enum: INSIGHT_UNITS, example: 'count' }) unit!: InsightUnit;
  /**
   * What becomes of several days. `sum`: they are added up. `level`: how things stood at the end. `people`: each person counts once,
   * so that days cannot be added up; Meta tells 7 and 28 days of Pages by themselves. `average`: the last one.
   */
  @ApiProperty({ enum: ADDINGS, example: 'sum' }) adding!: Adding;
  /** Of the whole range; null where nothing is known, and where people cannot be added up. */
  @ApiProperty({ type: Number, nullable: true, example: 36120 }) total!: number | null;
  /** With `adding=level`: by how much it rose or fell over the range. */
  @ApiProperty({ type: Number, nullable: true, example: null }) change!: number | null;
  /** One for each day, week or month of the range. */
  @ApiProperty({ type: [InsightPointDto] }) points!: InsightPointDto[];
  /** Of the whole range, or as it stood at its end; empty for figures that Meta does not split. */
  @ApiProperty({ type: [InsightPartDto], example: [] }) parts!: InsightPartDto[];
  /** Everything was read that there could be by now. Meta corrects the figures of the last two days, and earlier ones at times. */
  @ApiProperty({ type: Boolean, example: true }) isComplete!: boolean;
  @ApiProperty({ type: Date, nullable: true }) readAt!: Date | null;
  /** The days that were asked for; null for figures since publishing. */
  @ApiProperty({ type: Date, nullable: true, example: '2024-03-14T07:00:00.000Z' }) coveredFrom!: Date | null;
  @ApiProperty({ type: Date, nullable: true, example: '2026-03-15T07:00:00.000Z' })
  coveredUntil!: Date | null;
}

/** A metric that Meta answers nothing new for. What was read before is shown all the same. */
export class UnavailableMetricDto {
  /** Meta's name. @example page_total_actions */
  metric!: string;
  @ApiProperty({ enum: UNAVAILABLE_REASONS, example: 'refused' }) reason!: UnavailableReason;
  /** For people. @example "Meta does not answer this metric at present. It said: (#100) The value must be a valid insights metric" */
  message!: string;
}

/** What keeps the figures of the Page or account from being read. */
export class InsightProblemDto {
  @ApiProperty({ enum: INSIGHT_PROBLEMS, example: 'permission' }) code!: (typeof INSIGHT_PROBLEMS)[number];
  /** For people. */
  message!: string;
  since!: Date;
}

export class InsightsDto {
  @ApiProperty({ type: InsightObjectDto }) object!: InsightObjectDto;
  @ApiProperty({ type: InsightRangeDto }) range!: InsightRangeDto;
  /** Those of which something is stored. */
  @ApiProperty({ type: [InsightMetricDto] }) metrics!: InsightMetricDto[];
  @ApiProperty({ type: [UnavailableMetricDto] }) unavailable!: UnavailableMetricDto[];
  /** null: figures are read as they should be. */
  @ApiProperty({ type: InsightProblemDto, nullable: true, example: null }) problem!: InsightProblemDto | null;

  static from({ object, range, metrics, unavailable, problem }: InsightReport): InsightsDto {
    return Object.assign(new InsightsDto(), {
      object: {
        kind: object.kind,
        id: object.externalId,
        assetId: object.assetId,
        productType: object.product,
        publishedAt: object.publishedAt,
        state: object.state,
        stateReason: object.stateReason,
      },
      range: { ...edgesOf(range), timeZone: range.timeZone, granularity: range.granularity },
      metrics: metrics.map(({ metric, ...report }) => ({
        metric: metric.name,
        description: metric.description,
        unit: metric.unit,
        adding: metric.adding,
        ...report,
      })),
      unavailable,
      problem,
    });
  }
}

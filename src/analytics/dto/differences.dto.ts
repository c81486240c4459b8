import { ApiProperty } from '@nestjs/swagger';
import { type ComparedCount, DIFFERENCE_REASONS, type DifferenceReason } from '../costs/difference-reasons';
import type {
  DifferencePoint,
  DifferenceReport,
  Differences,
  NumberDifferences,
  TemplateDifferences,
} from '../costs/differences';
import { AnalyticsRangeDto } from './analytics-range.dto';
import { MetaFigureAccountDto } from './costs.dto';

/** One figure on both sides. */
export class ComparedCountDto {
  /** What we counted. @example 120 */
  @ApiProperty({ type: 'integer' }) ours!: number;
  /** What Meta counted. Null while it was not asked, and where it does not count it. */
  @ApiProperty({ type: 'integer', nullable: true, example: 118 }) meta!: number | null;
  /** Meta's figure less ours. Null where Meta's is not known. */
  @ApiProperty({ type: 'integer', nullable: true, example: -2 }) difference!: number | null;

  static from({ ours, meta, difference }: ComparedCount): ComparedCountDto {
    return Object.assign(new ComparedCountDto(), { ours, meta, difference });
  }
}

export class DifferencesDto {
  /** By the time of sending. */
  sent!: ComparedCountDto;
  /** By the time of delivery. */
  delivered!: ComparedCountDto;
  /** By the time of reading. Meta counts it by template only. */
  read!: ComparedCountDto;
  /**
   * Why the figures may differ, or Meta's is missing; empty where they agree, or nothing is known. `not_pulled`: Meta was not
   * asked for all of the time yet. `not_switched_on`: template insights are not switched on. `refused`: Meta refuses to tell.
   * `look_back`: it is older than what Meta still had when it was first asked. `still_counting`: it is younger than a day.
   * `other_senders`: Meta counts more: other apps, the WhatsApp Business app, or messages from before the connection.
   * `day_borders`: Meta's days begin at other times than those of `timeZone`. `not_counted_by_meta`: Meta tells no such figure.
   */
  @ApiProperty({ enum: DIFFERENCE_REASONS, isArray: true, example: ['still_counting'] })
  reasons!: DifferenceReason[];
  /** Whether Meta's figures were read of all of the time up to now. */
  isComplete!: boolean;

  static fill<T extends DifferencesDto>(dto: T, figures: Differences): T {
    return Object.assign(dto, {
      sent: ComparedCountDto.from(figures.sent),
      delivered: ComparedCountDto.from(figures.delivered),
      read: ComparedCountDto.from(figures.read),
      reasons: figures.reasons,
      isComplete: figures.isComplete,
    });
  }
}

export class DifferencePointDto extends DifferencesDto {
  /** When the hour, day, week or month begins. @example 2026-03-01T00:00:00.000Z */
  timestamp!: Date;

  static list(points: readonly DifferencePoint[] | null): DifferencePointDto[] | null {
    return (
      points?.map((point) =>
        DifferencesDto.fill(Object.assign(new DifferencePointDto(), { timestamp: point.timestamp }), point),
      ) ?? null
    );
  }
}

export class NumberDifferencesDto extends DifferencesDto {
  /** Our id, as `channelId` takes it. @example 0198f2a0-7c1e-7c3a-9f1b-6d2f0c5f7a11 */
  channelId!: string;
  /** Meta's id. @example "106540352242922" */
  phoneNumberId!: string;
  /** Digits. */
  @ApiProperty({ type: String, nullable: true, example: '15550783881' }) phoneNumber!: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'Lucky Shrub' }) name!: string | null;
  /** Null where there would be more than 4,000 points in all: choose channels, a shorter range or wider points. */
  @ApiProperty({ type: [DifferencePointDto], nullable: true }) points!: DifferencePointDto[] | null;

  static from(each: NumberDifferences): NumberDifferencesDto {
    return DifferencesDto.fill(
      Object.assign(new NumberDifferencesDto(), {
        channelId: each.number.id,
        phoneNumberId: each.number.externalId,
        phoneNumber: each.number.digits === '' ? null : each.number.digits,
        name: each.number.name,
        points: DifferencePointDto.list(each.points),
      }),
      each,
    );
  }
}

export class TemplateDifferencesDto extends DifferencesDto {
  /** @example order_confirmation */
  name!: string;
  /** @example en_US */
  language!: string;
  /** Null where there would be more than 4,000 points in all: choose a shorter range or wider points. */
  @ApiProperty({ type: [DifferencePointDto], nullable: true }) points!: DifferencePointDto[] | null;

  static from(each: TemplateDifferences): TemplateDifferencesDto {
    return DifferencesDto.fill(
      Object.assign(new TemplateDifferencesDto(), {
        name: each.name,
        language: each.language,
        points: DifferencePointDto.list(each.points),
      }),
      each,
    );
  }
}

export class DifferenceReportDto {
  range!: AnalyticsRangeDto;
  /** Every WhatsApp number. */
  numbers!: NumberDifferencesDto[];
  /** Templates of which anything was sent on either side, most first, at most 500. With channels: those of their accounts. */
  templates!: TemplateDifferencesDto[];
  /** Where Meta's figures come from, and how fresh they are. */
  accounts!: MetaFigureAccountDto[];

  static from(report: DifferenceReport): DifferenceReportDto {
    return Object.assign(new DifferenceReportDto(), {
      range: AnalyticsRangeDto.from(report.range),
      numbers: report.numbers.map((each) => NumberDifferencesDto.from(each)),
      templates: report.templates.map((each) => TemplateDifferencesDto.from(each)),
      accounts: report.accounts.map((account) => MetaFigureAccountDto.from(account)),
    });
  }
}

import { ApiProperty } from '@nestjs/swagger';
import { CONVERSATION_PLATFORMS, type ConversationPlatform } from '../../conversations/conversation-types';
import type { MoodFigures } from '../moods/mood-figures';
import type { Moods, MoodsBySource } from '../moods/mood-results';
import { AnalyticsRangeDto } from './analytics-range.dto';

/** The moods of texts that customers wrote. A text that was put right by somebody counts as they said. */
export class MoodFiguresDto {
  /** All messages or comments of the time, with texts or without. @example 120 */
  total!: number;
  /** Of these: texts that were read. @example 100 */
  read!: number;
  /** `read` ÷ `total`; null where there were none. */
  @ApiProperty({ type: Number, nullable: true, example: 0.83 }) readShare!: number | null;
  /** @example 40 */
  positive!: number;
  /** @example 50 */
  neutral!: number;
  /** @example 10 */
  negative!: number;
  /** `positive` ÷ `read`; null where none was read. */
  @ApiProperty({ type: Number, nullable: true, example: 0.4 }) positiveShare!: number | null;
  /** `neutral` ÷ `read`. */
  @ApiProperty({ type: Number, nullable: true, example: 0.5 }) neutralShare!: number | null;
  /** `negative` ÷ `read`. */
  @ApiProperty({ type: Number, nullable: true, example: 0.1 }) negativeShare!: number | null;
  /** -1 to 1: the mean of the texts read, with 1 for a positive, 0 for a neutral and -1 for a negative one. */
  @ApiProperty({ type: Number, nullable: true, example: 0.3 }) mean!: number | null;
}

export class MoodsBySourceDto {
  /** Messages that customers wrote. */
  @ApiProperty({ type: MoodFiguresDto }) messages!: MoodFiguresDto;
  /** Comments of others at posts and media. */
  @ApiProperty({ type: MoodFiguresDto }) comments!: MoodFiguresDto;
  @ApiProperty({ type: MoodFiguresDto }) together!: MoodFiguresDto;
}

export class PlatformMoodsDto extends MoodsBySourceDto {
  @ApiProperty({ enum: CONVERSATION_PLATFORMS }) platform!: ConversationPlatform;
}

const NUMBERS = { type: 'array', items: { type: 'number' } } as const;
const NULLABLE_NUMBERS = { type: 'array', items: { type: 'number', nullable: true } } as const;

/** A figure for each of `timestamps`. */
export class MoodSeriesDto {
  @ApiProperty(NUMBERS) total!: number[];
  @ApiProperty(NUMBERS) read!: number[];
  @ApiProperty(NUMBERS) positive!: number[];
  @ApiProperty(NUMBERS) neutral!: number[];
  @ApiProperty(NUMBERS) negative!: number[];
  /** null where none was read, as the other shares and the mean. */
  @ApiProperty(NULLABLE_NUMBERS) positiveShare!: (number | null)[];
  @ApiProperty(NULLABLE_NUMBERS) neutralShare!: (number | null)[];
  @ApiProperty(NULLABLE_NUMBERS) negativeShare!: (number | null)[];
  @ApiProperty(NULLABLE_NUMBERS) mean!: (number | null)[];

  static from(points: readonly MoodFigures[]): MoodSeriesDto {
    const column = <Key extends keyof MoodFigures>(key: Key): MoodFigures[Key][] =>
      points.map((point) => point[key]);
    return Object.assign(new MoodSeriesDto(), {
      total: column('total'),
      read: column('read'),
      positive: column('positive'),
      neutral: column('neutral'),
      negative: column('negative'),
      positiveShare: column('positiveShare'),
      neutralShare: column('neutralShare'),
      negativeShare: column('negativeShare'),
      mean: column('mean'),
    });
  }
}

export class MoodSeriesBySourceDto {
  @ApiProperty({ type: MoodSeriesDto }) messages!: MoodSeriesDto;
  @ApiProperty({ type: MoodSeriesDto }) comments!: MoodSeriesDto;
  @ApiProperty({ type: MoodSeriesDto }) together!: MoodSeriesDto;
}

export class MoodsDto {
  @ApiProperty({ type: AnalyticsRangeDto }) range!: AnalyticsRangeDto;
  @ApiProperty({ type: MoodsBySourceDto }) totals!: MoodsBySourceDto;
  /** Where points begin: one for every hour, day, week or month of the range. @example ["2026-03-28T23:00:00.000Z"] */
  timestamps!: Date[];
  @ApiProperty({ type: MoodSeriesBySourceDto }) series!: MoodSeriesBySourceDto;
  /** All platforms that were asked for. */
  @ApiProperty({ type: [PlatformMoodsDto] }) byPlatform!: PlatformMoodsDto[];

  static from({ scope, totals, timestamps, points, byPlatform }: Moods): MoodsDto {
    const series: MoodsBySource<MoodSeriesDto> = {
      messages: MoodSeriesDto.from(points.messages),
      comments: MoodSeriesDto.from(points.comments),
      together: MoodSeriesDto.from(points.together),
    };
    return Object.assign(new MoodsDto(), {
      range: AnalyticsRangeDto.from(scope.range),
      totals,
      timestamps,
      series,
      byPlatform: byPlatform.map(({ platform, figures }) => ({ platform, ...figures })),
    });
  }
}

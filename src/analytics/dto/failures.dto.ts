import { ApiProperty } from '@nestjs/swagger';
import type { GraphErrorOwner } from '../../graph-client/graph-error-rule';
import {
  type ErrorExplanation,
  RETRY_CHANCES,
  type RetryChance,
} from '../error-explanations/error-explanation';
import { edgesOf } from '../../calendar/metric-range';
import type { FailureGroup, Failures } from '../message-metrics/metric-results';
import { NumberNameDto } from './message-metrics.dto';

const OWNERS: readonly GraphErrorOwner[] = ['nobody', 'customer', 'developer', 'business', 'meta'];

export class RetryAdviceDto {
  /**
   * `later`: without anybody doing anything. `after_action`: not before `whoMustAct` has acted. `never`. `unknown`: the code is
   * not in our catalogue.
   */
  @ApiProperty({ enum: RETRY_CHANCES, example: 'later' }) helps!: RetryChance;
  /** With `later`: how long to wait at least. Null where a moment is enough, or nobody knows. */
  @ApiProperty({ type: Number, nullable: true, example: 86_400 }) afterSeconds!: number | null;
  /** The same in a sentence. @example "The same message may go through after 24 hours; earlier it fails again." */
  advice!: string;
}

export class ErrorExplanationDto {
  /** Meta's code in digits, or a word of this service. @example "131049" */
  code!: string;
  /** Whose code it is; null for one that is not in our catalogue. */
  @ApiProperty({ enum: ['meta', 'service'], nullable: true, example: 'meta' }) source!:
    'meta' | 'service' | null;
  /** A heading. Of codes that are not in our catalogue the one that Meta gave, or null. */
  @ApiProperty({ type: String, nullable: true, example: 'Marketing limit of the person' }) title!:
    string | null;
  /** @example "Meta limits how much marketing this person gets; wait at least 24 hours." */
  cause!: string;
  /** `nobody` where nothing can be done, or nothing needs to; null where that is not known. */
  @ApiProperty({ enum: OWNERS, nullable: true, example: 'nobody' }) whoMustAct!: GraphErrorOwner | null;
  /** What they do about it. */
  @ApiProperty({ type: String, nullable: true, example: null }) action!: string | null;
  /** Whether sending the same again helps. */
  @ApiProperty({ type: RetryAdviceDto }) retry!: RetryAdviceDto;

  static from(explanation: ErrorExplanation): ErrorExplanationDto {
    return Object.assign(new ErrorExplanationDto(), explanation);
  }
}

export class FailuresOfNumberDto extends NumberNameDto {
  /** @example 7 */
  count!: number;
}

export class FailuresOfTemplateDto {
  /** @example order_confirmation */
  name!: string;
  /** @example en_US */
  language!: string;
  /** @example 9 */
  count!: number;
}

export class FailureGroupDto extends ErrorExplanationDto {
  /** Messages that failed with it. @example 12 */
  count!: number;
  /** Of all failures in the range, 0 to 1. @example 0.4 */
  share!: number;
  /** When the last of them failed; once its message is no longer stored, the quarter of an hour in which it did. */
  lastSeenAt!: Date;
  /** Our id of the last of them, for `GET /messages/{id}`; null once it is no longer stored. */
  @ApiProperty({ type: String, nullable: true, format: 'uuid' }) lastMessageId!: string | null;
  /** The twenty numbers with the most, the most first. */
  @ApiProperty({ type: [FailuresOfNumberDto] }) byNumber!: FailuresOfNumberDto[];
  /** The twenty templates with the most, the most first. Messages without a template are in none. */
  @ApiProperty({ type: [FailuresOfTemplateDto] }) byTemplate!: FailuresOfTemplateDto[];

  static of({ explanation, byNumber, ...group }: FailureGroup): FailureGroupDto {
    return Object.assign(new FailureGroupDto(), explanation, group, {
      byNumber: byNumber.map(({ channel, count }) => Object.assign(NumberNameDto.from(channel), { count })),
    });
  }
}

/** The range as it was understood: whole days of the time zone. */
export class FailureRangeDto {
  /** The first instant. */
  from!: Date;
  /** The first instant after it. */
  until!: Date;
  /** @example Europe/Berlin */
  timeZone!: string;
}

export class FailuresDto {
  /** Messages that failed and were never delivered. @example 30 */
  total!: number;
  /** By code, the most frequent first. */
  @ApiProperty({ type: [FailureGroupDto] }) errors!: FailureGroupDto[];
  @ApiProperty({ type: FailureRangeDto }) range!: FailureRangeDto;

  static from({ total, groups, range }: Failures): FailuresDto {
    return Object.assign(new FailuresDto(), {
      total,
      errors: groups.map((group) => FailureGroupDto.of(group)),
      range: { ...edgesOf(range), timeZone: range.timeZone },
    });
  }
}

import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional, IsUUID } from 'class-validator';
import { SENTIMENT_LABELS, type SentimentLabel } from '../../conversations/conversation-types';
import type { StoredCorrection } from '../../conversations/sentiment/message-corrections';
import { CursorPageQuery, CursorPaginationDto } from '../../http/page.dto';

export const EXPORT_FORMATS = ['csv', 'jsonl'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export class CorrectSentimentDto {
  /** What the message really says. */
  @ApiProperty({ enum: SENTIMENT_LABELS, example: 'neutral' }) @IsIn(SENTIMENT_LABELS) label!: SentimentLabel;
}

export class CorrectionsQuery extends CursorPageQuery {
  /** Only those of one account; of all that you may see where left out. */
  @IsOptional() @IsUUID() accountId?: string;
}

export class CorrectionsExportQuery {
  /** Only those of one account; of all that you may see where left out. */
  @IsOptional() @IsUUID() accountId?: string;

  /** `csv`, or `jsonl`: one JSON object on each line. */
  @ApiProperty({ enum: EXPORT_FORMATS, required: false })
  @IsIn(EXPORT_FORMATS)
  format: ExportFormat = 'jsonl';
}

export class MachineSentimentDto {
  @ApiProperty({ enum: SENTIMENT_LABELS, example: 'negative' }) label!: SentimentLabel;
  /** From 0 to 1. @example 0.71 */
  confidence!: number;
  /** ISO 639-1; null where the text does not tell. @example en */
  language!: string | null;
  /** @example "embedded-1" */
  model!: string;
}

export class CorrectionDto {
  accountId!: string;
  messageId!: string;
  /** Null where the message is gone. */
  conversationId!: string | null;
  /** What was judged; null where the message was edited, taken back or removed since. @example "Well, that was fast!" */
  text!: string | null;
  @ApiProperty({ enum: SENTIMENT_LABELS, example: 'positive' }) label!: SentimentLabel;
  /** What the analyzer said last; null where it has not said anything yet. */
  @ApiProperty({ type: MachineSentimentDto, nullable: true }) machine!: MachineSentimentDto | null;
  /** The user; null where the user was removed from the service. */
  correctedBy!: string | null;
  correctedAt!: Date;

  static from(correction: StoredCorrection): CorrectionDto {
    return Object.assign(new CorrectionDto(), correction);
  }
}

export class CorrectionPageDto {
  /** Newest first. */
  @ApiProperty({ type: [CorrectionDto] }) corrections!: CorrectionDto[];
  @ApiProperty({ type: CursorPaginationDto }) pagination!: CursorPaginationDto;
}

import { ApiProperty } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsString, Matches, MaxLength } from 'class-validator';
import { SENTIMENT_LABELS, type SentimentLabel } from '../../conversations/conversation-types';
import type { AnalyzerStatus } from '../analysis/configured-analyzer';
import type { SentimentResult } from '../analysis/sentiment-analyzer';
import { LONGEST_TEXT } from '../reading/text-tokens';

const MOST_TEXTS = 100;

export class AnalyzeTextsDto {
  /** 1 to 100 texts, each with something in it besides spaces and of 5,000 characters at most. */
  @ApiProperty({
    type: [String],
    minItems: 1,
    maxItems: MOST_TEXTS,
    items: { type: 'string', minLength: 1, maxLength: LONGEST_TEXT },
    example: ['Thank you, it arrived today!', 'ما عجبني، القماش رديء'],
  })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MOST_TEXTS)
  @IsString({ each: true })
  @MaxLength(LONGEST_TEXT, { each: true })
  @Matches(/\S/, { each: true, message: 'each of texts must hold something besides spaces' })
  texts!: string[];
}

export class SentimentDto {
  @ApiProperty({ enum: SENTIMENT_LABELS, example: 'positive' }) label!: SentimentLabel;
  /** 0 to 1: how often a label given with such a confidence is right. @example 0.93 */
  confidence!: number;
  /** -1 (as bad as can be) to 1. @example 0.91 */
  score!: number;
  /** ISO 639-1; null where the text does not tell. Arabic in Latin letters is `ar`, too. */
  @ApiProperty({ type: String, nullable: true, example: 'en' }) language!: string | null;
  /** Who said so: the model of the analyzer, or of the one that stood in for it. @example embedded-1 */
  model!: string;

  static from({ label, confidence, score, language, model }: SentimentResult, usual: string): SentimentDto {
    return Object.assign(new SentimentDto(), { label, confidence, score, language, model: model ?? usual });
  }
}

export class AnalyzerStatusDto {
  /** `embedded`: this service reads texts itself. `remote`: it asks another one. */
  @ApiProperty({ enum: ['embedded', 'remote'], example: 'embedded' }) adapter!: AnalyzerStatus['adapter'];
  /** Of the remote service the model that answered last. @example embedded-1 */
  model!: string;
  /** The model that stands in while the remote service does not answer; null where none does. */
  @ApiProperty({ type: String, nullable: true, example: null }) fallbackModel!: string | null;
  /**
   * Of the remote service, as the process that answers this request sees it: `open` means that it failed and is left alone for
   * some seconds. Null for the embedded analyzer.
   */
  @ApiProperty({ enum: ['closed', 'half-open', 'open'], nullable: true, example: null })
  breaker!: AnalyzerStatus['breaker'];
  /** ISO 639-1 of the languages that are read; of texts in others only the emoji count. Null for a remote service. */
  @ApiProperty({ type: [String], nullable: true, example: ['en', 'ar', 'fr', 'es', 'de', 'pt'] })
  languages!: readonly string[] | null;

  static from(status: AnalyzerStatus): AnalyzerStatusDto {
    return Object.assign(new AnalyzerStatusDto(), status);
  }
}

import { ApiProperty } from '@nestjs/swagger';
import { SENTIMENT_LABELS, type SentimentLabel } from '../conversation-types';

/** The mood of what somebody wrote. */
export class MessageSentimentDto {
  @ApiProperty({ enum: SENTIMENT_LABELS, example: 'negative' }) label!: SentimentLabel;
  /** From 0 to 1; 1 where somebody put it right. */
  @ApiProperty({ type: Number, example: 0.93 }) confidence!: number;
  /** ISO 639-1; null where the text does not tell. */
  @ApiProperty({ type: String, nullable: true, example: 'en' }) language!: string | null;
  /** Who read it; null where only a person has. */
  @ApiProperty({ type: String, nullable: true, example: 'embedded-1' }) model!: string | null;
  /** The user who put it right; null where nobody has. */
  @ApiProperty({ type: String, format: 'uuid', nullable: true, example: null }) correctedBy!: string | null;
  @ApiProperty({ type: Date, nullable: true, example: null }) correctedAt!: Date | null;
}

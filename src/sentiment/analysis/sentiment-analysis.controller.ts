import { Body, Controller, Get, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApiEnvelope, ApiErrors } from '../../http/envelope';
import { Access } from '../../identity/access.decorators';
import { AnalyzeTextsDto, AnalyzerStatusDto, SentimentDto } from '../dto/analysis.dto';
import { ConfiguredAnalyzer } from './configured-analyzer';
import { SentimentUnavailableError } from './sentiment.errors';

/** Somebody waits for the answer. */
const LONGEST_WAIT_MS = 15_000;

@ApiTags('Sentiment')
@Controller('meta/sentiment')
export class SentimentAnalysisController {
  constructor(private readonly analyzer: ConfiguredAnalyzer) {}

  /**
   * Tells the mood of texts: one result for each, in order. Nothing of it is stored with messages.
   *
   * @remarks `SERVICE_UNAVAILABLE` means that the model server of this installation does not answer; `Retry-After` says when to
   * try again. What customers write is read anyway, without anybody asking.
   */
  @Post('analyze')
  @Access('viewer')
  @ApiEnvelope(SentimentDto, 200, { isArray: true })
  @ApiErrors(
    'VALIDATION_FAILED',
    'UNAUTHORIZED',
    'FORBIDDEN',
    'PAYLOAD_TOO_LARGE',
    'RATE_LIMITED',
    'SERVICE_UNAVAILABLE',
  )
  async analyze(@Body() { texts }: AnalyzeTextsDto): Promise<SentimentDto[]> {
    const patience = AbortSignal.timeout(LONGEST_WAIT_MS);
    try {
      const results = await this.analyzer.analyze(texts, patience);
      return results.map((result) => SentimentDto.from(result, this.analyzer.model));
    } catch (error) {
      if (!patience.aborted || error instanceof SentimentUnavailableError) throw error;
      throw new SentimentUnavailableError('The sentiment service takes too long.');
    }
  }

  /** Who tells moods here, and whether it works. */
  @Get('status')
  @Access('viewer')
  @ApiEnvelope(AnalyzerStatusDto)
  @ApiErrors('UNAUTHORIZED', 'FORBIDDEN', 'RATE_LIMITED')
  status(): AnalyzerStatusDto {
    return AnalyzerStatusDto.from(this.analyzer.status());
  }
}

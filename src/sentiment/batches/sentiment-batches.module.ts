import { Module } from '@nestjs/common';
import { IdentityModule } from '../../identity/identity.module';
import { MediaModule } from '../../media/media.module';
import { QueueModule } from '../../queue/queue.module';
import { SentimentAnalysisModule } from '../analysis/sentiment-analysis.module';
import { BatchResults } from './batch-results';
import { BatchRunner } from './batch-runner';
import { BatchUpload } from './batch-upload';
import { BatchWorker } from './batch.worker';
import { BatchesController } from './batches.controller';
import { BatchesRepository } from './batches.repository';

/** Files of texts that are read. */
@Module({
  imports: [IdentityModule, MediaModule, QueueModule, SentimentAnalysisModule],
  controllers: [BatchesController],
  providers: [BatchResults, BatchRunner, BatchUpload, BatchWorker, BatchesRepository],
})
export class SentimentBatchesModule {}

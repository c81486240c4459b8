import { Module } from '@nestjs/common';
import { ConversationsModule } from '../../conversations/conversations.module';
import { IdentityModule } from '../../identity/identity.module';
import { QueueModule } from '../../queue/queue.module';
import { SentimentAnalysisModule } from '../analysis/sentiment-analysis.module';
import { CorrectionsController } from './corrections.controller';
import { ReanalysisController } from './reanalysis.controller';
import { SentimentScanWorker } from './sentiment-scan.worker';
import { SentimentScans } from './sentiment-scans.repository';
import { SentimentWork } from './sentiment-work.repository';
import { SentimentSubscriber } from './sentiment.subscriber';
import { SentimentWorker } from './sentiment.worker';

/** The sentiment of what people write, in a lane of its own. */
@Module({
  imports: [ConversationsModule, IdentityModule, QueueModule, SentimentAnalysisModule],
  controllers: [CorrectionsController, ReanalysisController],
  providers: [SentimentScanWorker, SentimentScans, SentimentSubscriber, SentimentWork, SentimentWorker],
})
export class SentimentLaneModule {}

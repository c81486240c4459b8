import { Module } from '@nestjs/common';
import { GraphClientModule } from '../graph-client/graph-client.module';
import { ConversationsModule } from './conversations.module';
import { DirectEvents } from './direct-events.service';
import { DirectHistory } from './direct-history.service';
import { MessageWatermarks } from './message-watermarks';
import { WatermarkSweeper } from './watermark.sweeper';

/** What Messenger and Instagram share, which must not import each other. */
@Module({
  imports: [ConversationsModule, GraphClientModule],
  providers: [DirectEvents, DirectHistory, MessageWatermarks, WatermarkSweeper],
  exports: [DirectEvents, DirectHistory, MessageWatermarks],
})
export class DirectMessagesModule {}

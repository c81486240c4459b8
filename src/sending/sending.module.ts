import { Module } from '@nestjs/common';
import { ConversationsModule } from '../conversations/conversations.module';
import { GraphClientModule } from '../graph-client/graph-client.module';
import { QueueModule } from '../queue/queue.module';
import { SendFailures } from './send-failures';
import { SendResults } from './send-results';
import { SendingChannels } from './sending-channels';
import { SendingDispatcher } from './sending-dispatcher';
import { SendingMetrics } from './sending.metrics';
import { SendingPace } from './sending-pace';
import { SendingWaker } from './sending-waker';
import { SendingSweeper } from './sending.sweeper';

/** Carries out the orders of the ledger, for every platform that registers a channel. */
@Module({
  imports: [ConversationsModule, GraphClientModule, QueueModule],
  providers: [
    SendFailures,
    SendResults,
    SendingChannels,
    SendingDispatcher,
    SendingMetrics,
    SendingPace,
    SendingSweeper,
    SendingWaker,
  ],
  exports: [SendFailures, SendingChannels, SendingPace, SendingWaker],
})
export class SendingModule {}

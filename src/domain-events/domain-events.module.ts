import { Global, Module } from '@nestjs/common';
import { QueueModule } from '../queue/queue.module';
import { Outbox } from './outbox';
import { OutboxCursors } from './outbox-cursors.repository';
import { OutboxFailures } from './outbox-failures.repository';
import { OutboxHandling } from './outbox-handling';
import { OutboxLag } from './outbox-lag.service';
import { OutboxMetrics } from './outbox.metrics';
import { OutboxRelay } from './outbox-relay.service';
import { OutboxRetention } from './outbox-retention.scheduler';
import { OutboxSequencer } from './outbox-sequencer';
import { OutboxSubscribers } from './outbox-subscribers';
import { OutboxWaker } from './outbox-waker';

@Global()
@Module({
  imports: [QueueModule],
  providers: [
    Outbox,
    OutboxCursors,
    OutboxFailures,
    OutboxHandling,
    OutboxLag,
    OutboxMetrics,
    OutboxRelay,
    OutboxRetention,
    OutboxSequencer,
    OutboxSubscribers,
    OutboxWaker,
  ],
  exports: [Outbox, OutboxFailures, OutboxLag, OutboxSubscribers, OutboxWaker],
})
export class DomainEventsModule {}

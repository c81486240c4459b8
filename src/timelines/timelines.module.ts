import { Module } from '@nestjs/common';
import { AssetsModule } from '../assets/assets.module';
import { ConversationsModule } from '../conversations/conversations.module';
import { DomainEventsModule } from '../domain-events/domain-events.module';
import { DeliveryFacts } from './delivery-facts.repository';
import { EventFacts } from './event-facts.repository';
import { MessageFacts } from './message-facts.repository';
import { TimelinesController } from './timelines.controller';
import { Timelines } from './timelines.service';

@Module({
  imports: [AssetsModule, ConversationsModule, DomainEventsModule],
  controllers: [TimelinesController],
  providers: [MessageFacts, DeliveryFacts, EventFacts, Timelines],
})
export class TimelinesModule {}

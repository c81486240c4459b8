import { type DynamicModule, Module } from '@nestjs/common';
import type { AppRole } from '../config/env';
import { PublicEventsModule } from '../public-events/public-events.module';
import { ClientMessages } from './client-messages';
import { ConversationPresence } from './conversation-presence';
import { EventLog } from './event-log.repository';
import { EventTail } from './event-tail';
import { RealtimeClients } from './realtime-clients';
import { RealtimeController } from './realtime.controller';
import { RealtimeConnections } from './realtime-connections';
import { RealtimeGateway } from './realtime.gateway';
import { RealtimeMetrics } from './realtime.metrics';
import { RealtimeRedis } from './realtime-redis';
import { ResumePoints } from './resume-points';
import { TellableEvents } from './tellable-events';

@Module({})
export class RealtimeModule {
  /** Browsers are connected to processes that serve the API, and to no others. */
  static forRoles(roles: readonly AppRole[]): DynamicModule {
    if (!roles.includes('api')) return { module: RealtimeModule };
    return {
      module: RealtimeModule,
      imports: [PublicEventsModule],
      controllers: [RealtimeController],
      providers: [
        ClientMessages,
        ConversationPresence,
        EventLog,
        EventTail,
        RealtimeClients,
        RealtimeConnections,
        RealtimeGateway,
        RealtimeMetrics,
        RealtimeRedis,
        ResumePoints,
        TellableEvents,
      ],
      exports: [RealtimeRedis],
    };
  }
}

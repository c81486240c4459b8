import { Injectable, type OnModuleInit } from '@nestjs/common';
import { OutboxSubscribers } from '../../domain-events/outbox-subscribers';
import { SearchIndex } from './search-index.service';

/**
 * Notes new messages, which are indexed soon afterwards: taking them in does not wait for it, and costs nothing more. All
 * other changes the tables note by themselves.
 */
@Injectable()
export class SearchIndexSubscriber implements OnModuleInit {
  constructor(
    private readonly subscribers: OutboxSubscribers,
    private readonly index: SearchIndex,
  ) {}

  onModuleInit(): void {
    this.subscribers.register({
      name: 'search-index',
      kinds: ['message.created'],
      // Those that came between the migration and the first start of this version.
      from: 'beginning',
      handle: (events, tx) =>
        this.index.note(
          tx,
          events.map(({ accountId, payload }) => ({ accountId, kind: 'message', id: payload.messageId })),
        ),
    });
  }
}

import { Injectable, type OnModuleInit } from '@nestjs/common';
import { OutboxSubscribers } from '../../domain-events/outbox-subscribers';
import { CommentThreads } from './comment-threads';

/** Lets the inbox follow what happens to comments, wherever it was learnt. */
@Injectable()
export class CommentThreadsSubscriber implements OnModuleInit {
  constructor(
    private readonly subscribers: OutboxSubscribers,
    private readonly threads: CommentThreads,
  ) {}

  onModuleInit(): void {
    this.subscribers.register({
      name: 'inbox-comment-threads',
      kinds: ['comment.created', 'comment.updated', 'comment.removed'],
      // Comments that were stored while nobody followed them yet.
      from: 'beginning',
      handle: async (events, tx) => {
        await this.threads.follow(
          tx,
          events.map(({ accountId, payload }) => ({ accountId, commentId: payload.commentId })),
        );
      },
    });
  }
}

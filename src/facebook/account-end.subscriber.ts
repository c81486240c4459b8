import { Injectable, type OnModuleInit } from '@nestjs/common';
import { OutboxSubscribers } from '../domain-events/outbox-subscribers';
import { PagesRepository } from './pages.repository';

/** An account that is disconnected, or whose person asked for it at Meta, leaves no tokens of Pages behind. */
@Injectable()
export class AccountEndSubscriber implements OnModuleInit {
  constructor(
    private readonly subscribers: OutboxSubscribers,
    private readonly pages: PagesRepository,
  ) {}

  onModuleInit(): void {
    this.subscribers.register({
      name: 'facebook-account-end',
      kinds: ['account.disconnected'],
      handle: (events, tx) =>
        this.pages.forget(
          tx,
          events.map(({ accountId }) => accountId),
        ),
    });
  }
}

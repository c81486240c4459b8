import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DirectOptIns } from '../../conversations/direct/direct-opt-ins';
import { OutboxSubscribers } from '../../domain-events/outbox-subscribers';
import { PagesRepository } from './pages.repository';

/** An account that is disconnected, or whose person asked for it at Meta, leaves no tokens of Pages and of their people behind. */
@Injectable()
export class AccountEndSubscriber implements OnModuleInit {
  constructor(
    private readonly subscribers: OutboxSubscribers,
    private readonly pages: PagesRepository,
    private readonly optIns: DirectOptIns,
  ) {}

  onModuleInit(): void {
    this.subscribers.register({
      name: 'facebook-account-end',
      kinds: ['account.disconnected'],
      handle: async (events, tx) => {
        const accountIds = events.map(({ accountId }) => accountId);
        await this.pages.forget(tx, accountIds);
        await this.optIns.forgetTokens(tx, accountIds);
      },
    });
  }
}

import { Injectable, type OnModuleInit } from '@nestjs/common';
import { OutboxSubscribers } from '../../domain-events/outbox-subscribers';
import { AccountsRepository } from './accounts.repository';

/** Of a Meta account that is disconnected no Instagram account counts as connected any longer. */
@Injectable()
export class AccountEndSubscriber implements OnModuleInit {
  constructor(
    private readonly subscribers: OutboxSubscribers,
    private readonly repository: AccountsRepository,
  ) {}

  onModuleInit(): void {
    this.subscribers.register({
      name: 'instagram-account-end',
      kinds: ['account.disconnected'],
      handle: (events, tx) =>
        this.repository.forget(
          tx,
          events.map(({ accountId }) => accountId),
        ),
    });
  }
}

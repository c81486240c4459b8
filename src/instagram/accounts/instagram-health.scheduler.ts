import { type BeforeApplicationShutdown, Injectable, type OnModuleInit } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { AppConfig } from '../../config/app-config';
import { DueRows } from '../../queue/due-rows';
import type { AccountId } from '../../database/ids';
import { OutboxSubscribers } from '../../domain-events/outbox-subscribers';
import { WebhookHandlerRegistry } from '../../webhooks/webhook-handler.registry';
import { AccountsRepository } from './accounts.repository';
import { InstagramHealth } from './instagram-health.service';

const EVERY_MS = 30_000;
const CONCURRENCY = 2;
const LEASE_MS = 10 * 60_000;
const HOUR_MS = 3_600_000;
/** Where Meta did not answer for all of it. */
const SOON_MS = 15 * 60_000;

/** As with Pages: a few times a day, and soon after something happened to a permission or a token. */
@Injectable()
export class InstagramHealthScheduler implements OnModuleInit, BeforeApplicationShutdown {
  private readonly due: DueRows<AccountId>;

  constructor(
    private readonly config: AppConfig,
    private readonly accounts: AccountsRepository,
    private readonly health: InstagramHealth,
    private readonly registry: WebhookHandlerRegistry,
    private readonly subscribers: OutboxSubscribers,
  ) {
    this.due = new DueRows(
      'Checks of Instagram accounts',
      CONCURRENCY,
      () => accounts.claimHealthCheck(LEASE_MS),
      (accountId) => this.check(accountId),
    );
  }

  onModuleInit(): void {
    this.registry.register({
      kind: 'permissions.changed',
      handle: (events, tx) =>
        this.accounts.makeHealthDueOf(tx, [...new Set(events.map(({ payload }) => payload.metaUserId))]),
    });
    this.subscribers.register({
      name: 'instagram-health',
      kinds: ['account.connected', 'account.reauth_required', 'account.token_refreshed'],
      handle: (events, tx) =>
        this.accounts.makeHealthDue(
          tx,
          events.map(({ accountId }) => accountId),
        ),
    });
  }

  @Interval(EVERY_MS)
  wake(): void {
    if (this.config.has('scheduler')) this.due.wake();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.due.close();
  }

  private async check(accountId: AccountId): Promise<void> {
    const isWhole = await this.health.check(accountId);
    const nextInMs = isWhole ? 4 * HOUR_MS + Math.random() * 4 * HOUR_MS : SOON_MS;
    await this.accounts.completeHealthCheck(accountId, nextInMs);
  }
}

import { type BeforeApplicationShutdown, Injectable, type OnModuleInit } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { AppConfig } from '../../config/app-config';
import { DueRows } from '../../queue/due-rows';
import type { AccountId } from '../../database/ids';
import { OutboxSubscribers } from '../../domain-events/outbox-subscribers';
import { WebhookHandlerRegistry } from '../../webhooks/webhook-handler.registry';
import { PagesRepository } from './pages.repository';
import { PageHealth } from './page-health.service';

const EVERY_MS = 30_000;
const CONCURRENCY = 2;
const LEASE_MS = 10 * 60_000;
const HOUR_MS = 3_600_000;
/** Where Meta did not answer for all of it. */
const SOON_MS = 15 * 60_000;

/**
 * Looks at connected Pages a few times a day, and soon after Meta tells that a permission was taken back or that an account's
 * token stopped working, or works again.
 */
@Injectable()
export class PageHealthScheduler implements OnModuleInit, BeforeApplicationShutdown {
  private readonly accounts: DueRows<AccountId>;

  constructor(
    private readonly config: AppConfig,
    private readonly pages: PagesRepository,
    private readonly health: PageHealth,
    private readonly registry: WebhookHandlerRegistry,
    private readonly subscribers: OutboxSubscribers,
  ) {
    this.accounts = new DueRows(
      'Checks of Pages',
      CONCURRENCY,
      () => pages.claimHealthCheck(LEASE_MS),
      (accountId) => this.check(accountId),
    );
  }

  onModuleInit(): void {
    this.registry.register({
      kind: 'permissions.changed',
      handle: (events, tx) =>
        this.pages.makeHealthDueOf(tx, [...new Set(events.map(({ payload }) => payload.metaUserId))]),
    });
    this.subscribers.register({
      name: 'facebook-page-health',
      kinds: ['account.connected', 'account.reauth_required', 'account.token_refreshed'],
      handle: (events, tx) =>
        this.pages.makeHealthDue(
          tx,
          events.map(({ accountId }) => accountId),
        ),
    });
  }

  @Interval(EVERY_MS)
  wake(): void {
    if (this.config.has('scheduler')) this.accounts.wake();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.accounts.close();
  }

  private async check(accountId: AccountId): Promise<void> {
    const isWhole = await this.health.check(accountId);
    // Not all at the same time: those that were connected together drift apart.
    const nextInMs = isWhole ? 4 * HOUR_MS + Math.random() * 4 * HOUR_MS : SOON_MS;
    await this.pages.completeHealthCheck(accountId, nextInMs);
  }
}

import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { AppConfig } from '../config/app-config';
import type { AccountId } from '../database/ids';
import { OutboxSubscribers } from '../domain-events/outbox-subscribers';
import { DueRows } from '../queue/due-rows';
import { WebhookHandlerRegistry } from '../webhooks/webhook-handler.registry';

const EVERY_MS = 30_000;
const CONCURRENCY = 2;
const LEASE_MS = 10 * 60_000;
const HOUR_MS = 3_600_000;
/** Where Meta did not answer for all of it. */
const SOON_MS = 15 * 60_000;

/** Channels of one kind. Their table has `account_id`, `status` and `health_due_at`, which is null for what is not connected. */
export interface HealthOfChannels {
  table: 'facebook_pages' | 'instagram_accounts';
  /** For the log. */
  title: string;
  /** Of the outbox. */
  subscriber: string;
  /** Looks at all of an account. @returns whether Meta answered for every one */
  check(accountId: AccountId): Promise<boolean>;
}

/** `UPDATE … RETURNING` answers `[rows, count]` through TypeORM's PostgreSQL driver. */
type Updated<Row> = [rows: Row[], count: number];

/**
 * Looks at connected Pages and Instagram accounts a few times a day, and soon after Meta tells that a permission was taken
 * back or that an account's token stopped working, or works again.
 */
@Injectable()
export class ChannelHealthChecks implements BeforeApplicationShutdown {
  private readonly accounts: DueRows<AccountId>[] = [];

  constructor(
    private readonly config: AppConfig,
    @InjectDataSource() private readonly database: DataSource,
    private readonly handlers: WebhookHandlerRegistry,
    private readonly subscribers: OutboxSubscribers,
  ) {}

  register(channels: HealthOfChannels): void {
    const { table, title, subscriber } = channels;
    this.accounts.push(
      new DueRows(
        title,
        CONCURRENCY,
        () => this.claim(table),
        (accountId) => this.check(channels, accountId),
      ),
    );
    this.handlers.register({
      kind: 'permissions.changed',
      handle: (events, tx) =>
        this.makeDueOf(tx, table, [...new Set(events.map(({ payload }) => payload.metaUserId))]),
    });
    this.subscribers.register({
      name: subscriber,
      kinds: ['account.connected', 'account.reauth_required', 'account.token_refreshed'],
      handle: async (events, tx) => {
        await tx.query(
          `UPDATE ${table} SET health_due_at = now()
            WHERE account_id = ANY($1) AND status <> 'available' AND health_due_at > now()`,
          [events.map(({ accountId }) => accountId)],
        );
      },
    });
  }

  @Interval(EVERY_MS)
  wake(): void {
    if (!this.config.has('scheduler')) return;
    for (const rows of this.accounts) rows.wake();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.accounts.map((rows) => rows.close()));
  }

  /** Takes all channels of one account whose turn it is. */
  private async claim(table: HealthOfChannels['table']): Promise<AccountId | null> {
    const [[row]]: Updated<{ account_id: AccountId }> = await this.database.query(
      `UPDATE ${table} SET health_due_at = now() + $1 * interval '1 millisecond'
        WHERE health_due_at <= now() AND account_id = (
          SELECT account_id FROM ${table} WHERE health_due_at <= now() ORDER BY health_due_at LIMIT 1)
        RETURNING account_id`,
      [LEASE_MS],
    );
    return row?.account_id ?? null;
  }

  private async check({ table, check }: HealthOfChannels, accountId: AccountId): Promise<void> {
    const isWhole = await check(accountId);
    // Not all at the same time: those that were connected together drift apart.
    const nextInMs = isWhole ? 4 * HOUR_MS + Math.random() * 4 * HOUR_MS : SOON_MS;
    // What became due meanwhile stays so.
    await this.database.query(
      `UPDATE ${table} SET health_due_at = now() + $2 * interval '1 millisecond'
        WHERE account_id = $1 AND health_due_at > now()`,
      [accountId, nextInMs],
    );
  }

  /** By the people at Meta whose logins the accounts are. */
  async makeDueOf(
    tx: EntityManager,
    table: HealthOfChannels['table'],
    metaUserIds: readonly string[],
  ): Promise<void> {
    await tx.query(
      `UPDATE ${table} SET health_due_at = now()
        WHERE status <> 'available' AND health_due_at > now()
          AND account_id IN (SELECT id FROM meta_accounts WHERE meta_user_id = ANY($1) AND deleted_at IS NULL)`,
      [metaUserIds],
    );
  }
}

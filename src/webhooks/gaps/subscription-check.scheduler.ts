import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { AppConfig } from '../../config/app-config';
import { WebhookSubscriberRegistry } from '../webhook-subscriber.registry';
import { AccountChecksRepository } from './account-checks.repository';
import { kindsOf } from './object-kinds';
import { SubscriptionCheckService } from './subscription-check.service';

const EVERY_MS = 60_000;
const AT_ONCE = 4;

/** Checks what is due: every account and the app about once an hour, all of them right after an outage of ours. */
@Injectable()
export class SubscriptionCheckScheduler implements BeforeApplicationShutdown {
  private readonly log = new Logger(SubscriptionCheckScheduler.name);
  private running: Promise<void> | undefined;
  private isStopping = false;

  constructor(
    private readonly config: AppConfig,
    private readonly checks: SubscriptionCheckService,
    private readonly schedule: AccountChecksRepository,
    private readonly subscribers: WebhookSubscriberRegistry,
  ) {}

  @Interval(EVERY_MS)
  async tick(): Promise<void> {
    if (!this.config.has('scheduler') || this.isStopping || this.running !== undefined) return;
    this.running = this.runDue().catch((error: unknown) => {
      this.log.warn(
        `The round of subscription checks failed: ${error instanceof Error ? error.message : 'unknown error'}`,
      );
    });
    await this.running;
    this.running = undefined;
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    await this.running;
  }

  /** Everything that is due by now and that nobody else has claimed. */
  async runDue(): Promise<void> {
    if (await this.schedule.claimApp()) await this.checks.checkApp();
    await this.schedule.enrol(kindsOf(this.subscribers.all().map(({ object }) => object)));
    for (;;) {
      if (this.isStopping) return;
      const due = await this.schedule.claim(AT_ONCE);
      if (due.length === 0) return;
      const results = await Promise.allSettled(due.map((accountId) => this.checks.checkAccount(accountId)));
      for (const result of results)
        if (result.status === 'rejected') this.log.warn({ err: result.reason as unknown }, 'A check failed');
    }
  }
}

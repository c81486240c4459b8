import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import type { AccountId } from '../../database/ids';
import { AppError } from '../../errors/app.error';
import {
  type AssetSubscription,
  type WebhookSubscriber,
  WebhookSubscriberRegistry,
} from '../webhook-subscriber.registry';
import { AccountChecksRepository } from './account-checks.repository';
import { AppSubscriptionCheck } from './app-subscription.check';
import { GapRepairsRepository } from './gap-repairs.repository';
import { SubscriptionChecksRepository } from './subscription-checks.repository';

const HOUR_MS = 3_600_000;
const SOON_MS = 10 * 60_000;

/**
 * Looks whether Meta still has the subscriptions that bring us our events, puts back what is gone, and writes down since when
 * it was. What is missing is remembered before it is put back: whoever comes after a crash knows of it.
 */
@Injectable()
export class SubscriptionCheckService implements OnModuleInit {
  private readonly log = new Logger(SubscriptionCheckService.name);
  /** A person who presses a button twice does not make Meta be asked twice. */
  private readonly running = new Map<AccountId | 'app', Promise<void>>();

  constructor(
    private readonly subscribers: WebhookSubscriberRegistry,
    private readonly checks: SubscriptionChecksRepository,
    private readonly schedule: AccountChecksRepository,
    private readonly repairs: GapRepairsRepository,
    private readonly app: AppSubscriptionCheck,
  ) {}

  onModuleInit(): void {
    this.subscribers.lookBeforeSubscribing((accountId) => this.note(accountId));
  }

  /** The subscriptions of the app itself, which all accounts share. */
  async checkApp(): Promise<void> {
    return this.once('app', () => this.runApp());
  }

  /** The subscriptions of all that an account owns. */
  async checkAccount(accountId: AccountId): Promise<void> {
    return this.once(accountId, () => this.runAccount(accountId));
  }

  private async once(what: AccountId | 'app', check: () => Promise<void>): Promise<void> {
    const running = this.running.get(what);
    if (running !== undefined) return running;
    const run = check().finally(() => this.running.delete(what));
    this.running.set(what, run);
    return run;
  }

  /** Writes down what is missing before somebody else puts it back; the next check then finds the gap. */
  private async note(accountId: AccountId): Promise<void> {
    try {
      if (await this.checks.isLookDue('app')) await this.app.note();
      if (!(await this.checks.isLookDue(accountId))) return;
      for (const subscriber of this.subscribers.all()) await this.look(accountId, subscriber);
    } catch (error) {
      // What it was for goes on without it.
      this.log.warn(`Account ${accountId} was not looked at before subscribing: ${sentenceOf(error)}`);
    }
  }

  private async runApp(): Promise<void> {
    let problem: string | null;
    try {
      problem = await this.app.check();
    } catch (error) {
      problem = sentenceOf(error);
      this.log.warn(`The app's webhook subscriptions could not be checked: ${problem}`);
    }
    await this.schedule.completeApp({ nextInMs: problem === null ? aboutAnHour() : SOON_MS, problem });
  }

  private async runAccount(accountId: AccountId): Promise<void> {
    const problems: string[] = [];
    let isAnyRead = false;
    for (const subscriber of this.subscribers.all()) {
      try {
        const assets = await this.checkPlatform(accountId, subscriber);
        isAnyRead ||= assets.some(({ state }) => state !== 'unreadable');
        problems.push(...assets.flatMap(({ problem }) => problem ?? []));
      } catch (error) {
        // Proves nothing about the subscription: what was seen last stays as it is.
        problems.push(sentenceOf(error));
      }
    }
    if (isAnyRead) await this.repairs.releaseWaiting(accountId);
    await this.schedule.complete(accountId, {
      nextInMs: problems.length === 0 ? aboutAnHour() : SOON_MS,
      problem: problems.length === 0 ? null : problems.join(' '),
    });
  }

  private async checkPlatform(
    accountId: AccountId,
    subscriber: WebhookSubscriber,
  ): Promise<AssetSubscription[]> {
    const before = await this.look(accountId, subscriber);
    if (!before.some(({ state }) => state === 'missing')) return before;
    let refusal = '';
    try {
      await subscriber.subscribeAssets(accountId);
      this.log.log(`Subscribed ${subscriber.object} of account ${accountId} again`);
    } catch (error) {
      refusal = ` Subscribing it again failed: ${sentenceOf(error)}`;
    }
    const after = await this.look(accountId, subscriber, refusal);
    for (const { state, problem } of after)
      if (state === 'missing')
        this.log.warn(`Account ${accountId}: ${problem ?? 'a subscription is missing'}`);
    return after;
  }

  private async look(
    accountId: AccountId,
    subscriber: WebhookSubscriber,
    refusal = '',
  ): Promise<AssetSubscription[]> {
    const at = await this.checks.now();
    const assets = (await subscriber.checkAssets(accountId)).map((asset) =>
      asset.state === 'missing' ? { ...asset, problem: `${asset.problem ?? ''}${refusal}` } : asset,
    );
    await this.checks.recordAssets(accountId, assets, at);
    return assets;
  }
}

/** Not a full hour for all: those that were due together drift apart. */
function aboutAnHour(): number {
  return HOUR_MS * (0.75 + Math.random() / 2);
}

/** @returns what may be shown to the people of an account */
function sentenceOf(error: unknown): string {
  if (error instanceof AppError) return error.message;
  new Logger(SubscriptionCheckService.name).error({ err: error }, 'A check of webhook subscriptions failed');
  return 'The check failed for a reason on our side; the log has it.';
}

import { Injectable } from '@nestjs/common';
import type { AssetRef } from '../assets/assets.service';
import type { AccountId } from '../database/ids';
import type { WebhookObject } from './webhook-fields';

/** Those that assets are subscribed to one by one. */
export type AssetWebhookObject = Exclude<WebhookObject, 'permissions'>;

/** What Meta has of one asset's subscription at the moment. */
export interface AssetSubscription {
  /** What Meta keeps the subscription for: a WABA, a Page, an Instagram account. */
  asset: AssetRef;
  /** All whose events come by way of it, itself included: a WABA's are those of its numbers too. */
  covers: readonly AssetRef[];
  /**
   * `subscribed`: Meta sends us everything we want of it. `missing`: it does not, be it that the subscription is gone, lacks
   * fields or sends elsewhere. `unreadable`: Meta did not say (dead token, error): that proves nothing was lost.
   */
  state: 'subscribed' | 'missing' | 'unreadable';
  /** What is wrong, as a sentence for people. Null for `subscribed`. */
  problem: string | null;
}

/**
 * Subscribes the things of one platform that an account owns. The app's own subscription only says which fields Meta
 * would send; without this second one, for each WABA or Page, nothing ever arrives.
 */
export interface WebhookSubscriber {
  readonly object: AssetWebhookObject;
  /** @throws AppError when Meta refuses; what was subscribed before it stays so */
  subscribeAssets(accountId: AccountId): Promise<void>;
  /**
   * Reads, without changing anything at Meta, how the account's assets are subscribed. One that cannot be read is
   * `unreadable` and does not keep the others from being read.
   * @throws AppError when nothing can be read at all, as with a dead token
   */
  checkAssets(accountId: AccountId): Promise<AssetSubscription[]>;
}

@Injectable()
export class WebhookSubscriberRegistry {
  private readonly registered = new Map<WebhookObject, WebhookSubscriber>();
  private look: (accountId: AccountId) => Promise<void> = () => Promise.resolve();

  /** Called from a platform module's `onModuleInit`. */
  register(subscriber: WebhookSubscriber): void {
    this.registered.set(subscriber.object, subscriber);
  }

  of(object: WebhookObject): WebhookSubscriber | undefined {
    return this.registered.get(object);
  }

  all(): WebhookSubscriber[] {
    return [...this.registered.values()];
  }

  /** @param look writes down what is missing at Meta; it does not throw */
  lookBeforeSubscribing(look: (accountId: AccountId) => Promise<void>): void {
    this.look = look;
  }

  /**
   * Called before subscribing for another reason than that something is missing: it would put back what was lost, and nobody
   * would know of the loss.
   */
  async aboutToSubscribe(accountId: AccountId): Promise<void> {
    await this.look(accountId);
  }
}

import { Injectable } from '@nestjs/common';
import type { AccountId } from '../database/ids';
import type { WebhookObject } from './webhook-fields';

/**
 * Subscribes the things of one platform that an account owns. The app's own subscription only says which fields Meta
 * would send; without this second one, for each WABA or Page, nothing ever arrives.
 */
export interface WebhookSubscriber {
  readonly object: Exclude<WebhookObject, 'permissions'>;
  /** @throws AppError when Meta refuses; what was subscribed before it stays so */
  subscribeAssets(accountId: AccountId): Promise<void>;
}

@Injectable()
export class WebhookSubscriberRegistry {
  private readonly registered = new Map<WebhookObject, WebhookSubscriber>();

  /** Called from a platform module's `onModuleInit`. */
  register(subscriber: WebhookSubscriber): void {
    this.registered.set(subscriber.object, subscriber);
  }

  of(object: WebhookObject): WebhookSubscriber | undefined {
    return this.registered.get(object);
  }
}

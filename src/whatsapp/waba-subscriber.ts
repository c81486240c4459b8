import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AppConfig } from '../config/app-config';
import type { AccountId } from '../database/ids';
import { ConflictError } from '../errors/app.error';
import { MetaTokenService } from '../meta-auth/meta-token.service';
import { type WebhookSubscriber, WebhookSubscriberRegistry } from '../webhooks/webhook-subscriber.registry';
import { AccountsRepository } from './accounts.repository';
import { WhatsAppApi } from './whatsapp-api';

/** Makes Meta deliver the webhooks of WABAs to our app. */
@Injectable()
export class WabaSubscriber implements WebhookSubscriber, OnModuleInit {
  readonly object = 'whatsapp_business_account';

  constructor(
    private readonly whatsapp: WhatsAppApi,
    private readonly repository: AccountsRepository,
    private readonly tokens: MetaTokenService,
    private readonly subscribers: WebhookSubscriberRegistry,
    private readonly config: AppConfig,
  ) {}

  onModuleInit(): void {
    this.subscribers.register(this);
  }

  /** Every WABA of the account that is known by now; one that fails does not keep the others from it. */
  async subscribeAssets(accountId: AccountId): Promise<void> {
    const wabas = await this.repository.wabasOf(accountId);
    if (wabas.length === 0) return;
    const results = await this.tokens.withToken(accountId, (token) =>
      Promise.allSettled(wabas.map(({ wabaId }) => this.subscribe(accountId, token, wabaId))),
    );
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  /**
   * Subscribes one WABA and reads the subscription back, for a success that changed nothing would stay unnoticed until
   * somebody misses a message.
   * @throws ConflictError when Meta does not list our app afterwards
   */
  async subscribe(accountId: AccountId, token: string, wabaId: string): Promise<void> {
    await this.whatsapp.subscribeApp(token, wabaId);
    const isSubscribed = (await this.whatsapp.subscribedAppIds(token, wabaId)).includes(
      this.config.env.META_APP_ID,
    );
    await this.repository.recordSubscription(accountId, wabaId, isSubscribed);
    if (!isSubscribed)
      throw new ConflictError(
        'Meta accepted the subscription of the WABA but does not list this app afterwards.',
        {
          wabaId,
        },
      );
  }
}

import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AppConfig } from '../../config/app-config';
import type { AccountId } from '../../database/ids';
import { AppError, ConflictError } from '../../errors/app.error';
import { MetaTokenService } from '../../meta-auth/meta-token.service';
import {
  type AssetSubscription,
  type WebhookSubscriber,
  WebhookSubscriberRegistry,
} from '../../webhooks/webhook-subscriber.registry';
import { AccountsRepository } from './accounts.repository';
import { isDeadToken } from '../dead-token';
import { CallbackOverridesRepository } from './callback-overrides.repository';
import type { WhatsAppBusinessAccountEntity } from '../entities/whatsapp-business-account.entity';
import { WhatsAppApi } from '../whatsapp-api';

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
    private readonly overrides: CallbackOverridesRepository,
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

  /** A number's events come with its WABA's subscription. */
  async checkAssets(accountId: AccountId): Promise<AssetSubscription[]> {
    const wabas = await this.repository.wabasOf(accountId);
    if (wabas.length === 0) return [];
    const numbers = await this.repository.phoneNumbersOf(accountId, wabas);
    return this.tokens.withToken(accountId, async (token) => {
      const found: AssetSubscription[] = [];
      for (const waba of wabas) {
        const asset = { kind: 'waba' as const, metaId: waba.wabaId };
        const own = numbers.filter((number) => number.whatsappBusinessAccountId === waba.id);
        const covers = [
          asset,
          ...own.map(({ phoneNumberId }) => ({ kind: 'phone_number' as const, metaId: phoneNumberId })),
        ];
        found.push({ asset, covers, ...(await this.look(token, waba)) });
      }
      return found;
    });
  }

  private async look(
    token: string,
    { accountId, wabaId, name, callbackOverrideUrl }: WhatsAppBusinessAccountEntity,
  ): Promise<Pick<AssetSubscription, 'state' | 'problem'>> {
    const label = `WhatsApp Business Account ${name ?? wabaId}`;
    try {
      const apps = await this.whatsapp.subscribedApps(token, wabaId);
      const ours = apps.find(({ appId }) => appId === this.config.env.META_APP_ID);
      const elsewhere = ours?.overrideUri;
      // Somewhere else is right where somebody wished it so through this service.
      const rightful = [undefined, null, this.config.webhookUrl, callbackOverrideUrl];
      const isOurs = ours !== undefined && rightful.includes(elsewhere);
      await this.repository.recordSubscription(accountId, wabaId, isOurs);
      if (isOurs) return { state: 'subscribed', problem: null };
      return {
        state: 'missing',
        problem:
          ours === undefined
            ? `Meta sends nothing of ${label} to this app: its subscription is gone.`
            : `Meta sends the messages of ${label} to ${elsewhere ?? ''} instead of here.`,
      };
    } catch (error) {
      if (!(error instanceof AppError) || isDeadToken(error)) throw error;
      return {
        state: 'unreadable',
        problem: `The subscription of ${label} cannot be read: ${error.message}`,
      };
    }
  }

  /**
   * Subscribes one WABA and reads the subscription back, for a success that changed nothing would stay unnoticed until
   * somebody misses a message.
   * @throws ConflictError when Meta does not list our app afterwards
   */
  async subscribe(accountId: AccountId, token: string, wabaId: string): Promise<void> {
    await this.subscribers.aboutToSubscribe(accountId);
    // Without it Meta would take an address away that was set for the WABA's messages.
    const override = await this.overrides.ofWaba(accountId, wabaId);
    await this.whatsapp.subscribeApp(token, wabaId, override);
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

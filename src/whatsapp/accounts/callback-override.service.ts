import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AppConfig } from '../../config/app-config';
import { randomToken } from '../../crypto/secret-hash';
import { ValidationFailedError } from '../../errors/app.error';
import { provesNotAccepted } from '../../graph-client/graph.error';
import { MetaTokenService } from '../../meta-auth/meta-token.service';
import { WebhookConfigService } from '../../webhooks/webhook-config.service';
import type { WhatsAppBusinessAccountEntity } from '../entities/whatsapp-business-account.entity';
import { type CallbackOverride, WhatsAppApi } from '../whatsapp-api';
import { CallbackOverridesRepository, type OverrideHolder } from './callback-overrides.repository';
import type { NumberOfAccount } from './number-scope';
import { PhoneNumbersApi } from './phone-numbers-api';
import { PhoneSettingsApi } from './phone-settings-api';

export interface OverrideWish {
  /** Left out: this service's own address. */
  url?: string | undefined;
  /** What the address answers to; left out for our own, a random one. */
  verifyToken?: string | undefined;
}

/** Where messages go. */
export interface CallbackRoute {
  /** Set for this account or number through Meta; null: none. */
  overrideUrl: string | null;
  /** Where Meta sends messages in the end, as far as it told. */
  effectiveUrl: string | null;
  isOurs: boolean;
}

const TOKEN_BYTES = 24;

/**
 * Sends the messages of one account or number to another address than the app's. Only messages and their statuses follow
 * it; Meta takes the number's address before the account's, and that before the app's.
 */
@Injectable()
export class CallbackOverrideService implements OnModuleInit {
  constructor(
    private readonly overrides: CallbackOverridesRepository,
    private readonly webhooks: WebhookConfigService,
    private readonly tokens: MetaTokenService,
    private readonly whatsapp: WhatsAppApi,
    private readonly numbers: PhoneNumbersApi,
    private readonly settings: PhoneSettingsApi,
    private readonly config: AppConfig,
  ) {}

  onModuleInit(): void {
    this.webhooks.acceptAlso((hash) => this.overrides.isVerifyToken(hash));
  }

  async ofWaba({ accountId, wabaId }: WhatsAppBusinessAccountEntity): Promise<CallbackRoute> {
    const apps = await this.tokens.withToken(accountId, (token) =>
      this.whatsapp.subscribedApps(token, wabaId),
    );
    const ours = apps.find(({ appId }) => appId === this.config.env.META_APP_ID);
    const overrideUrl = ours?.overrideUri ?? null;
    return this.route(overrideUrl, ours === undefined ? null : (overrideUrl ?? this.config.webhookUrl));
  }

  async ofNumber({ accountId, number }: NumberOfAccount): Promise<CallbackRoute> {
    const levels = await this.tokens.withToken(accountId, (token) =>
      this.settings.webhookConfiguration(token, number.phoneNumberId),
    );
    const overrideUrl = levels.phone_number ?? null;
    return this.route(
      overrideUrl,
      overrideUrl ?? levels.whatsapp_business_account ?? levels.application ?? null,
    );
  }

  /**
   * Meta asks the address at once whether it knows the token, and refuses one that does not answer.
   * @throws GraphRejectedError then
   */
  async setForWaba(
    { accountId, id, wabaId }: WhatsAppBusinessAccountEntity,
    wish: OverrideWish | null,
  ): Promise<void> {
    await this.set({ kind: 'waba', accountId, id }, wish, (token, override) =>
      this.whatsapp.subscribeApp(token, wabaId, override),
    );
  }

  /** As `setForWaba`. @param wish null takes it away */
  async setForNumber({ accountId, number }: NumberOfAccount, wish: OverrideWish | null): Promise<void> {
    const { id, phoneNumberId } = number;
    await this.set({ kind: 'phone_number', accountId, id }, wish, (token, override) =>
      this.numbers.overrideCallback(token, phoneNumberId, override),
    );
  }

  /** Dying in between leaves an address at Meta that is not ours to see here; setting or removing it again mends that. */
  private async set(
    holder: OverrideHolder,
    wish: OverrideWish | null,
    send: (token: string, override: CallbackOverride | null) => Promise<void>,
  ): Promise<void> {
    const override = wish === null ? null : this.overrideOf(wish);
    const before = await this.overrides.of(holder);
    if (override !== null) await this.overrides.expect(holder, override.verifyToken);
    try {
      await this.tokens.withToken(holder.accountId, (token) => send(token, override));
    } catch (error) {
      if (provesNotAccepted(error)) await this.overrides.expect(holder, before?.verifyToken ?? null);
      throw error;
    }
    await this.overrides.record(holder, override);
  }

  private overrideOf({ url = this.config.webhookUrl, verifyToken }: OverrideWish): CallbackOverride {
    if (url === this.config.webhookUrl) return { url, verifyToken: verifyToken ?? randomToken(TOKEN_BYTES) };
    if (!url.startsWith('https://'))
      throw ValidationFailedError.of('url', 'https', 'Meta sends webhooks to https:// only.');
    if (verifyToken === undefined)
      throw ValidationFailedError.of(
        'verifyToken',
        'isDefined',
        'Send the verify token that this address answers to: Meta asks it at once.',
      );
    return { url, verifyToken };
  }

  private route(overrideUrl: string | null, effectiveUrl: string | null): CallbackRoute {
    return { overrideUrl, effectiveUrl, isOurs: effectiveUrl === this.config.webhookUrl };
  }
}

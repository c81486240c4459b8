import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AssetsService } from '../../assets/assets.service';
import { AppConfig } from '../../config/app-config';
import type { AccountId } from '../../database/ids';
import { AppError, ConflictError } from '../../errors/app.error';
import { GraphReauthRequiredError } from '../../graph-client/graph.error';
import { reauthRequired } from '../../meta-auth/meta-token.service';
import { WebhookConfigService } from '../../webhooks/webhook-config.service';
import {
  type AssetSubscription,
  type WebhookSubscriber,
  WebhookSubscriberRegistry,
} from '../../webhooks/webhook-subscriber.registry';
import { AccountsRepository } from './accounts.repository';
import type { InstagramAccountEntity } from '../entities/instagram-account.entity';
import { InstagramAccess } from './instagram-access';
import { InstagramApi, type InstagramDoor } from './instagram-api';

/** What an account of Instagram Login is subscribed to where nobody has configured anything. */
const USUAL_FIELDS = [
  'messages',
  'message_reactions',
  'message_edit',
  'messaging_postbacks',
  'messaging_seen',
  'messaging_referral',
  'messaging_optins',
  'messaging_handover',
  'standby',
  'comments',
  'live_comments',
  'mentions',
  'story_insights',
];
/** Meta refuses the whole subscription for one field that the token may not have. */
const NEEDED_PERMISSIONS: readonly [RegExp, string][] = [
  [/^(messag|standby)/, 'instagram_business_manage_messages'],
  [/(comments|mentions)$/, 'instagram_business_manage_comments'],
  [/^story_insights$/, 'instagram_business_manage_insights'],
];
/**
 * Of an account that is linked to a Page, Meta sends what the app subscribed as soon as the Page has any subscription at
 * all. Where the Page itself is not connected here, this field keeps its own events away.
 */
const QUIET_PAGE_FIELD = 'live_videos';

/** Makes Meta deliver the webhooks of Instagram accounts. */
@Injectable()
export class InstagramSubscriber implements WebhookSubscriber, OnModuleInit {
  readonly object = 'instagram';

  constructor(
    private readonly api: InstagramApi,
    private readonly access: InstagramAccess,
    private readonly repository: AccountsRepository,
    private readonly assets: AssetsService,
    private readonly subscribers: WebhookSubscriberRegistry,
    private readonly webhookConfig: WebhookConfigService,
    private readonly config: AppConfig,
  ) {}

  onModuleInit(): void {
    this.subscribers.register(this);
  }

  /** All that are connected; one that fails does not keep the others from it. */
  async subscribeAssets(accountId: AccountId): Promise<void> {
    const failures: AppError[] = [];
    for (const account of await this.repository.connectedOf(accountId)) {
      try {
        await this.access.with(account, (door) => this.subscribe(account, door));
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        failures.push(error);
      }
    }
    const [first] = failures;
    if (first !== undefined) throw first;
  }

  async checkAssets(accountId: AccountId): Promise<AssetSubscription[]> {
    const found: AssetSubscription[] = [];
    for (const account of await this.repository.connectedOf(accountId)) {
      const asset = { kind: 'instagram' as const, metaId: account.igAccountId };
      found.push({ asset, covers: [asset], ...(await this.look(account)) });
    }
    return found;
  }

  /**
   * Subscribes one and reads the subscription back: a success that changed nothing would stay unnoticed until somebody
   * misses a message.
   * @throws ConflictError when Meta does not list our app afterwards
   */
  async subscribe(account: InstagramAccountEntity, door: InstagramDoor): Promise<void> {
    await this.subscribers.aboutToSubscribe(account.accountId);
    if (account.pageId === null)
      await this.api.subscribe(door, 'me', await this.wantedFields(account.accountId));
    else if (!(await this.isPageSubscribed(door, account.pageId)))
      await this.subscribePage(account.accountId, account.pageId, door);
    const problem = await this.problemOf(account, door);
    if (problem === null) return;
    throw new ConflictError(`Meta accepted the subscription, and yet: ${problem}`, {
      igAccountId: account.igAccountId,
    });
  }

  /**
   * So that nothing arrives any more.
   * @returns false where the Page is connected here, too: the subscription is its own as well
   */
  async unsubscribe(account: InstagramAccountEntity, door: InstagramDoor): Promise<boolean> {
    const { accountId, pageId } = account;
    if (pageId !== null && (await this.isPageOurs(accountId, pageId))) return false;
    await this.api.unsubscribe(door, pageId ?? 'me');
    return true;
  }

  private async look(account: InstagramAccountEntity): Promise<Pick<AssetSubscription, 'state' | 'problem'>> {
    try {
      const problem = await this.access.with(account, (door) => this.problemOf(account, door));
      // Of a permission or a link that is missing only a look at more than the subscription knows.
      await this.repository.recordReach(account, null, { only: 'token' });
      return { state: problem === null ? 'subscribed' : 'missing', problem };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const problem = `The subscription of Instagram account ${account.username} cannot be read: ${error.message}`;
      if (error instanceof GraphReauthRequiredError)
        await this.repository.recordReach(account, { problem: 'token', reason: error.message });
      return { state: 'unreadable', problem };
    }
  }

  /** null: Meta sends us all that we want of it. */
  private async problemOf(account: InstagramAccountEntity, door: InstagramDoor): Promise<string | null> {
    const label = `Instagram account ${account.username}`;
    if (account.pageId !== null) {
      if (await this.isPageSubscribed(door, account.pageId)) return null;
      return `Meta sends nothing of ${label} to this app: its Page ${account.pageName ?? account.pageId} has no subscription.`;
    }
    const fields = this.ownFields(await this.api.subscribedApps(door, 'me'));
    if (fields === null) return `Meta sends nothing of ${label} to this app: its subscription is gone.`;
    const missing = (await this.wantedFields(account.accountId)).filter((field) => !fields.includes(field));
    return missing.length === 0 ? null : `Meta does not send ${missing.join(', ')} of ${label}.`;
  }

  private async isPageSubscribed(door: InstagramDoor, pageId: string): Promise<boolean> {
    const fields = this.ownFields(await this.api.subscribedApps(door, pageId));
    return fields !== null && fields.length > 0;
  }

  /** A connected Page has its own fields, which a subscription of ours would replace. */
  private async subscribePage(accountId: AccountId, pageId: string, door: InstagramDoor): Promise<void> {
    if (await this.isPageOurs(accountId, pageId)) {
      await this.subscribers.of('page')?.subscribeAssets(accountId);
      if (await this.isPageSubscribed(door, pageId)) return;
    }
    await this.api.subscribe(door, pageId, [QUIET_PAGE_FIELD]);
  }

  private async isPageOurs(accountId: AccountId, pageId: string): Promise<boolean> {
    return (await this.assets.metaIdsOf(accountId, 'page')).includes(pageId);
  }

  /** null where our app is not among them. Instagram Login has an app id of its own within the same app. */
  private ownFields(apps: ReadonlyMap<string, string[]>): string[] | null {
    const { META_APP_ID, INSTAGRAM_APP_ID } = this.config.env;
    const own = [META_APP_ID, INSTAGRAM_APP_ID].flatMap((id) =>
      id !== undefined && apps.has(id) ? [apps.get(id) ?? []] : [],
    );
    return own.length === 0 ? null : own.flat();
  }

  private async wantedFields(accountId: AccountId): Promise<string[]> {
    const configured = (await this.webhookConfig.neededFields(accountId)).get('instagram');
    const login = await this.repository.loginOf(accountId);
    if (login === null) throw reauthRequired(null);
    return (configured ?? USUAL_FIELDS).filter((field) =>
      NEEDED_PERMISSIONS.every(([pattern, name]) => !pattern.test(field) || login.permissions.includes(name)),
    );
  }
}

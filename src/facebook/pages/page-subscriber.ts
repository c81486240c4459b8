import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { AccountId } from '../../database/ids';
import { AppError, ConflictError } from '../../errors/app.error';
import { GraphRejectedError } from '../../graph-client/graph.error';
import { WebhookConfigService } from '../../webhooks/webhook-config.service';
import {
  type AssetSubscription,
  type WebhookSubscriber,
  WebhookSubscriberRegistry,
} from '../../webhooks/webhook-subscriber.registry';
import type { FacebookPageEntity } from '../entities/facebook-page.entity';
import { FacebookApi } from './facebook-api';
import { PageTokens } from './page-tokens';
import { PagesRepository } from './pages.repository';

/**
 * What every connected Page is subscribed to. Meta sends what the app is subscribed to as well, which the configuration
 * decides; so that switching a field on there needs no second round through all Pages.
 */
const ALWAYS = [
  'messages',
  'message_echoes',
  'message_edits',
  'message_reactions',
  'message_deliveries',
  'message_reads',
  'messaging_postbacks',
  'messaging_referrals',
  'messaging_optins',
  'messaging_handovers',
  'standby',
  'messaging_policy_enforcement',
  'feed',
  'mention',
];

/** Makes Meta deliver the webhooks of Pages to our app. Linked Instagram accounts are told of by the same subscription. */
@Injectable()
export class PageSubscriber implements WebhookSubscriber, OnModuleInit {
  readonly object = 'page';

  constructor(
    private readonly api: FacebookApi,
    private readonly pages: PagesRepository,
    private readonly tokens: PageTokens,
    private readonly configs: WebhookConfigService,
    private readonly subscribers: WebhookSubscriberRegistry,
  ) {}

  onModuleInit(): void {
    this.subscribers.register(this);
  }

  /** Every connected Page of the account; one that fails does not keep the others from it. */
  async subscribeAssets(accountId: AccountId): Promise<void> {
    const pages = await this.pages.connectedOf(accountId);
    const results = await Promise.allSettled(
      pages.map(async (page) => {
        const fields = await this.tokens.withToken(page, (token) =>
          this.subscribe(accountId, token, page.pageId),
        );
        await this.pages.recordSubscription(page, fields);
      }),
    );
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  async checkAssets(accountId: AccountId): Promise<AssetSubscription[]> {
    const found: AssetSubscription[] = [];
    for (const page of await this.pages.connectedOf(accountId)) {
      const asset = { kind: 'page' as const, metaId: page.pageId };
      const linked =
        page.instagramId === null ? [] : [{ kind: 'instagram' as const, metaId: page.instagramId }];
      found.push({ asset, covers: [asset, ...linked], ...(await this.look(page)) });
    }
    return found;
  }

  private async look(page: FacebookPageEntity): Promise<Pick<AssetSubscription, 'state' | 'problem'>> {
    try {
      const present = await this.tokens.withToken(page, (token) =>
        this.api.subscribedFields(token, page.pageId),
      );
      if (present === null)
        return {
          state: 'missing',
          problem: `Meta sends nothing of the Page ${page.name} to this app: its subscription is gone.`,
        };
      const lost = page.subscribedFields.filter((field) => !present.includes(field));
      if (lost.length > 0)
        return {
          state: 'missing',
          problem: `Meta does not send these fields of the Page ${page.name}: ${lost.join(', ')}.`,
        };
      await this.pages.recordSubscription(page, page.subscribedFields);
      return { state: 'subscribed', problem: null };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return {
        state: 'unreadable',
        problem: `The subscription of the Page ${page.name} cannot be read: ${error.message}`,
      };
    }
  }

  /**
   * Subscribes one Page and reads the subscription back, for a success that changed nothing would stay unnoticed until
   * somebody misses a message.
   * @returns the fields that Meta confirmed
   * @throws ConflictError when Meta does not list them afterwards
   */
  async subscribe(accountId: AccountId, pageToken: string, pageId: string): Promise<string[]> {
    const needed = (await this.configs.neededFields(accountId)).get('page') ?? [];
    const asked = await this.askFor(pageToken, pageId, [...new Set([...ALWAYS, ...needed])]);
    const present = await this.api.subscribedFields(pageToken, pageId);
    const missing = asked.filter((field) => present?.includes(field) !== true);
    if (missing.length > 0)
      throw new ConflictError(
        present === null
          ? 'Meta accepted the subscription of the Page but does not list this app afterwards.'
          : 'Meta accepted the subscription of the Page but does not list all of its fields afterwards.',
        { pageId, missing },
      );
    return asked;
  }

  /** One field that the Graph version in use does not have would cost all others. @returns what Meta took */
  private async askFor(pageToken: string, pageId: string, fields: readonly string[]): Promise<string[]> {
    try {
      await this.api.subscribe(pageToken, pageId, fields);
      return [...fields];
    } catch (error) {
      const allowed = error instanceof GraphRejectedError ? fieldsAllowedBy(error) : null;
      const rest = fields.filter((field) => allowed?.has(field) === true);
      if (rest.length === 0 || rest.length === fields.length) throw error;
      await this.api.subscribe(pageToken, pageId, rest);
      return rest;
    }
  }
}

/** Meta names the fields that it knows where it refuses one: `must be one of {feed, messages, …}`. */
function fieldsAllowedBy({ meta }: GraphRejectedError): ReadonlySet<string> | null {
  const list = meta?.code === 100 ? /must be one of \{([^}]*)\}/.exec(meta.message)?.[1] : undefined;
  return list === undefined ? null : new Set(list.split(',').map((name) => name.trim().toLowerCase()));
}

import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { AccountId } from '../../database/ids';
import { GraphReauthRequiredError } from '../../graph-client/graph.error';
import {
  type InsightAsset,
  type InsightReader,
  type InsightSource,
  InsightSources,
} from '../../insights/insight-source';
import { AccountsRepository } from '../accounts/accounts.repository';
import { notConnected } from '../accounts/accounts.service';
import { InstagramAccess } from '../accounts/instagram-access';
import { InstagramInsightsApi } from './instagram-insights-api';

const THROUGH_PAGE = 'instagram_manage_insights';
const BY_INSTAGRAM_LOGIN = 'instagram_business_manage_insights';

/** Reads the figures of Instagram accounts and their media. */
@Injectable()
export class InstagramInsightsSource implements InsightSource, OnModuleInit {
  readonly kind = 'instagram';

  constructor(
    private readonly sources: InsightSources,
    private readonly accounts: AccountsRepository,
    private readonly access: InstagramAccess,
    private readonly api: InstagramInsightsApi,
  ) {}

  onModuleInit(): void {
    this.sources.register(this);
  }

  async open<T>(
    { accountId, assetId, externalId }: InsightAsset,
    work: (reader: InsightReader) => Promise<T>,
  ): Promise<T> {
    const account = await this.accounts.findConnected(accountId, assetId);
    if (account === null) throw notConnected();
    await this.requirePermission(accountId, account.pageId === null ? BY_INSTAGRAM_LOGIN : THROUGH_PAGE);
    const nodeId = account.pageId === null ? 'me' : externalId;
    return this.access.with(account, (door) =>
      work({
        insights: (query) => this.api.insights(door, query),
        recent: (since) => this.api.recent(door, nodeId, since),
        find: (mediaId, timeoutMs) => this.api.find(door, mediaId, timeoutMs),
      }),
    );
  }

  /** @throws GraphReauthRequiredError when it is known that the person did not grant it */
  private async requirePermission(accountId: AccountId, needed: string): Promise<void> {
    const permissions = (await this.accounts.loginOf(accountId))?.permissions ?? [];
    if (permissions.length === 0 || permissions.includes(needed)) return;
    throw new GraphReauthRequiredError(
      `Figures of Instagram accounts need the permission ${needed}, which this account was not given. Connect the account again and allow it in Meta's dialog.`,
      {},
      needed,
    );
  }
}

import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { AccountId } from '../../database/ids';
import { GraphReauthRequiredError } from '../../graph-client/graph.error';
import {
  type InsightAsset,
  type InsightReader,
  type InsightSource,
  InsightSources,
} from '../../insights/insight-source';
import type { FacebookPageEntity } from '../entities/facebook-page.entity';
import { noSuchPage } from '../pages/page-scope';
import { PageTokens } from '../pages/page-tokens';
import { PagesRepository } from '../pages/pages.repository';
import { PageInsightsApi } from './page-insights-api';

const NEEDED_TASK = 'ANALYZE';
const NEEDED_PERMISSION = 'read_insights';

/** Reads the figures of Pages and their posts. */
@Injectable()
export class PageInsightsSource implements InsightSource, OnModuleInit {
  readonly kind = 'page';

  constructor(
    private readonly sources: InsightSources,
    private readonly pages: PagesRepository,
    private readonly tokens: PageTokens,
    private readonly api: PageInsightsApi,
    @InjectDataSource() private readonly database: DataSource,
  ) {}

  onModuleInit(): void {
    this.sources.register(this);
  }

  async open<T>(
    { accountId, externalId }: InsightAsset,
    work: (reader: InsightReader) => Promise<T>,
  ): Promise<T> {
    const page = await this.pages.findConnected(accountId, externalId);
    if (page === null) throw noSuchPage();
    requireTask(page);
    await this.requirePermission(accountId);
    return this.tokens.withToken(page, (token) =>
      work({
        insights: (query) => this.api.insights(token, query),
        recent: (since) => this.api.recentPosts(token, externalId, since),
        find: (postId, timeoutMs) => this.api.findPost(token, externalId, postId, timeoutMs),
      }),
    );
  }

  /** @throws GraphReauthRequiredError when it is known that the person did not grant it */
  private async requirePermission(accountId: AccountId): Promise<void> {
    const rows: { permissions: string[] }[] = await this.database.query(
      'SELECT permissions FROM meta_accounts WHERE id = $1 AND deleted_at IS NULL',
      [accountId],
    );
    const permissions = rows[0]?.permissions ?? [];
    if (permissions.length === 0 || permissions.includes(NEEDED_PERMISSION)) return;
    throw new GraphReauthRequiredError(
      `Figures of Pages need the permission ${NEEDED_PERMISSION}, which this account was not given. Connect the account again and allow it in Meta's dialog.`,
      {},
      NEEDED_PERMISSION,
    );
  }
}

function requireTask({ name, pageId, tasks }: FacebookPageEntity): void {
  if (tasks === null || tasks.includes(NEEDED_TASK)) return;
  throw new GraphReauthRequiredError(
    `The person who connected this account may not see the figures of the Page ${name}: the task ${NEEDED_TASK} is missing. Have it given to them in Meta Business Suite, then read the list of Pages again (GET /api/meta/facebook/pages?refresh=true).`,
    { details: { pageId, missingTasks: [NEEDED_TASK] } },
  );
}

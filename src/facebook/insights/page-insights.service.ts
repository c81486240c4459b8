import { Injectable } from '@nestjs/common';
import { AccountAmbiguousError, AccountNotFoundError, NotFoundError } from '../../errors/app.error';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { FacebookLoginAccounts } from '../../meta-auth/facebook-login-accounts.service';
import { InsightObjectsRepository } from '../../insights/insight-objects.repository';
import type { InsightReport } from '../../insights/reports/insight-report';
import { InsightReports } from '../../insights/reports/insight-reports.service';
import type { PageInsightsTableQuery } from '../dto/page-insights.dto';
import type { FacebookPageEntity } from '../entities/facebook-page.entity';
import { noSuchPage, PageScope } from '../pages/page-scope';
import { PagesRepository } from '../pages/pages.repository';

const MOST_CHOICES = 100;

/** Tells which Page or post a request for figures is about. */
@Injectable()
export class PageInsights {
  constructor(
    private readonly access: FacebookLoginAccounts,
    private readonly scope: PageScope,
    private readonly pages: PagesRepository,
    private readonly objects: InsightObjectsRepository,
    private readonly reports: InsightReports,
  ) {}

  /**
   * @throws NotFoundError for a Page or post that is none of the user's
   * @throws as `InsightReports.read`
   */
  async read(
    user: AuthenticatedUser,
    query: PageInsightsTableQuery,
    refresh: boolean,
  ): Promise<InsightReport> {
    const page = await this.pageOf(user, query);
    const asset = {
      accountId: page.accountId,
      assetId: page.id,
      kind: 'page' as const,
      externalId: page.pageId,
    };
    // What was read of a Page while it was connected can be read on.
    if (
      page.status === 'available' &&
      (await this.objects.find([page.accountId], page.pageId, page.id)) === null
    )
      throw noSuchPage();
    return this.reports.read(
      asset,
      query.postId ?? page.pageId,
      query.postId === undefined ? 'page' : 'post',
      {
        ...query.range(),
        refresh,
      },
    );
  }

  private async pageOf(
    user: AuthenticatedUser,
    { accountId, pageId, postId }: PageInsightsTableQuery,
  ): Promise<FacebookPageEntity> {
    const ref = pageId ?? postId?.split('_')[0];
    if (ref === undefined) return this.onlyPage(user, accountId);
    const { page } = await this.scope.resolve(user, ref, accountId);
    if (page === null) throw noSuchPage();
    return page;
  }

  private async onlyPage(
    user: AuthenticatedUser,
    accountId: string | undefined,
  ): Promise<FacebookPageEntity> {
    const accounts =
      accountId === undefined ? await this.access.idsOf(user) : [await this.access.resolve(user, accountId)];
    if (accounts.length === 0) throw new AccountNotFoundError();
    const connected: FacebookPageEntity[] = [];
    for (const account of accounts) connected.push(...(await this.pages.connectedOf(account)));
    const [first, second] = connected;
    if (first === undefined)
      throw new NotFoundError(
        'No Page is connected. Connect one with POST /api/meta/facebook/pages/{pageId}/connect.',
      );
    if (second !== undefined)
      throw new AccountAmbiguousError(
        'pageId',
        connected.slice(0, MOST_CHOICES).map(({ pageId: id, name }) => ({ id, name })),
      );
    return first;
  }
}

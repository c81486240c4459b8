import { Injectable } from '@nestjs/common';
import { AccountAccess } from '../../identity/account-access.service';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { InsightObjectsRepository } from '../../insights/insight-objects.repository';
import type { InsightReport } from '../../insights/reports/insight-report';
import { InsightReports } from '../../insights/reports/insight-reports.service';
import { InstagramAccountScope } from '../accounts/account-scope';
import type { InstagramInsightsTableQuery } from '../dto/instagram-insights.dto';

/** Tells which Instagram account or media a request for figures is about. */
@Injectable()
export class InstagramInsights {
  constructor(
    private readonly access: AccountAccess,
    private readonly scope: InstagramAccountScope,
    private readonly objects: InsightObjectsRepository,
    private readonly reports: InsightReports,
  ) {}

  /**
   * @throws NotFoundError for an account or media that is none of the user's
   * @throws as `InsightReports.read`
   */
  async read(
    user: AuthenticatedUser,
    query: InstagramInsightsTableQuery,
    refresh: boolean,
  ): Promise<InsightReport> {
    const account = await this.scope.resolve(
      user,
      query.accountId ?? (await this.accountOf(user, query.mediaId)),
    );
    const { accountId, id: assetId, igAccountId: externalId } = account;
    const asset = { accountId, assetId, kind: 'instagram' as const, externalId };
    const { mediaId } = query;
    return this.reports.read(
      asset,
      mediaId ?? externalId,
      mediaId === undefined ? 'ig_account' : 'ig_media',
      {
        ...query.range(),
        refresh,
      },
    );
  }

  /** Of a media that is known; of another one the request has to say it, if there are several. */
  private async accountOf(user: AuthenticatedUser, mediaId: string | undefined): Promise<string | undefined> {
    if (mediaId === undefined) return undefined;
    const found = await this.objects.find(await this.access.accountIdsOf(user.id), mediaId);
    return found?.assetId;
  }
}

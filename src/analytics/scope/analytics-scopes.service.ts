import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { CONVERSATION_PLATFORMS } from '../../conversations/conversation-types';
import type { AccountId, AssetId } from '../../database/ids';
import { NotFoundError } from '../../errors/app.error';
import { AccountAccess } from '../../identity/account-access.service';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import type { AnalyticsQuery } from '../dto/analytics-query.dto';
import { analyticsRange } from './analytics-range';
import type { AnalyticsChannel, AnalyticsScope } from './analytics-scope';

interface ChannelRow {
  id: AssetId;
  kind: AnalyticsChannel['kind'];
  external_id: string;
  name: string | null;
  is_owned: boolean;
}

export type ScopeRequest = Pick<
  AnalyticsQuery,
  'startDate' | 'endDate' | 'granularity' | 'timeZone' | 'platform' | 'channelId'
>;

/** Tells what of which account a request is about. */
@Injectable()
export class AnalyticsScopes {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly access: AccountAccess,
  ) {}

  /**
   * @throws ValidationFailedError for a range that cannot be answered
   * @throws AccountNotFoundError, AccountAmbiguousError as every route that may name an account
   * @throws NotFoundError for a channel that the account has never had
   */
  async resolve(user: AuthenticatedUser, query: AnalyticsQuery): Promise<AnalyticsScope> {
    return this.of(await this.access.resolve(user, query.accountId), query);
  }

  /** The same for an account that is known to be the user's. */
  async of(accountId: AccountId, request: ScopeRequest, now = new Date()): Promise<AnalyticsScope> {
    const range = analyticsRange(request, now);
    const wanted = request.channelId ?? [];
    const platforms = request.platform ?? [];
    const channels = wanted.length === 0 ? null : await this.channels(accountId, wanted);
    if (channels !== null && channels.length < new Set(wanted).size)
      throw new NotFoundError('There is no such number, Page or Instagram account.');
    return {
      accountId,
      platforms: platforms.length === 0 ? CONVERSATION_PLATFORMS : [...new Set(platforms)],
      channels,
      range,
    };
  }

  /** All of the account, or those with these ids; in the order in which they were connected. */
  async channels(accountId: AccountId, ids: readonly string[] | null): Promise<AnalyticsChannel[]> {
    const rows: ChannelRow[] = await this.database.query(
      `SELECT a.id, a.kind, a.meta_id AS external_id, coalesce(p.display_name, a.name) AS name,
              a.released_at IS NULL AS is_owned
         FROM assets a
         LEFT JOIN whatsapp_phone_numbers p ON p.account_id = a.account_id AND p.id = a.id
        WHERE a.account_id = $1 AND a.kind <> 'waba' AND ($2::uuid[] IS NULL OR a.id = ANY($2)) ORDER BY a.id`,
      [accountId, ids],
    );
    return rows.map((row) => ({
      id: row.id,
      kind: row.kind,
      externalId: row.external_id,
      name: row.name,
      isOwned: row.is_owned,
    }));
  }
}

import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { CampaignRecipientEntity, type RecipientState } from '../entities/campaign-recipient.entity';
import type { CampaignKey } from './campaign-imports.repository';

export interface RecipientFilter {
  states?: readonly RecipientState[];
  code?: string;
}

/** How many recipients share a state and a reason. */
export interface OutcomeGroup {
  state: RecipientState;
  code: string | null;
  title: string | null;
  count: number;
}

/** Reads the recipients of a campaign, in the order of its lists. */
@Injectable()
export class CampaignRecipientsRepository {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** Those before a place come in the list's order, too: the last ones before it. */
  async page(
    { accountId, id }: CampaignKey,
    filter: RecipientFilter,
    page: { limit: number; before?: string; after?: string },
  ): Promise<CampaignRecipientEntity[]> {
    const query = this.database.manager
      .createQueryBuilder(CampaignRecipientEntity, 'recipient')
      .where('recipient.account_id = :accountId AND recipient.campaign_id = :id', { accountId, id });
    if (filter.states !== undefined)
      query.andWhere('recipient.state = ANY(:states::text[])', { states: filter.states });
    if (filter.code !== undefined) query.andWhere('recipient.reason_code = :code', { code: filter.code });
    if (page.after !== undefined) query.andWhere('recipient.id > :after', { after: page.after });
    if (page.before !== undefined) query.andWhere('recipient.id < :before', { before: page.before });
    const order = page.before === undefined ? 'ASC' : 'DESC';
    const rows = await query.orderBy('recipient.id', order).take(page.limit).getMany();
    return order === 'ASC' ? rows : rows.reverse();
  }

  /** All of them, in pages, so that memory does not grow with the list. */
  async *all(
    key: CampaignKey,
    filter: RecipientFilter,
    pageSize: number,
  ): AsyncGenerator<CampaignRecipientEntity> {
    let after: string | undefined;
    do {
      const rows: CampaignRecipientEntity[] = await this.page(key, filter, {
        limit: pageSize,
        ...(after === undefined ? {} : { after }),
      });
      yield* rows;
      after = rows.length < pageSize ? undefined : rows.at(-1)?.id;
    } while (after !== undefined);
  }

  /** Why recipients failed, were left out or are in doubt; the commonest reason first. */
  async reasons({ accountId, id }: CampaignKey, limit: number): Promise<OutcomeGroup[]> {
    return this.database.query(
      `SELECT state, reason_code AS code, max(reason) AS title, count(*)::int AS count
         FROM campaign_recipients
        WHERE account_id = $1 AND campaign_id = $2 AND state IN ('failed', 'skipped', 'unknown')
        GROUP BY state, reason_code ORDER BY count DESC, state, reason_code LIMIT $3`,
      [accountId, id, limit],
    );
  }
}

/** What a query asks for. */
export function filterOf({
  state,
  code,
}: {
  state?: RecipientFilter['states'];
  code?: string;
}): RecipientFilter {
  return {
    ...(state === undefined || state.length === 0 ? {} : { states: state }),
    ...(code === undefined ? {} : { code }),
  };
}

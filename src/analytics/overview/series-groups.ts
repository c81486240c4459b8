import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { AccountId } from '../../database/ids';
import { titleOfError } from '../error-explanations/error-titles';
import { AgentNames } from '../response-times/agent-names.repository';
import { AnalyticsScopes } from '../scope/analytics-scopes.service';
import { channelName } from './metric-columns';
import type { SeriesGrouping } from './series-groupings';

/** What a series is about. */
export interface SeriesGroup {
  /** As figures are kept by it: an id, a code, a word; of templates `name/language`. */
  key: string;
  /** For people; null where nobody knows it any more. */
  name: string | null;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Finds out what the groups of figures are called. */
@Injectable()
export class SeriesGroups {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly scopes: AnalyticsScopes,
    private readonly agents: AgentNames,
  ) {}

  /**
   * @param names as the rollups tell them
   * @returns in the same order
   */
  async named(
    accountId: AccountId,
    grouping: SeriesGrouping,
    names: readonly string[],
  ): Promise<SeriesGroup[]> {
    const known = await this.namesOf(accountId, grouping, names);
    return names.map((name) => ({ key: name.replace('\t', '/'), name: known.get(name) ?? null }));
  }

  private async namesOf(
    accountId: AccountId,
    grouping: SeriesGrouping,
    names: readonly string[],
  ): Promise<Map<string, string | null>> {
    const ids = names.filter((name) => UUID.test(name));
    switch (grouping) {
      case 'channel': {
        const channels = await this.scopes.channels(accountId, ids);
        return new Map(channels.map((channel) => [channel.id, channelName(channel)]));
      }
      case 'agent':
        return this.agents.of(ids);
      case 'campaign':
        return this.campaignNames(accountId, ids);
      case 'error':
        return new Map(names.map((code) => [code, titleOfError(code)]));
      case 'template':
        return new Map(names.map((name) => [name, name.split('\t')[0] ?? name]));
      case 'platform':
      case 'sentiment':
      case 'price':
        return new Map(names.map((name) => [name, name]));
    }
  }

  private async campaignNames(accountId: AccountId, ids: readonly string[]): Promise<Map<string, string>> {
    const rows: { id: string; name: string }[] = await this.database.query(
      'SELECT id, name FROM campaigns WHERE account_id = $1 AND id = ANY($2::uuid[])',
      [accountId, ids],
    );
    return new Map(rows.map(({ id, name }) => [id, name]));
  }
}

import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { previousBounds } from '../../calendar/previous-bounds';
import type { ConversationPlatform } from '../../conversations/conversation-types';
import type { AccountId, AssetId } from '../../database/ids';
import { type Counter, type Counts, type CountsOf, NO_COUNTS } from '../rollups/rollup-counts';
import { RollupReader } from '../rollups/rollup-reader';
import type { AnalyticsScope } from '../scope/analytics-scope';
import { AnalyticsScopes } from '../scope/analytics-scopes.service';
import { AnalyticsDatasets } from '../tables/analytics-datasets';
import type { AnalyticsDataset, AnalyticsTable } from '../tables/analytics-table';
import {
  type CaseCounts,
  type MetricCounts,
  NO_CASES,
  NO_METRIC_COUNTS,
  addMetricCounts,
  countersOf,
} from './analytics-metrics';
import { CaseCountsRepository } from './case-counts.repository';
import { CaseCountsService } from './case-counts.service';
import { comparedFigure, comparedFigures } from './compared-figure';
import { CAMPAIGN_METRICS, OVERVIEW_METRICS, type Overview, type OverviewFigures } from './overview-figures';
import { overviewTables } from './overview-tables';

/** More lines than anybody reads; the busiest ones. */
const MOST_CHANNELS = 100;

const COUNTERS = countersOf(OVERVIEW_METRICS);
const COUNTERS_OF_CAMPAIGNS = countersOf(CAMPAIGN_METRICS);

/** Of the range and of the time before it. */
interface Pair {
  now: MetricCounts;
  before: MetricCounts;
}

@Injectable()
export class OverviewService implements AnalyticsDataset, OnModuleInit {
  readonly name = 'overview';
  readonly title = 'Overview';

  constructor(
    private readonly datasets: AnalyticsDatasets,
    private readonly scopes: AnalyticsScopes,
    private readonly rollups: RollupReader,
    private readonly cases: CaseCountsService,
    private readonly conversations: CaseCountsRepository,
    @InjectDataSource() private readonly database: DataSource,
  ) {}

  onModuleInit(): void {
    this.datasets.register(this);
  }

  async tables(scope: AnalyticsScope): Promise<AnalyticsTable[]> {
    return overviewTables(await this.read(scope));
  }

  async read(scope: AnalyticsScope): Promise<Overview> {
    const { accountId, platforms, channels, range } = scope;
    const previousFrom = previousBounds(range)[0] ?? range.from;
    const edges = [previousFrom, range.from, range.until];
    const assetIds = channels?.map(({ id }) => id) ?? null;
    const within = { accountId, platforms, assetIds };
    const [counts, campaigns, started, cases, conversations, known] = await Promise.all([
      this.rollups.periods(within, 'channel', edges, ['platform', 'asset'], COUNTERS),
      this.rollups.periods(within, 'campaign', edges, [], COUNTERS_OF_CAMPAIGNS),
      this.campaignsStarted(accountId, platforms, assetIds, edges),
      this.cases.totals(within, edges),
      this.conversations.now(within),
      channels ?? this.scopes.channels(accountId, null),
    ]);
    const [ofPlatforms, ofChannels] = [countsBy(counts, 0), countsBy(counts, 1)];
    const [campaignsBefore, campaignsNow] = [0, 1].map(
      (period) => campaigns.find((found) => found.period === period)?.counts ?? NO_COUNTS,
    );
    const byPlatform = platforms.map((platform) => ({
      platform,
      pair: pairOf(ofPlatforms.get(platform), cases.platforms.get(platform)),
    }));
    const byChannel = known
      .filter(({ id, isOwned }) => isOwned || ofChannels.has(id) || cases.channels.has(id))
      .map((channel) => ({
        channel,
        pair: pairOf(ofChannels.get(channel.id), cases.channels.get(channel.id)),
      }))
      .sort((one, other) => traffic(other.pair) - traffic(one.pair));
    return {
      scope,
      previousFrom,
      totals: figuresOf(sumOf(byPlatform.map(({ pair }) => pair))),
      campaigns: {
        started: comparedFigure(started[1] ?? 0, started[0] ?? 0),
        ...comparedFigures(
          CAMPAIGN_METRICS,
          { ...NO_COUNTS, ...campaignsNow, ...NO_CASES },
          { ...NO_COUNTS, ...campaignsBefore, ...NO_CASES },
        ),
      },
      now: conversations,
      byPlatform: byPlatform.map(({ platform, pair }) => ({ platform, figures: figuresOf(pair) })),
      byChannel: byChannel
        .slice(0, MOST_CHANNELS)
        .map(({ channel, pair }) => ({ channel, figures: figuresOf(pair) })),
      furtherChannels: Math.max(0, byChannel.length - MOST_CHANNELS),
    };
  }

  /** By the number of the time between the bounds. An account's campaigns are few. */
  private async campaignsStarted(
    accountId: AccountId,
    platforms: readonly ConversationPlatform[],
    assetIds: readonly AssetId[] | null,
    bounds: readonly Date[],
  ): Promise<number[]> {
    // All campaigns are WhatsApp's.
    if (!platforms.includes('whatsapp')) return [];
    const rows: { bucket: number; count: number }[] = await this.database.query(
      `SELECT width_bucket(started_at, $2::timestamptz[]) - 1 AS bucket, count(*)::integer AS count FROM campaigns
        WHERE account_id = $1 AND started_at >= $3 AND started_at < $4 AND ($5::uuid[] IS NULL OR asset_id = ANY($5))
        GROUP BY 1`,
      [accountId, bounds, bounds[0], bounds.at(-1), assetIds],
    );
    const started: number[] = [];
    for (const { bucket, count } of rows) started[bucket] = count;
    return started;
  }
}

type Found = Partial<CountsOf<Counter>>;

/** Of each name what was counted in the time before and in the range. @param place which of the names */
function countsBy(
  found: readonly { period: number; names: string[]; counts: Found }[],
  place: number,
): Map<string, Counts[]> {
  const sums = new Map<string, Counts[]>();
  for (const { period, names, counts } of found) {
    const name = names[place] ?? '';
    const own = sums.get(name) ?? [{ ...NO_COUNTS }, { ...NO_COUNTS }];
    sums.set(name, own);
    const sum = own[period];
    if (sum !== undefined) for (const counter of COUNTERS) sum[counter] += counts[counter] ?? 0;
  }
  return sums;
}

function pairOf(
  counts: readonly Counts[] | undefined,
  cases: ReadonlyMap<number, CaseCounts> | undefined,
): Pair {
  const [before, now] = [0, 1].map((period): MetricCounts => ({
    ...(counts?.[period] ?? NO_COUNTS),
    ...(cases?.get(period) ?? NO_CASES),
  }));
  return { now: now ?? NO_METRIC_COUNTS, before: before ?? NO_METRIC_COUNTS };
}

function sumOf(pairs: readonly Pair[]): Pair {
  const sum = { now: { ...NO_METRIC_COUNTS }, before: { ...NO_METRIC_COUNTS } };
  for (const { now, before } of pairs) {
    addMetricCounts(sum.now, now);
    addMetricCounts(sum.before, before);
  }
  return sum;
}

const figuresOf = ({ now, before }: Pair): OverviewFigures => comparedFigures(OVERVIEW_METRICS, now, before);

const traffic = ({ now }: Pair): number => now.received + now.sent + now.unsent_failed + now.comments;

import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { SentimentLabel } from '../../conversations/conversation-types';
import type { CountsOf } from '../rollups/rollup-counts';
import { RollupReader, type RollupScope, dimensionOfAll } from '../rollups/rollup-reader';
import type { AnalyticsScope } from '../scope/analytics-scope';
import { AnalyticsDatasets } from '../tables/analytics-datasets';
import type { AnalyticsDataset, AnalyticsTable } from '../tables/analytics-table';
import { type MoodCounts, NO_MOODS, addMoods, moodFigures } from './mood-figures';
import type { MoodSource, Moods, MoodsBySource } from './mood-results';
import { moodTables } from './mood-tables';

const COUNTER_OF = { messages: 'received', comments: 'comments' } as const;
const COUNTERS = ['received', 'comments'] as const;
type Counts = CountsOf<(typeof COUNTERS)[number]>;

@Injectable()
export class MoodsService implements AnalyticsDataset, OnModuleInit {
  readonly name = 'sentiment';
  readonly title = 'Sentiment';

  constructor(
    private readonly datasets: AnalyticsDatasets,
    private readonly rollups: RollupReader,
  ) {}

  onModuleInit(): void {
    this.datasets.register(this);
  }

  async tables(scope: AnalyticsScope): Promise<AnalyticsTable[]> {
    return moodTables(await this.read(scope));
  }

  async read(scope: AnalyticsScope): Promise<Moods> {
    const { accountId, platforms, channels, range } = scope;
    const assetIds = channels?.map(({ id }) => id) ?? null;
    const within: RollupScope = { accountId, platforms, assetIds, from: range.from, until: range.until };
    const ofAll = dimensionOfAll(assetIds);
    const [seriesOfAll, seriesOfMoods, all, moods] = await Promise.all([
      this.rollups.series(within, ofAll, range.bounds, undefined, COUNTERS),
      this.rollups.series(within, 'sentiment', range.bounds, 'label', COUNTERS),
      this.rollups.totalsBy(within, ofAll, 'platform', COUNTERS),
      this.rollups.periods(within, 'sentiment', [range.from, range.until], ['label', 'platform'], COUNTERS),
    ]);
    const timestamps = range.bounds.slice(0, -1);
    const points = timestamps.map((_, index) =>
      countsOf(seriesOfAll.get('')?.get(index), (label) => seriesOfMoods.get(label)?.get(index)),
    );
    const byPlatform = platforms.map((platform) => ({
      platform,
      counts: countsOf(
        all.get(platform),
        (label) => moods.find(({ names }) => names[0] === label && names[1] === platform)?.counts,
      ),
    }));
    const totals = bySource((source) =>
      byPlatform.map(({ counts }) => counts[source]).reduce(addMoods, NO_MOODS),
    );
    return {
      scope,
      totals: bySource((source) => moodFigures(totals[source])),
      timestamps,
      points: bySource((source) => points.map((point) => moodFigures(point[source]))),
      byPlatform: byPlatform.map(({ platform, counts }) => ({
        platform,
        figures: bySource((source) => moodFigures(counts[source])),
      })),
    };
  }
}

function bySource<Of>(of: (source: MoodSource | 'together') => Of): MoodsBySource<Of> {
  return { messages: of('messages'), comments: of('comments'), together: of('together') };
}

function countsOf(
  all: Counts | undefined,
  moodOf: (label: SentimentLabel) => Counts | undefined,
): MoodsBySource<MoodCounts> {
  const moods = [moodOf('positive'), moodOf('neutral'), moodOf('negative')] as const;
  const ofSource = (source: MoodSource): MoodCounts => {
    const counter = COUNTER_OF[source];
    return {
      total: all?.[counter] ?? 0,
      positive: moods[0]?.[counter] ?? 0,
      neutral: moods[1]?.[counter] ?? 0,
      negative: moods[2]?.[counter] ?? 0,
    };
  };
  const [messages, comments] = [ofSource('messages'), ofSource('comments')];
  return { messages, comments, together: addMoods(messages, comments) };
}

import { Injectable } from '@nestjs/common';
import { CONVERSATION_PLATFORMS } from '../../conversations/conversation-types';
import { type AddedUp, type WantedNames, type WantedSums, addedUp, namesIn } from '../rollups/added-up';
import { RememberedSums, type SumSource } from '../rollups/remembered-sums.service';
import type { SumColumn } from '../rollups/sum-block';
import { type StepRun, runsOf, runsOfTotals } from '../rollups/sum-steps';
import type { CaseCounts } from './analytics-metrics';
import { CaseCountsRepository, type CaseScope } from './case-counts.repository';

const COUNTERS = ['cases_opened', 'cases_closed'] as const;

type CaseSeries = Map<string, Map<number, CaseCounts>>;

/** Cases that were opened and closed, from sums that are remembered. */
@Injectable()
export class CaseCountsService {
  constructor(
    private readonly repository: CaseCountsRepository,
    private readonly remembered: RememberedSums,
  ) {}

  /**
   * Cases of the times between rising bounds, by the number of the time between them; without those where nothing happened.
   * @param group tells the series apart; without it there is one, under an empty name
   */
  async series(scope: CaseScope, bounds: readonly Date[], group?: 'platform' | 'asset'): Promise<CaseSeries> {
    const found = await this.read(scope, runsOf(bounds), {
      groups: group === undefined ? [] : [group],
      pointOf: (step) => step,
    });
    const series: CaseSeries = new Map();
    for (const { names, point, counts } of found) addTo(series, names[0] ?? '', point, counts);
    return series;
  }

  /** Cases of times that follow each other, by channel and by platform, and by the number of the time between the bounds. */
  async totals(
    scope: CaseScope,
    bounds: readonly Date[],
  ): Promise<Record<'channels' | 'platforms', CaseSeries>> {
    const { runs, periodOf } = runsOfTotals(bounds);
    const found = await this.read(scope, runs, { groups: ['platform', 'asset'], pointOf: periodOf });
    const totals: Record<'channels' | 'platforms', CaseSeries> = {
      channels: new Map(),
      platforms: new Map(),
    };
    for (const { names, point, counts } of found) {
      addTo(totals.platforms, names[0] ?? '', point, counts);
      addTo(totals.channels, names[1] ?? '', point, counts);
    }
    return totals;
  }

  private async read(
    { accountId, platforms, assetIds }: CaseScope,
    runs: readonly StepRun[],
    wanted: Pick<WantedSums<keyof CaseCounts>, 'groups' | 'pointOf'>,
  ): Promise<AddedUp<keyof CaseCounts>[]> {
    const isByAsset = assetIds !== null || wanted.groups.includes('asset');
    const columns: SumColumn[] = isByAsset ? ['platform', 'asset'] : ['platform'];
    const source: SumSource = {
      key: `cases ${columns.join(' ')}`,
      columns,
      counters: COUNTERS,
      load: (account, bounds) => this.repository.load(account, columns, bounds),
    };
    const only: WantedNames[] = [];
    if (platforms.length < CONVERSATION_PLATFORMS.length) only.push(namesIn('platform', platforms));
    if (assetIds !== null) only.push(namesIn('asset', assetIds));
    const blocks = await this.remembered.read(accountId, source, runs);
    return addedUp(blocks, { ...wanted, counters: COUNTERS, only });
  }
}

function addTo(series: CaseSeries, name: string, point: number, counts: CaseCounts): void {
  const points = series.get(name) ?? new Map<number, CaseCounts>();
  series.set(name, points);
  const sum = points.get(point);
  if (sum === undefined) points.set(point, { ...counts });
  else for (const counter of COUNTERS) sum[counter] += counts[counter];
}

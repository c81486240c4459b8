import { Injectable } from '@nestjs/common';
import { CONVERSATION_PLATFORMS, type ConversationPlatform } from '../../conversations/conversation-types';
import type { AccountId, AssetId } from '../../database/ids';
import type { RollupDimension } from '../counting/message-counters';
import { type AddedUp, type WantedNames, type WantedSums, addedUp, namesIn } from './added-up';
import { RememberedSums, type SumSource } from './remembered-sums.service';
import { COUNTERS, type Counter, type CountsOf, NO_COUNTS } from './rollup-counts';
import type { SumColumn } from './sum-block';
import { countersOfDimension, sumSet } from './sum-set';
import { type StepRun, runsOf, runsOfTotals } from './sum-steps';
import { SumsRepository } from './sums.repository';

/** Which sums are read. */
export interface RollupScope {
  accountId: AccountId;
  platforms: readonly ConversationPlatform[];
  /** null: all of the account. */
  assetIds: readonly AssetId[] | null;
  /** Inclusive; begins a quarter of an hour. */
  from: Date;
  /** Exclusive; begins a quarter of an hour. */
  until: Date;
  /** Of dimensions that have one (campaign, agent, sentiment, error, price): only this one. */
  label?: string;
  template?: { name: string; language: string | null };
  /** Only groups with these names: few series out of many. */
  only?: { group: RollupGroup; names: readonly string[] };
}

/** What totals may be told apart by. */
export type RollupGroup = SumColumn;

const MOST_GROUPS = 5_000;
/** What there is most of comes first. */
const TRAFFIC: readonly Counter[] = ['received', 'sent', 'unsent_failed', 'comments'];

/** Sums by name of the series, and by number of the point. */
type Series<Name extends Counter> = Map<string, Map<number, CountsOf<Name>>>;

/**
 * Answers questions about the figures from sums that are remembered. Totals are added up from whole months, days and what is
 * left at the end. Whoever needs few counters names them.
 */
@Injectable()
export class RollupReader {
  constructor(
    private readonly sums: SumsRepository,
    private readonly remembered: RememberedSums,
  ) {}

  /**
   * The sums of the times between rising bounds, by the number of the time between them; without those where nothing happened.
   * @param group tells the series apart; without it there is one, under an empty name
   */
  async series<Name extends Counter = Counter>(
    scope: RollupScope,
    dimension: RollupDimension,
    bounds: readonly Date[],
    group?: RollupGroup,
    counters: readonly Name[] = COUNTERS as readonly Counter[] as readonly Name[],
  ): Promise<Series<Name>> {
    const found = await this.read(scope, dimension, runsOf(bounds), {
      groups: group === undefined ? [] : [group],
      counters,
      pointOf: (step) => step,
    });
    const series: Series<Name> = new Map();
    for (const { names, point, counts } of found) {
      const name = names[0] ?? '';
      const points = series.get(name) ?? new Map<number, CountsOf<Name>>();
      series.set(name, points.set(point, counts));
    }
    return series;
  }

  async total<Name extends Counter = Counter>(
    scope: RollupScope,
    dimension: RollupDimension,
    counters: readonly Name[] = COUNTERS as readonly Counter[] as readonly Name[],
  ): Promise<CountsOf<Name>> {
    const [found] = await this.periods(scope, dimension, [scope.from, scope.until], [], counters);
    return found?.counts ?? NO_COUNTS;
  }

  /** Without those where nothing happened, most messages first (as far as counters tell), at most 5,000. */
  async totalsBy<Name extends Counter = Counter>(
    scope: RollupScope,
    dimension: RollupDimension,
    group: RollupGroup,
    counters: readonly Name[] = COUNTERS as readonly Counter[] as readonly Name[],
  ): Promise<Map<string, CountsOf<Name>>> {
    const found = await this.periods(scope, dimension, [scope.from, scope.until], [group], counters);
    const traffic = TRAFFIC.filter((name): name is Name & Counter =>
      (counters as readonly Counter[]).includes(name),
    );
    const most = (counts: CountsOf<Name>): number => traffic.reduce((sum, name) => sum + counts[name], 0);
    const sorted = found
      .map(({ names, counts }) => ({ name: names[0] ?? '', counts, most: most(counts) }))
      .sort((one, other) => other.most - one.most || (one.name < other.name ? -1 : 1));
    return new Map(sorted.slice(0, MOST_GROUPS).map(({ name, counts }) => [name, counts]));
  }

  /**
   * Totals of several times that follow each other, by the number of the time between the bounds; without those where nothing
   * happened, in no order.
   * @param groups what they are told apart by, one in the other
   */
  async periods<Name extends Counter>(
    scope: Omit<RollupScope, 'from' | 'until'>,
    dimension: RollupDimension,
    bounds: readonly Date[],
    groups: readonly RollupGroup[],
    counters: readonly Name[],
  ): Promise<{ period: number; names: string[]; counts: CountsOf<Name> }[]> {
    const { runs, periodOf } = runsOfTotals(bounds);
    const found = await this.read(scope, dimension, runs, {
      groups,
      counters,
      pointOf: periodOf,
    });
    return found.map(({ point, names, counts }) => ({ period: point, names, counts }));
  }

  private async read<Name extends Counter>(
    { accountId, platforms, assetIds, label, template, only: chosen }: Omit<RollupScope, 'from' | 'until'>,
    dimension: RollupDimension,
    runs: readonly StepRun[],
    wanted: Omit<WantedSums<Name>, 'only'>,
  ): Promise<AddedUp<Name>[]> {
    const only: WantedNames[] = [];
    if (platforms.length < CONVERSATION_PLATFORMS.length) only.push(namesIn('platform', platforms));
    // Sums over all assets have none.
    if (assetIds !== null && dimension !== 'account') only.push(namesIn('asset', assetIds));
    if (label !== undefined) only.push(namesIn('label', [label]));
    if (template !== undefined) {
      const { name, language } = template;
      const isWanted = (key: string): boolean =>
        language === null ? key.startsWith(`${name}\t`) : key === `${name}\t${language}`;
      only.push({ column: 'template', isWanted });
    }
    if (chosen !== undefined) only.push(namesIn(chosen.group, chosen.names));
    const set = sumSet(dimension, [...wanted.groups, ...only.map(({ column }) => column)]);
    const source: SumSource = {
      key: `${dimension} ${set.columns.join(' ')}`,
      columns: set.columns,
      counters: countersOfDimension(dimension),
      load: (account, bounds) => this.sums.load(account, set, bounds),
    };
    return addedUp(await this.remembered.read(accountId, source, runs), { ...wanted, only });
  }
}

/** Which dimension tells all messages of a scope: the sums over all channels, unless some are named. */
export function dimensionOfAll(assetIds: readonly AssetId[] | null): 'account' | 'channel' {
  return assetIds === null ? 'account' : 'channel';
}

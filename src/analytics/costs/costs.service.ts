import { Injectable } from '@nestjs/common';
import type { AssetId } from '../../database/ids';
import type { MetaFigureAccount, MetaNumber } from '../../whatsapp/meta-figures/meta-coverage';
import { MetaCoverageRepository } from '../../whatsapp/meta-figures/meta-coverage.repository';
import {
  type MetaPointRow,
  type MetaSumRow,
  type MetaSumScope,
  MetaSumsRepository,
  type TotalsBy,
} from '../../whatsapp/meta-figures/meta-sums.repository';
import { NO_COUNTS } from '../rollups/rollup-counts';
import { RollupReader, dimensionOfAll } from '../rollups/rollup-reader';
import type { AnalyticsRange } from '../scope/analytics-range';
import type { AnalyticsScope } from '../scope/analytics-scope';
import {
  type CostFigure,
  OUR_COUNTERS,
  type OurCounts,
  addMeta,
  addOurs,
  costFigure,
  priceKey,
  priceOf,
} from './cost-figures';
import { groupedBy, spansOf } from './grouping';
import { type MetaPart, partsOf, reachOf } from './meta-reach';
import type { CostPoint, Costs, CurrencyCosts, NumberCosts, PriceCosts } from './costs';

/** What of Meta's side a scope means. */
interface Reading {
  scope: AnalyticsScope;
  numbers: MetaNumber[];
  accounts: MetaFigureAccount[];
  metaScope: MetaSumScope;
  isChosen: boolean;
}

/** What messages cost: ours and Meta's figures beside each other. */
@Injectable()
export class CostsService {
  constructor(
    private readonly rollups: RollupReader,
    private readonly sums: MetaSumsRepository,
    private readonly coverage: MetaCoverageRepository,
  ) {}

  async read(scope: AnalyticsScope): Promise<Costs> {
    const reading = await this.reading(scope);
    const { metaScope, accounts } = reading;
    if (accounts.length === 0) return { range: scope.range, currencies: [], accounts: [] };
    const views: TotalsBy[] = ['total', 'number', ...(reading.isChosen ? [] : ['country' as const])];
    const [{ total: totals, number: byNumber, country }, series] = await Promise.all([
      this.sums.totals('pricing', metaScope, views),
      this.sums.series('pricing', metaScope, scope.range.bounds),
    ]);
    const byCountry = reading.isChosen ? null : country;
    const currencies = new Set<string | null>([
      ...accounts.map(({ currency }) => currency),
      ...totals.map(({ currency }) => currency),
    ]);
    const answers: CurrencyCosts[] = [];
    for (const currency of currencies) {
      const of = <Row extends MetaSumRow>(rows: readonly Row[]): Row[] =>
        rows.filter((row) => row.currency === currency);
      answers.push(
        await this.ofCurrency(reading, currency, {
          totals: of(totals),
          series: of(series),
          byNumber: of(byNumber),
          byCountry: byCountry === null ? null : of(byCountry),
        }),
      );
    }
    return { range: scope.range, currencies: answers, accounts };
  }

  private async reading(scope: AnalyticsScope): Promise<Reading> {
    const isMeant = scope.platforms.includes('whatsapp');
    const [numbers, accounts] = isMeant
      ? await Promise.all([this.coverage.numbers(scope.accountId), this.coverage.accounts(scope.accountId)])
      : [[], []];
    const { channels } = scope;
    const chosen =
      channels === null ? numbers : numbers.filter((number) => channels.some(({ id }) => id === number.id));
    const wabaIds =
      channels === null ? accounts.map(({ id }) => id) : [...new Set(chosen.map(({ wabaId }) => wabaId))];
    return {
      scope,
      numbers: chosen,
      accounts: accounts.filter(({ id }) => wabaIds.includes(id)),
      isChosen: channels !== null,
      metaScope: {
        accountId: scope.accountId,
        wabaIds,
        phoneNumbers: channels === null ? null : chosen.map(({ digits }) => digits),
        from: scope.range.from,
        until: scope.range.until,
      },
    };
  }

  private async ofCurrency(
    { scope, numbers, accounts }: Reading,
    currency: string | null,
    meta: {
      totals: MetaSumRow[];
      series: MetaPointRow[];
      byNumber: MetaSumRow[];
      byCountry: MetaSumRow[] | null;
    },
  ): Promise<CurrencyCosts> {
    const now = new Date();
    const { range } = scope;
    const own = accounts.filter((account) => account.currency === currency);
    const parts = partsOf(own.length > 0 ? own : accounts, 'pricing');
    const mine = numbers.filter((number) => number.currency === currency);
    const isAll = scope.channels === null && mine.length === numbers.length;
    const ours = await this.ours(
      scope,
      mine.map(({ id }) => id),
      isAll,
    );
    const whole = reachOf(parts, range, now);
    const spans = spansOf(range).map((span) => ({ ...span, reach: reachOf(parts, span, now) }));
    const pointsOf = (
      counts: readonly ReadonlyMap<number, OurCounts>[],
      rows: readonly MetaPointRow[],
    ): CostPoint[] => {
      const told = groupedBy(rows, ({ bucket }) => bucket);
      return spans.map(({ from, reach }, bucket) => {
        const ours = { sent: 0, sent_billable: 0 };
        for (const each of counts) {
          const own = each.get(bucket);
          if (own === undefined) continue;
          ours.sent += own.sent;
          ours.sent_billable += own.sent_billable;
        }
        const ofMeta = told.get(bucket);
        return {
          timestamp: from,
          ...costFigure(ours, ofMeta === undefined ? undefined : addMeta(ofMeta), reach),
        };
      });
    };
    const told = groupedBy(meta.totals, keyOf);
    const toldPoints = groupedBy(meta.series, keyOf);
    const prices = [...new Set([...ours.byPrice.keys(), ...told.keys()])].map((key): PriceCosts => ({
      ...priceOf(key),
      ...costFigure(addOurs(ours.byPrice.get(key) ?? []), addMeta(told.get(key) ?? []), whole),
      points: pointsOf(ours.series.get(key) ?? [], toldPoints.get(key) ?? []),
    }));
    const priced = addOurs([...ours.byPrice.values()].flat());
    return {
      currency,
      totals: costFigure(priced, addMeta(meta.totals), whole),
      sentWithoutPrice: Math.max(0, ours.sent - priced.sent),
      prices: prices.sort(dearestFirst),
      points: pointsOf([...ours.series.values()].flat(), meta.series),
      numbers: this.byNumber(mine, ours.byAsset, meta.byNumber, parts, range, now),
      countries:
        meta.byCountry === null
          ? null
          : [...groupedBy(meta.byCountry, ({ country }) => country)].map(([country, rows]) => ({
              country: country === '' ? null : country,
              ...costFigure(null, addMeta(rows), whole),
            })),
    };
  }

  /** @param isAll whether there are no other numbers: what is added up over all of them is read then */
  private async ours(scope: AnalyticsScope, assetIds: AssetId[], isAll: boolean): Promise<OurCosts> {
    const none: OurCosts = { byPrice: new Map(), series: new Map(), byAsset: new Map(), sent: 0 };
    if (assetIds.length === 0) return none;
    const { from, until, bounds } = scope.range;
    const asked = { accountId: scope.accountId, platforms: ['whatsapp'] as const, assetIds, from, until };
    const together = isAll ? { ...asked, assetIds: null } : asked;
    const [totals, series, byAsset, all] = await Promise.all([
      this.rollups.totalsBy(together, 'price', 'label', OUR_COUNTERS),
      this.rollups.series(together, 'price', bounds, 'label', OUR_COUNTERS),
      this.rollups.totalsBy(asked, 'price', 'asset', OUR_COUNTERS),
      this.rollups.total(together, dimensionOfAll(together.assetIds), ['sent']),
    ]);
    return {
      byPrice: valuesBy(totals, labelKey),
      series: valuesBy(series, labelKey),
      byAsset,
      sent: all.sent,
    };
  }

  private byNumber(
    numbers: readonly MetaNumber[],
    ours: ReadonlyMap<string, OurCounts>,
    rows: readonly MetaSumRow[],
    parts: readonly MetaPart[],
    range: AnalyticsRange,
    now: Date,
  ): NumberCosts[] {
    const told = groupedBy(rows, ({ phoneNumber }) => phoneNumber);
    const known = numbers.map((number): NumberCosts => {
      const own = parts.filter(({ account }) => account.id === number.wabaId);
      return {
        number,
        phoneNumber: number.digits === '' ? null : number.digits,
        ...costFigure(
          ours.get(number.id) ?? NO_COUNTS,
          addMeta(told.get(number.digits) ?? []),
          reachOf(own, range, now),
        ),
      };
    });
    const digits = new Set(numbers.map((number) => number.digits));
    const others = [...told]
      .filter(([phoneNumber]) => !digits.has(phoneNumber))
      .map(([phoneNumber, all]): NumberCosts => ({
        number: null,
        phoneNumber: phoneNumber === '' ? null : phoneNumber,
        ...costFigure(null, addMeta(all), reachOf(parts, range, now)),
      }));
    return [...known, ...others].sort(dearestFirst);
  }
}

interface OurCosts {
  byPrice: Map<string, OurCounts[]>;
  series: Map<string, Map<number, OurCounts>[]>;
  byAsset: ReadonlyMap<string, OurCounts>;
  sent: number;
}

function keyOf({ category, type }: Pick<MetaSumRow, 'category' | 'type'>): string {
  return priceKey(category, type);
}

function labelKey(label: string): string {
  const [category = '', type = ''] = label.split('/');
  return priceKey(category, type);
}

function dearestFirst(one: CostFigure, other: CostFigure): number {
  return (other.cost ?? -1) - (one.cost ?? -1) || (other.sent ?? 0) - (one.sent ?? 0);
}

/** Two words of Meta's for one price have one key. */
function valuesBy<Value>(
  values: ReadonlyMap<string, Value>,
  key: (name: string) => string,
): Map<string, Value[]> {
  return new Map(
    [...groupedBy(values, ([name]) => key(name))].map(([name, entries]) => [
      name,
      entries.map(([, value]) => value),
    ]),
  );
}

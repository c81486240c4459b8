import { Injectable } from '@nestjs/common';
import type { AssetId } from '../../database/ids';
import type { MetaFigureAccount, MetaNumber } from '../../whatsapp/meta-figures/meta-coverage';
import { MetaCoverageRepository } from '../../whatsapp/meta-figures/meta-coverage.repository';
import { type MetaSumScope, MetaSumsRepository } from '../../whatsapp/meta-figures/meta-sums.repository';
import {
  type MetaTemplateFigure,
  MetaTemplateFigures,
  type MetaTemplatePoint,
} from '../../whatsapp/meta-figures/meta-template-figures';
import { type Counts, NO_COUNTS } from '../rollups/rollup-counts';
import { RollupReader, type RollupScope } from '../rollups/rollup-reader';
import type { AnalyticsScope } from '../scope/analytics-scope';
import { compared, differenceReasons, gapReasons, known } from './difference-reasons';
import { groupedBy, spansOf } from './grouping';
import { type MetaPart, type TimeSpan, partsOf, reachOf } from './meta-reach';
import type { DifferenceReport, Differences, NumberDifferences, TemplateDifferences } from './differences';

/** Numbers or templates times points: more are not told by time. */
const MOST_POINTS = 4_000;
const MOST_TEMPLATES = 500;
const DAY_MS = 86_400_000;

interface MetaCounts {
  sent: number | null;
  delivered: number | null;
  read: number | null;
}

/** Our figures of WhatsApp beside Meta's, with what is known of why they differ. */
@Injectable()
export class DifferencesService {
  constructor(
    private readonly rollups: RollupReader,
    private readonly sums: MetaSumsRepository,
    private readonly templates: MetaTemplateFigures,
    private readonly coverage: MetaCoverageRepository,
  ) {}

  async read(scope: AnalyticsScope): Promise<DifferenceReport> {
    const { accountId, channels, range } = scope;
    if (!scope.platforms.includes('whatsapp')) return { range, numbers: [], templates: [], accounts: [] };
    const [all, allAccounts] = await Promise.all([
      this.coverage.numbers(accountId),
      this.coverage.accounts(accountId),
    ]);
    const numbers = all.filter(
      ({ id }) => channels === null || channels.some((channel) => channel.id === id),
    );
    const accounts = allAccounts.filter(
      ({ id }) => channels === null || numbers.some(({ wabaId }) => wabaId === id),
    );
    const [ofNumbers, ofTemplates] = await Promise.all([
      numbers.length === 0 ? [] : this.ofNumbers(scope, numbers, accounts),
      accounts.length === 0 ? [] : this.ofTemplates(scope, accounts, channels === null ? null : numbers),
    ]);
    return { range, numbers: ofNumbers, templates: ofTemplates, accounts };
  }

  private async ofNumbers(
    scope: AnalyticsScope,
    numbers: readonly MetaNumber[],
    accounts: readonly MetaFigureAccount[],
  ): Promise<NumberDifferences[]> {
    const now = new Date();
    const { range } = scope;
    const spans = spansOf(range);
    const ours = ourScope(
      scope,
      numbers.map(({ id }) => id),
    );
    const meta: MetaSumScope = {
      accountId: scope.accountId,
      wabaIds: accounts.map(({ id }) => id),
      phoneNumbers: numbers.map(({ digits }) => digits),
      from: range.from,
      until: range.until,
    };
    const told = numbers.slice(0, Math.floor(MOST_POINTS / spans.length));
    const detailed = new Set(told.map(({ id }) => id));
    const [ourTotals, ourSeries, metaTotals, metaSeries] = await Promise.all([
      this.rollups.totalsBy(ours, 'channel', 'asset'),
      this.rollups.series({ ...ours, assetIds: [...detailed] }, 'channel', range.bounds, 'asset'),
      this.sums.totals('analytics', meta, ['number']),
      this.sums.series(
        'analytics',
        { ...meta, phoneNumbers: told.map(({ digits }) => digits) },
        range.bounds,
        'number',
      ),
    ]);
    const totals = new Map(metaTotals.number.map((row) => [row.phoneNumber, row]));
    const series = groupedBy(metaSeries, ({ phoneNumber }) => phoneNumber);
    return numbers.map((number) => {
      const parts = partsOf(
        accounts.filter(({ id }) => id === number.wabaId),
        'analytics',
        number.digits,
      );
      const points = new Map((series.get(number.digits) ?? []).map((row) => [row.bucket, row]));
      const of = (span: TimeSpan, counts: Counts, row: MetaCounts | undefined): Differences =>
        this.differences({ parts, span, now, counts, row, countsReads: false, hasOtherDays: false });
      return {
        number,
        ...of(range, ourTotals.get(number.id) ?? NO_COUNTS, withoutReads(totals.get(number.digits))),
        points: detailed.has(number.id)
          ? spans.map((span, bucket) => ({
              timestamp: span.from,
              ...of(
                span,
                ourSeries.get(number.id)?.get(bucket) ?? NO_COUNTS,
                withoutReads(points.get(bucket)),
              ),
            }))
          : null,
      };
    });
  }

  private async ofTemplates(
    scope: AnalyticsScope,
    accounts: readonly MetaFigureAccount[],
    numbers: readonly MetaNumber[] | null,
  ): Promise<TemplateDifferences[]> {
    const now = new Date();
    const { range } = scope;
    const spans = spansOf(range);
    const assetIds = numbers?.map(({ id }) => id) ?? null;
    const ours = ourScope(scope, assetIds);
    const meta = { accountId: scope.accountId, from: range.from, until: range.until, assetIds };
    const [ourTotals, metaTotals] = await Promise.all([
      this.rollups.totalsBy(ours, 'template', 'template'),
      this.templates.totals(meta),
    ]);
    const keys = mostSent(ourTotals, metaTotals).slice(0, MOST_TEMPLATES);
    const detailed = new Set(keys.slice(0, Math.floor(MOST_POINTS / spans.length)));
    const [ourSeries, metaSeries] =
      detailed.size === 0
        ? [new Map<string, Map<number, Counts>>(), new Map<string, MetaTemplatePoint[]>()]
        : await Promise.all([
            this.rollups.series(
              { ...ours, only: { group: 'template', names: [...detailed] } },
              'template',
              range.bounds,
              'template',
            ),
            this.templates.series(meta, range.bounds),
          ]);
    const parts = partsOf(accounts, 'template');
    const hasOtherDays = range.bounds.some((bound) => bound.getTime() % DAY_MS !== 0);
    return keys.map((key) => {
      const [name = '', language = ''] = key.split('\t');
      const points = new Map((metaSeries.get(key) ?? []).map((row) => [row.bucket, row]));
      const of = (span: TimeSpan, counts: Counts, row: MetaCounts | undefined): Differences =>
        this.differences({ parts, span, now, counts, row, countsReads: true, hasOtherDays });
      return {
        name,
        language,
        ...of(range, ourTotals.get(key) ?? NO_COUNTS, metaTotals.get(key)),
        points: detailed.has(key)
          ? spans.map((span, bucket) => ({
              timestamp: span.from,
              ...of(span, ourSeries.get(key)?.get(bucket) ?? NO_COUNTS, points.get(bucket)),
            }))
          : null,
      };
    });
  }

  private differences(about: {
    parts: readonly MetaPart[];
    span: TimeSpan;
    now: Date;
    counts: Counts;
    row: MetaCounts | undefined;
    countsReads: boolean;
    hasOtherDays: boolean;
  }): Differences {
    const { parts, span, now, counts, row, countsReads, hasOtherDays } = about;
    const reach = reachOf(parts, span, now);
    const sent = compared(counts.sent, known(row?.sent, reach));
    const delivered = compared(counts.delivered, known(row?.delivered, reach));
    const read = compared(counts.read, countsReads ? known(row?.read, reach) : null);
    const gaps = gapReasons(parts, span, now);
    const reasons = differenceReasons(countsReads ? [sent, delivered, read] : [sent, delivered], {
      gaps,
      span,
      now,
      hasOtherDays,
    });
    return {
      sent,
      delivered,
      read,
      reasons: countsReads || counts.read === 0 ? reasons : [...reasons, 'not_counted_by_meta'],
      isComplete: reach === 'full',
    };
  }
}

function ourScope({ accountId, range }: AnalyticsScope, assetIds: AssetId[] | null): RollupScope {
  return { accountId, platforms: ['whatsapp'], assetIds, from: range.from, until: range.until };
}

function withoutReads(
  row: { sent: number | null; delivered: number | null } | undefined,
): MetaCounts | undefined {
  return row === undefined ? undefined : { sent: row.sent, delivered: row.delivered, read: null };
}

/** Templates of either side, the one first of which most were sent. */
function mostSent(
  ours: ReadonlyMap<string, Counts>,
  meta: ReadonlyMap<string, MetaTemplateFigure>,
): string[] {
  const sentOf = (key: string): number => Math.max(ours.get(key)?.sent ?? 0, meta.get(key)?.sent ?? 0);
  // Messages that are no template stand under an empty name.
  return [...new Set([...ours.keys(), ...meta.keys()])]
    .filter((key) => !key.startsWith('\t'))
    .sort((one, other) => sentOf(other) - sentOf(one) || (one < other ? -1 : 1));
}

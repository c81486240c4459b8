import { Injectable, type OnModuleInit } from '@nestjs/common';
import {
  MetaTemplateFigures,
  type MetaTemplateFigure,
} from '../../whatsapp/meta-figures/meta-template-figures';
import { compared } from '../costs/difference-reasons';
import { titleOfError } from '../error-explanations/error-titles';
import { durationScope } from '../response-times/response-times.service';
import { NO_COUNTS } from '../rollups/rollup-counts';
import { RollupReader, type RollupScope } from '../rollups/rollup-reader';
import type { AnalyticsScope } from '../scope/analytics-scope';
import { AnalyticsDatasets } from '../tables/analytics-datasets';
import type { AnalyticsDataset, AnalyticsTable } from '../tables/analytics-table';
import { FUNNEL_COUNTERS, type Funnel, funnelOf } from './funnel-figures';
import type {
  MetaTemplateComparison,
  TemplateChoice,
  TemplateFunnel,
  TemplateFunnels,
} from './funnel-results';
import { TemplateParts } from './template-parts.service';
import { templateTables } from './template-tables';

const MOST_TEMPLATES = 1_000;

@Injectable()
export class TemplateFunnelsService implements AnalyticsDataset, OnModuleInit {
  readonly name = 'templates';
  readonly title = 'Templates';

  constructor(
    private readonly datasets: AnalyticsDatasets,
    private readonly rollups: RollupReader,
    private readonly parts: TemplateParts,
    private readonly metaFigures: MetaTemplateFigures,
  ) {}

  onModuleInit(): void {
    this.datasets.register(this);
  }

  async tables(scope: AnalyticsScope, template?: TemplateChoice): Promise<AnalyticsTable[]> {
    return templateTables(await this.read(scope, template));
  }

  /** The most sent first, then those that only Meta knows of. */
  async read(scope: AnalyticsScope, template?: TemplateChoice): Promise<TemplateFunnels> {
    const rollupScope: RollupScope = {
      ...durationScope(scope),
      from: scope.range.from,
      until: scope.range.until,
      ...(template === undefined ? {} : { template }),
    };
    const [counts, errors, prices, meta] = await Promise.all([
      this.rollups.totalsBy(rollupScope, 'template', 'template', FUNNEL_COUNTERS),
      this.parts.errors(rollupScope),
      this.parts.prices(rollupScope),
      this.metaFiguresOf(scope, template),
    ]);
    const keys = [...new Set([...counts.keys(), ...meta.keys()])];
    const templates = keys.slice(0, MOST_TEMPLATES).map((key): TemplateFunnel => {
      const [name = '', language = ''] = key.split('\t');
      const funnel = funnelOf(counts.get(key) ?? NO_COUNTS);
      return {
        name,
        language,
        ...funnel,
        errors: (errors.get(key) ?? []).map((error) => ({ ...error, title: titleOfError(error.code) })),
        prices: prices.get(key) ?? [],
        meta: comparisonOf(funnel, meta.get(key)),
      };
    });
    return { templates, furtherTemplates: keys.length - templates.length };
  }

  private async metaFiguresOf(
    { accountId, platforms, channels, range }: AnalyticsScope,
    template: TemplateChoice | undefined,
  ): Promise<Map<string, MetaTemplateFigure>> {
    if (!platforms.includes('whatsapp')) return new Map();
    return this.metaFigures.totals({
      accountId,
      from: range.from,
      until: range.until,
      assetIds: channels?.map(({ id }) => id) ?? null,
      ...(template === undefined ? {} : { name: template.name }),
      ...(template?.language === undefined || template.language === null
        ? {}
        : { language: template.language }),
    });
  }
}

export function comparisonOf(
  ours: Pick<Funnel, 'sent' | 'delivered' | 'read'>,
  meta: MetaTemplateFigure | undefined,
): MetaTemplateComparison | null {
  if (meta === undefined) return null;
  const { sent, delivered, read, clicks, clicked, cost, currency, firstDayAt, lastDayEndsAt } = meta;
  return {
    sent,
    delivered,
    read,
    clicks,
    clicked,
    cost,
    currency,
    firstDayAt,
    lastDayEndsAt,
    difference: {
      sent: compared(ours.sent, sent).difference,
      delivered: compared(ours.delivered, delivered).difference,
      read: compared(ours.read, read).difference,
    },
  };
}

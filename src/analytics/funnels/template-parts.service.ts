import { Injectable } from '@nestjs/common';
import { RollupReader, type RollupScope } from '../rollups/rollup-reader';
import type { TemplateErrorCount, TemplatePriceCount } from './funnel-results';

interface Part {
  label: string;
  count: number;
  billable: number;
}

const MOST_CODES = 5;
/** Meta has some five categories and three types. */
const MOST_PRICES = 20;

/** What templates failed with, and what they are priced as. By name and language with a tabulator between them. */
@Injectable()
export class TemplateParts {
  constructor(private readonly rollups: RollupReader) {}

  /** Of each template the five codes with the most failures of the range, the most first. */
  async errors(scope: RollupScope): Promise<Map<string, TemplateErrorCount[]>> {
    return this.parts(scope, 'error', MOST_CODES, ({ label: code, count }) => ({ code, count }));
  }

  async prices(scope: RollupScope): Promise<Map<string, TemplatePriceCount[]>> {
    return this.parts(scope, 'price', MOST_PRICES, ({ label, count, billable }) => {
      const [category = '', type = ''] = label.split('/');
      return { category, type, count, billable };
    });
  }

  private async parts<Told>(
    scope: RollupScope,
    dimension: 'error' | 'price',
    most: number,
    toldOf: (part: Part) => Told,
  ): Promise<Map<string, Told[]>> {
    const found = await this.rollups.periods(
      scope,
      dimension,
      [scope.from, scope.until],
      ['template', 'label'],
      ['failed', 'sent', 'sent_billable'],
    );
    const parts = new Map<string, Part[]>();
    for (const { names, counts } of found) {
      const [template = '', label = ''] = names;
      const count = dimension === 'error' ? counts.failed : counts.sent;
      if (count <= 0) continue;
      const own = parts.get(template) ?? [];
      own.push({ label, count, billable: counts.sent_billable });
      parts.set(template, own);
    }
    return new Map(
      [...parts].map(([template, own]) => [template, own.sort(mostFirst).slice(0, most).map(toldOf)]),
    );
  }
}

function mostFirst(one: Part, other: Part): number {
  return other.count - one.count || (one.label < other.label ? -1 : 1);
}

import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { AccountId, AssetId } from '../../database/ids';
import type { MetaClick } from './meta-figure';

/** What is asked about templates. */
export interface MetaTemplateScope {
  accountId: AccountId;
  /** Days of Meta's that begin in the range are counted. */
  from: Date;
  until: Date;
  /** Left out: all. */
  name?: string;
  language?: string;
  /** Our ids of numbers: only templates of the WhatsApp Business Accounts that have them; null: all. */
  assetIds?: readonly AssetId[] | null;
}

/** What Meta counted of a template in a range. Counts are null where Meta told none. */
export interface MetaTemplateFigure {
  name: string;
  language: string;
  sent: number | null;
  delivered: number | null;
  read: number | null;
  /** Taps on all buttons, links among them; null where Meta told none. Meta does not count them in the EU and the UK. */
  clicks: number | null;
  /** By button. */
  clicked: MetaClick[];
  /** What Meta charged; null where it did not tell. In `currency`. */
  cost: number | null;
  /** null while unknown, and where templates of one name cost different currencies: then `cost` is null, too. */
  currency: string | null;
  /** The first and the last day that Meta told of, in the range. */
  firstDayAt: Date;
  lastDayEndsAt: Date;
}

/** Counts of a template in the time between two bounds, by the number of that time. */
export interface MetaTemplatePoint {
  bucket: number;
  sent: number | null;
  delivered: number | null;
  read: number | null;
}

interface FigureRow {
  name: string;
  language: string;
  sent: number | null;
  delivered: number | null;
  read: number | null;
  clicks: number | null;
  clicked: MetaClick[][] | null;
  cost: number | null;
  currency: string | null;
  currencies: string;
  first_day_at: Date;
  last_day_ends_at: Date;
}

const MOST_TEMPLATES = 5_000;

// Meta's id stays with a template that was deleted and made anew under a new one.
const TEMPLATE = `JOIN (SELECT DISTINCT ON (waba_id, template_id) waba_id, template_id, name, language
                 FROM whatsapp_templates WHERE account_id = $1
                ORDER BY waba_id, template_id, created_at DESC) AS t
           ON t.waba_id = f.waba_id AND t.template_id = f.template_id`;

const WHERE = `WHERE f.account_id = $1 AND f.kind = 'template' AND f.view = 'detail' AND f.granularity = 'day'
          AND f.waba_id = ANY(ARRAY(
                SELECT w.id FROM whatsapp_business_accounts w
                 WHERE w.account_id = $1
                   AND ($4::uuid[] IS NULL OR EXISTS (
                         SELECT FROM whatsapp_phone_numbers n
                          WHERE n.account_id = $1 AND n.whatsapp_business_account_id = w.id AND n.id = ANY($4)))))
          AND f.start_at >= $2 AND f.start_at < $3
          AND ($5::text IS NULL OR t.name = $5) AND ($6::text IS NULL OR t.language = $6)`;

/** Name and language as keys of maps have them, with a tabulator between. */
export function templateKey({ name, language }: { name: string; language: string }): string {
  return `${name}\t${language}`;
}

/** Reads what is stored of Meta's figures about templates; asks Meta nothing. */
@Injectable()
export class MetaTemplateFigures {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** In all, by `templateKey`; without templates that Meta told nothing of. */
  async totals(scope: MetaTemplateScope): Promise<Map<string, MetaTemplateFigure>> {
    const rows: FigureRow[] = await this.database.query(
      `SELECT t.name, t.language, sum(f.sent)::float8 AS sent, sum(f.delivered)::float8 AS delivered,
              sum(f.read)::float8 AS read, sum(f.clicks)::float8 AS clicks,
              jsonb_agg(f.clicked) FILTER (WHERE f.clicked IS NOT NULL) AS clicked, sum(f.cost)::float8 AS cost,
              max(f.currency) AS currency, count(DISTINCT f.currency) AS currencies,
              min(f.start_at) AS first_day_at, max(f.end_at) AS last_day_ends_at
         FROM whatsapp_meta_figures f
         ${TEMPLATE}
        ${WHERE}
        GROUP BY t.name, t.language ORDER BY sum(f.sent) DESC NULLS LAST, t.name, t.language LIMIT ${MOST_TEMPLATES}`,
      parametersOf(scope),
    );
    return new Map(rows.map((row) => [templateKey(row), figureOf(row)]));
  }

  /**
   * The counts of the times between rising bounds, by `templateKey`; without times of which Meta told nothing. A day of Meta's
   * belongs to where it begins.
   */
  async series(scope: MetaTemplateScope, bounds: readonly Date[]): Promise<Map<string, MetaTemplatePoint[]>> {
    const rows: (MetaTemplatePoint & { name: string; language: string })[] = await this.database.query(
      `SELECT t.name, t.language, width_bucket(f.start_at, $7::timestamptz[]) - 1 AS bucket,
              sum(f.sent)::float8 AS sent, sum(f.delivered)::float8 AS delivered, sum(f.read)::float8 AS read
         FROM whatsapp_meta_figures f
         ${TEMPLATE}
        ${WHERE}
        GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
      [...parametersOf(scope), bounds],
    );
    const series = new Map<string, MetaTemplatePoint[]>();
    for (const { name, language, ...point } of rows) {
      const key = templateKey({ name, language });
      const known = series.get(key);
      if (known === undefined) series.set(key, [point]);
      else known.push(point);
    }
    return series;
  }
}

function parametersOf(scope: MetaTemplateScope): unknown[] {
  return [
    scope.accountId,
    scope.from,
    scope.until,
    scope.assetIds ?? null,
    scope.name ?? null,
    scope.language ?? null,
  ];
}

function figureOf(row: FigureRow): MetaTemplateFigure {
  const isOneCurrency = Number(row.currencies) <= 1;
  return {
    name: row.name,
    language: row.language,
    sent: row.sent,
    delivered: row.delivered,
    read: row.read,
    clicks: row.clicks,
    clicked: clicksByButton((row.clicked ?? []).flat()),
    cost: isOneCurrency ? row.cost : null,
    currency: isOneCurrency ? row.currency : null,
    firstDayAt: row.first_day_at,
    lastDayEndsAt: row.last_day_ends_at,
  };
}

/** Those of several days added up, most first. */
export function clicksByButton(clicks: readonly MetaClick[]): MetaClick[] {
  const byButton = new Map<string, MetaClick>();
  for (const { type, button, count } of clicks) {
    const key = JSON.stringify([type, button]);
    const known = byButton.get(key);
    byButton.set(key, { type, button, count: (known?.count ?? 0) + count });
  }
  return [...byButton.values()].sort((one, other) => other.count - one.count);
}

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
         -- Meta's id stays with a template that was deleted and made anew under a new one.
         JOIN LATERAL (SELECT name, language FROM whatsapp_templates t
                        WHERE t.account_id = f.account_id AND t.waba_id = f.waba_id AND t.template_id = f.template_id
                        ORDER BY t.created_at DESC LIMIT 1) AS t ON true
        WHERE f.account_id = $1 AND f.kind = 'template' AND f.view = 'detail' AND f.granularity = 'day'
          AND f.waba_id = ANY(ARRAY(
                SELECT w.id FROM whatsapp_business_accounts w
                 WHERE w.account_id = $1
                   AND ($4::uuid[] IS NULL OR EXISTS (
                         SELECT FROM whatsapp_phone_numbers n
                          WHERE n.account_id = $1 AND n.whatsapp_business_account_id = w.id AND n.id = ANY($4)))))
          AND f.start_at >= $2 AND f.start_at < $3
          AND ($5::text IS NULL OR t.name = $5) AND ($6::text IS NULL OR t.language = $6)
        GROUP BY t.name, t.language ORDER BY sum(f.sent) DESC NULLS LAST, t.name, t.language LIMIT ${MOST_TEMPLATES}`,
      [
        scope.accountId,
        scope.from,
        scope.until,
        scope.assetIds ?? null,
        scope.name ?? null,
        scope.language ?? null,
      ],
    );
    return new Map(rows.map((row) => [templateKey(row), figureOf(row)]));
  }
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

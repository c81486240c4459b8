import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { AccountId, AssetId } from '../../database/ids';
import type { MetaFigureKind } from './meta-figure';

/** Which of Meta's figures are added up. */
export interface MetaSumScope {
  accountId: AccountId;
  /** Our ids of WhatsApp Business Accounts. */
  wabaIds: readonly AssetId[];
  /** Digits; null: all. */
  phoneNumbers: readonly string[] | null;
  from: Date;
  until: Date;
}

/** Sums. What Meta told nothing of is null; a cost is what it told, and `unpriced` how much of the volume has none. */
export interface MetaSums {
  sent: number | null;
  delivered: number | null;
  volume: number | null;
  cost: number | null;
  unpriced: number;
}

/** Costs of different currencies are never added up. */
export interface MetaSumRow extends MetaSums {
  /** null: Meta has not told the currency of the WhatsApp Business Account. */
  currency: string | null;
  category: string;
  type: string;
  /** Empty unless asked for, or where Meta did not tell it apart. */
  phoneNumber: string;
  country: string;
}

/** Of a series: the number of the time between two bounds. */
export interface MetaPointRow extends MetaSumRow {
  bucket: number;
}

/** What totals are told by. */
export type TotalsBy = 'total' | 'number' | 'country';

type SummedKind = Exclude<MetaFigureKind, 'template'>;

const SUMS = `sum(f.sent)::float8 AS sent, sum(f.delivered)::float8 AS delivered, sum(f.volume)::float8 AS volume,
  sum(f.cost)::float8 AS cost, sum(f.unpriced)::float8 AS unpriced`;
const KEYS = `f.currency, f.category, f.type, f.phone_number AS "phoneNumber", f.country`;
const DAY_MS = 86_400_000;
/** More than anybody reads; a thousand numbers with ten prices each. */
const MOST_ROWS = 10_000;

/**
 * Adds up what is stored of Meta's figures by half hour. Where all bounds are days of UTC, sums by day are read instead of half hours;
 * totals are read from whole days and what is left at both ends. A half hour belongs to where it begins.
 */
@Injectable()
export class MetaSumsRepository {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /**
   * By currency, category and type: in all, by number and by country, as far as they are asked for, in one statement. Each is
   * dearest first.
   */
  async totals<By extends TotalsBy>(
    kind: SummedKind,
    scope: MetaSumScope,
    wanted: readonly By[],
  ): Promise<Record<By, MetaSumRow[]>> {
    // Sums over all numbers are stored by themselves, and are of no use where some are chosen.
    const views = wanted.map((by) => (by === 'total' && scope.phoneNumbers !== null ? 'number' : by));
    const first = new Date(Math.ceil(scope.from.getTime() / DAY_MS) * DAY_MS);
    const last = new Date(Math.max(first.getTime(), Math.floor(scope.until.getTime() / DAY_MS) * DAY_MS));
    const rows: (MetaSumRow & { by: By })[] = await this.database.query(
      `SELECT v.by, f.currency, f.category, f.type, CASE v.by WHEN 'number' THEN f.phone_number ELSE '' END AS "phoneNumber",
              f.country, ${SUMS}
         FROM (SELECT * FROM whatsapp_meta_figures
                WHERE ${WHERE} AND granularity = 'day' AND start_at >= $7::timestamptz AND start_at < least($8::timestamptz, $6::timestamptz)
               UNION ALL
               SELECT * FROM whatsapp_meta_figures
                WHERE ${WHERE} AND granularity = 'half_hour' AND start_at >= $5::timestamptz AND start_at < least($7::timestamptz, $6::timestamptz)
               UNION ALL
               SELECT * FROM whatsapp_meta_figures
                WHERE ${WHERE} AND granularity = 'half_hour' AND start_at >= greatest($8::timestamptz, $5::timestamptz) AND start_at < $6::timestamptz) AS f
         JOIN unnest($10::text[], $3::text[]) AS v (by, view) ON v.view = f.view
        WHERE $9::text[] IS NULL OR f.phone_number = ANY($9)
        GROUP BY 1, 2, 3, 4, 5, 6
        ORDER BY sum(f.cost) DESC NULLS LAST, sum(f.volume) DESC NULLS LAST, 3, 4, 5, 6 LIMIT ${MOST_ROWS * wanted.length}`,
      [
        scope.accountId,
        kind,
        views,
        scope.wabaIds,
        scope.from,
        scope.until,
        first,
        last,
        scope.phoneNumbers,
        wanted,
      ],
    );
    const totals = Object.fromEntries(wanted.map((by) => [by, [] as MetaSumRow[]])) as Record<
      By,
      MetaSumRow[]
    >;
    for (const { by, ...row } of rows) totals[by].push(row);
    return totals;
  }

  /** The sums of the times between rising bounds; without those of which Meta told nothing. */
  async series(
    kind: SummedKind,
    scope: MetaSumScope,
    bounds: readonly Date[],
    by: 'total' | 'number' = 'total',
  ): Promise<MetaPointRow[]> {
    const view = scope.phoneNumbers === null ? by : 'number';
    const phone = by === 'number' ? 'f.phone_number' : `''`;
    const rows: MetaPointRow[] = await this.database.query(
      `SELECT width_bucket(f.start_at, $7::timestamptz[]) - 1 AS bucket, ${KEYS.replace('f.phone_number', phone)}, ${SUMS}
         FROM whatsapp_meta_figures f
        WHERE ${WHERE} AND granularity = $8 AND start_at >= $5::timestamptz AND start_at < $6::timestamptz
          AND ($9::text[] IS NULL OR phone_number = ANY($9))
        GROUP BY 1, 2, 3, 4, 5, 6`,
      [
        scope.accountId,
        kind,
        [view],
        scope.wabaIds,
        scope.from,
        scope.until,
        bounds,
        bounds.every((bound) => bound.getTime() % DAY_MS === 0) ? 'day' : 'half_hour',
        scope.phoneNumbers,
      ],
    );
    return rows;
  }
}

const WHERE = 'account_id = $1 AND kind = $2 AND view = ANY($3::text[]) AND waba_id = ANY($4)';

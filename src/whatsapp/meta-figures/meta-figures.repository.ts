import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import type { MetaFigureKind, MetaPoint, MetaWindow } from './meta-figure';
import { type ClaimedPull, MetaPullsRepository } from './meta-pulls.repository';
import { type MetaSeries, MetaSeriesRepository } from './meta-series.repository';

/** What the points of an answer are all there is of. */
export interface AnswerScope {
  series: MetaSeries;
  window: MetaWindow;
  /** Only of these. */
  templateIds?: readonly string[];
}

/** How much of a series has been read once the answer is stored. */
export type Progress = { covered: MetaWindow } | { cursor: string; until: Date } | null;

/** The sums that are kept of what Meta tells by half hour. */
const VIEWS: Record<MetaFigureKind, readonly string[]> = {
  analytics: ['total', 'number'],
  pricing: ['total', 'number', 'country'],
  conversation: ['total'],
  template: [],
};

const TOLD = `jsonb_to_recordset($5::jsonb) AS t (start_at timestamptz, end_at timestamptz, phone_number text, country text,
  category text, type text, direction text, tier text, template_id text, sent bigint, delivered bigint, read bigint,
  clicks bigint, clicked jsonb, volume bigint, cost numeric)`;
const DIMENSIONS = ['phone_number', 'country', 'category', 'type', 'direction', 'tier', 'template_id'];
const VALUES = ['end_at', 'sent', 'delivered', 'read', 'clicks', 'clicked', 'volume', 'cost', 'currency'];

/** Writes what Meta told, and the sums that are made of it. */
@Injectable()
export class MetaFiguresRepository {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly pulls: MetaPullsRepository,
    private readonly series: MetaSeriesRepository,
  ) {}

  /**
   * An answer takes the place of all that was stored of its window: what Meta corrected is overwritten, what it does not tell
   * any more is gone. Nothing is written where nothing changed. All or nothing, with how far the series has been read.
   * @throws PullTakenOverError
   */
  async store(
    pull: ClaimedPull,
    scope: AnswerScope,
    points: readonly MetaPoint[],
    progress: Progress,
  ): Promise<void> {
    await this.database.transaction(async (tx) => {
      await this.pulls.hold(tx, pull);
      const days = await this.replace(tx, pull, scope, points);
      if (days.length > 0) await this.addUp(tx, pull, scope.series.kind, days);
      if (progress === null) return;
      if ('covered' in progress) await this.series.recordRead(tx, pull, scope.series, progress.covered);
      else await this.series.recordCursor(tx, pull, progress.cursor, progress.until);
    });
  }

  /** @returns the days of UTC in which something changed */
  private async replace(
    tx: EntityManager,
    pull: ClaimedPull,
    { series: { kind, part }, window, templateIds }: AnswerScope,
    points: readonly MetaPoint[],
  ): Promise<Date[]> {
    const same = (one: string): string =>
      ['start_at', ...DIMENSIONS].map((name) => `${one}.${name} = t.${name}`).join(' AND ');
    const list = (prefix: string, names: readonly string[]): string =>
      names.map((name) => prefix + name).join(', ');
    const rows: { day: Date }[] = await tx.query(
      `WITH told AS MATERIALIZED (SELECT t.*, $6::text AS currency FROM ${TOLD}),
       gone AS (
         DELETE FROM whatsapp_meta_figures f
          WHERE account_id = $1 AND kind = $2 AND view = 'detail' AND granularity = $3 AND waba_id = $4
            AND start_at >= $7 AND start_at < $8
            AND ($9::text IS NULL OR phone_number = $9) AND ($10::text[] IS NULL OR template_id = ANY($10))
            AND NOT EXISTS (SELECT FROM told t WHERE ${same('f')})
         RETURNING start_at),
       stored AS (
         INSERT INTO whatsapp_meta_figures AS f (account_id, kind, view, granularity, waba_id, start_at,
                ${list('', DIMENSIONS)}, ${list('', VALUES)}, unpriced)
         SELECT $1, $2, 'detail', $3, $4, t.start_at, ${list('t.', DIMENSIONS)}, ${list('t.', VALUES)},
                CASE WHEN t.cost IS NULL THEN coalesce(t.volume, 0) ELSE 0 END
           FROM told t
         ON CONFLICT ON CONSTRAINT whatsapp_meta_figures_pkey DO UPDATE SET
           ${VALUES.map((name) => `${name} = excluded.${name}`).join(', ')}, unpriced = excluded.unpriced,
           updated_at = now()
          WHERE (${list('f.', VALUES)}) IS DISTINCT FROM (${list('excluded.', VALUES)})
         RETURNING start_at)
       SELECT DISTINCT date_trunc('day', start_at, 'UTC') AS day
         FROM (SELECT start_at FROM gone UNION ALL SELECT start_at FROM stored) AS changed ORDER BY day`,
      [
        pull.accountId,
        kind,
        kind === 'template' ? 'day' : 'half_hour',
        pull.assetId,
        JSON.stringify(told(points)),
        pull.currency,
        window.from,
        window.until,
        kind === 'analytics' ? part : null,
        templateIds ?? null,
      ],
    );
    return rows.map(({ day }) => day);
  }

  /** Makes the sums of some days anew. */
  private async addUp(
    tx: EntityManager,
    pull: ClaimedPull,
    kind: MetaFigureKind,
    days: Date[],
  ): Promise<void> {
    if (VIEWS[kind].length === 0) return;
    const parameters = [pull.accountId, kind, pull.assetId, VIEWS[kind], days];
    await tx.query(
      `DELETE FROM whatsapp_meta_figures f USING unnest($5::timestamptz[]) AS told (day)
        WHERE f.account_id = $1 AND f.kind = $2 AND f.waba_id = $3 AND f.view = ANY($4)
          AND f.granularity IN ('half_hour', 'day') AND f.start_at >= told.day
          AND f.start_at < told.day + interval '24 hours'`,
      parameters,
    );
    await tx.query(
      `INSERT INTO whatsapp_meta_figures (account_id, kind, view, granularity, waba_id, start_at, phone_number, country,
              category, type, end_at, sent, delivered, volume, cost, unpriced, currency)
       SELECT $1, $2, views.view, widths.granularity, $3,
              CASE widths.granularity WHEN 'day' THEN told.day ELSE f.start_at END,
              CASE views.view WHEN 'number' THEN f.phone_number ELSE '' END,
              CASE views.view WHEN 'country' THEN f.country ELSE '' END, f.category, f.type,
              CASE widths.granularity WHEN 'day' THEN told.day + interval '24 hours' ELSE max(f.end_at) END,
              sum(f.sent), sum(f.delivered), sum(f.volume), sum(f.cost), sum(f.unpriced), max(f.currency)
         FROM unnest($5::timestamptz[]) AS told (day)
         JOIN whatsapp_meta_figures f
           ON f.account_id = $1 AND f.kind = $2 AND f.view = 'detail' AND f.granularity = 'half_hour' AND f.waba_id = $3
          AND f.start_at >= told.day AND f.start_at < told.day + interval '24 hours'
        CROSS JOIN unnest($4::text[]) AS views (view)
        CROSS JOIN (VALUES ('half_hour'), ('day')) AS widths (granularity)
        GROUP BY views.view, widths.granularity, told.day, 6, 7, 8, f.category, f.type`,
      parameters,
    );
  }
}

/** Rows as the statement reads them. What was told twice of one point is two parts of it. */
function told(points: readonly MetaPoint[]): object[] {
  const rows = new Map<string, ReturnType<typeof rowOf>>();
  for (const point of points) {
    const row = rowOf(point);
    const key = JSON.stringify([
      row.start_at,
      ...DIMENSIONS.map((name) => (row as Record<string, unknown>)[name]),
    ]);
    const known = rows.get(key);
    if (known !== undefined)
      for (const name of ['sent', 'delivered', 'read', 'clicks', 'volume', 'cost'] as const)
        row[name] = known[name] === null && row[name] === null ? null : (known[name] ?? 0) + (row[name] ?? 0);
    rows.set(key, row);
  }
  // What is nought in all is told by some answers and not by others.
  return [...rows.values()].filter((row) =>
    [row.sent, row.delivered, row.read, row.volume, row.cost, row.clicks].some(
      (value) => value !== null && value !== 0,
    ),
  );
}

function rowOf(point: MetaPoint) {
  return {
    start_at: point.startAt,
    end_at: point.endAt,
    phone_number: point.phoneNumber,
    country: point.country,
    category: point.category,
    type: point.type,
    direction: point.direction,
    tier: point.tier,
    template_id: point.templateId,
    sent: rounded(point.sent),
    delivered: rounded(point.delivered),
    read: rounded(point.read),
    clicks: point.clicked === null ? null : point.clicked.reduce((sum, { count }) => sum + count, 0),
    clicked: point.clicked,
    volume: rounded(point.volume),
    cost: point.cost,
  };
}

function rounded(count: number | null): number | null {
  return count === null ? null : Math.round(count);
}

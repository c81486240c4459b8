import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { Outbox } from '../../domain-events/outbox';
import type { InsightObject } from '../insight-object';
import type { InsightValue } from './insight-answer';
import type { DayWindow } from './insight-asks';

export const SERIES_STATES = ['read', 'empty', 'refused', 'too_few_viewers'] as const;
/** `empty`: Meta answered without a figure, as for Pages with fewer than 100 likes. */
export type SeriesState = (typeof SERIES_STATES)[number];

/** How reading one metric went. */
export interface ReadSeries {
  metric: string;
  state: SeriesState;
  /** Meta's words, for a refusal. */
  message: string | null;
}

/** What one reading of an object brought. */
export interface ObjectReading {
  readAt: Date;
  values: readonly InsightValue[];
  series: readonly ReadSeries[];
  /** The days that were asked for; null for posts and media. */
  window: DayWindow | null;
  /** null: it is not read any more. */
  nextReadAt: Date | null;
}

/** How long a metric that is refused for one object alone is not asked for. */
const RETRY_AFTER = '24 hours';

/** Stores figures. What Meta corrects later overwrites what it said before. */
@Injectable()
export class InsightValuesRepository {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly outbox: Outbox,
  ) {}

  /** All of a reading or nothing of it. */
  async save(object: InsightObject, reading: ObjectReading): Promise<void> {
    await this.database.transaction(async (tx) => {
      const changed = await this.upsertValues(tx, object, reading.values);
      await this.upsertSeries(tx, object, reading);
      await tx.query(
        `UPDATE insight_objects SET
           read_at = greatest(read_at, $3), next_read_at = $4, state = 'active', state_reason = NULL,
           ${coveredBy('insight_objects', '$5::timestamptz', '$6::timestamptz')}
          WHERE account_id = $1 AND id = $2`,
        [
          object.accountId,
          object.id,
          reading.readAt,
          reading.nextReadAt,
          reading.window?.from ?? null,
          reading.window?.until ?? null,
        ],
      );
      if (changed > 0) await this.tell(tx, object);
    });
  }

  /**
   * Figures that came by webhook.
   * @param overwrites false for those that are only better than nothing
   */
  async saveTold(
    tx: EntityManager,
    object: InsightObject,
    values: readonly InsightValue[],
    overwrites: boolean,
  ): Promise<void> {
    if ((await this.upsertValues(tx, object, values, overwrites)) > 0) await this.tell(tx, object);
  }

  /** Metrics that are not to be asked for of this object yet. */
  async leftAlone({ accountId, id }: InsightObject): Promise<Set<string>> {
    const rows: { metric: string }[] = await this.database.query(
      `SELECT metric FROM insight_series WHERE account_id = $1 AND object_id = $2 AND retry_at > now()`,
      [accountId, id],
    );
    return new Set(rows.map(({ metric }) => metric));
  }

  /** @returns how many figures are other than before */
  private async upsertValues(
    tx: EntityManager,
    { accountId, id }: InsightObject,
    values: readonly InsightValue[],
    overwrites = true,
  ): Promise<number> {
    if (values.length === 0) return 0;
    const rows = new Map(
      values.map((each) => [
        JSON.stringify([each.metric, each.period, each.breakdown, each.label, each.bucketAt]),
        {
          metric: each.metric,
          period: each.period,
          breakdown: each.breakdown,
          label: each.label,
          bucket_at: each.bucketAt,
          value: each.value,
        },
      ]),
    );
    const changed: unknown[] = await tx.query(
      `INSERT INTO insight_values AS v
         (account_id, object_id, metric, period, breakdown, label, bucket_at, value)
       SELECT $1, $2, told.* FROM jsonb_to_recordset($3::jsonb)
           AS told (metric text, period text, breakdown text, label text, bucket_at timestamptz, value float8)
        ORDER BY metric, period, breakdown, label, bucket_at
       ON CONFLICT (account_id, object_id, metric, period, breakdown, label, bucket_at)
         DO ${
           overwrites
             ? 'UPDATE SET value = excluded.value, updated_at = now() WHERE v.value <> excluded.value'
             : 'NOTHING'
         }
       RETURNING 1`,
      [accountId, id, JSON.stringify([...rows.values()])],
    );
    return changed.length;
  }

  private async upsertSeries(
    tx: EntityManager,
    { accountId, id }: InsightObject,
    { readAt, series, window }: ObjectReading,
  ): Promise<void> {
    if (series.length === 0) return;
    await tx.query(
      `INSERT INTO insight_series AS s
         (account_id, object_id, metric, state, message, read_at, covered_from, covered_until, retry_at)
       SELECT $1, $2, told.metric, told.state, told.message,
              CASE WHEN told.state <> 'refused' THEN $4::timestamptz END,
              CASE WHEN told.state <> 'refused' THEN $5::timestamptz END,
              CASE WHEN told.state <> 'refused' THEN $6::timestamptz END,
              CASE WHEN told.state = 'refused' THEN now() + '${RETRY_AFTER}'::interval END
         FROM jsonb_to_recordset($3::jsonb) AS told (metric text, state text, message text)
        ORDER BY told.metric
       ON CONFLICT (account_id, object_id, metric) DO UPDATE SET
         -- Days without figures among days that have some are nothing that somebody has to be told.
         state = CASE WHEN excluded.state = 'empty' AND s.state = 'read' THEN 'read' ELSE excluded.state END,
         message = excluded.message, read_at = greatest(s.read_at, excluded.read_at), retry_at = excluded.retry_at,
         ${coveredBy('s', 'excluded.covered_from', 'excluded.covered_until')}`,
      [accountId, id, JSON.stringify(series), readAt, window?.from ?? null, window?.until ?? null],
    );
  }

  private async tell(tx: EntityManager, object: InsightObject): Promise<void> {
    const { accountId, assetId, kind, externalId } = object;
    await this.outbox.record(tx, [
      { kind: 'insights.updated', accountId, payload: { assetId, kind, objectId: externalId } },
    ]);
  }
}

/**
 * Two stretches of days become one where they touch; otherwise the later one counts, as there are days between them that
 * nobody asked for.
 */
function coveredBy(known: string, from: string, until: string): string {
  const touches = `${from} <= ${known}.covered_until AND ${until} >= ${known}.covered_from`;
  const isLater = `${until} > ${known}.covered_until`;
  return `
    covered_from = CASE WHEN ${from} IS NULL THEN ${known}.covered_from
                        WHEN ${known}.covered_from IS NULL THEN ${from}
                        WHEN ${touches} THEN least(${known}.covered_from, ${from})
                        WHEN ${isLater} THEN ${from} ELSE ${known}.covered_from END,
    covered_until = CASE WHEN ${until} IS NULL THEN ${known}.covered_until
                         WHEN ${known}.covered_until IS NULL THEN ${until}
                         WHEN ${touches} THEN greatest(${known}.covered_until, ${until})
                         WHEN ${isLater} THEN ${until} ELSE ${known}.covered_until END`;
}

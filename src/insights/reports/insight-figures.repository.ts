import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { InsightObject } from '../insight-object';
import type { InsightPeriod } from '../metrics/insight-metric';
import type { SeriesState } from '../reading/insight-values.repository';

/** The figures of one metric whose days lie in one bucket. */
export interface BucketFigure {
  metric: string;
  period: InsightPeriod;
  /** Place of the bucket, from 0. */
  bucket: number;
  sum: number;
  /** Of the last day, and where that day begins. */
  last: number;
  lastAt: Date;
}

/** One part of a metric over the whole range. */
export interface PartFigure {
  metric: string;
  breakdown: string;
  label: string;
  sum: number;
  last: number;
  lastAt: Date;
}

export interface StoredSeries {
  metric: string;
  state: SeriesState;
  message: string | null;
  readAt: Date | null;
  coveredFrom: Date | null;
  coveredUntil: Date | null;
}

/**
 * A day of Meta's begins at midnight in California. It belongs to the bucket in which its noon lies: to the day of the same
 * date in Europe and America, to that which has most of it anywhere.
 */
const NOON = `interval '12 hours'`;

type ObjectKey = Pick<InsightObject, 'accountId' | 'id'>;

/** Reads stored figures. Every query goes down the primary key: account, object, metric, period, part and then the days. */
@Injectable()
export class InsightFiguresRepository {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** Figures as a whole. @param bounds rising instants */
  async buckets(
    { accountId, id }: ObjectKey,
    metrics: readonly string[],
    bounds: readonly Date[],
  ): Promise<BucketFigure[]> {
    const rows: {
      metric: string;
      period: InsightPeriod;
      bucket: number;
      sum: number;
      last: number;
      last_at: Date;
    }[] = await this.database.query(
      `SELECT metric, period, width_bucket(bucket_at + ${NOON}, $4::timestamptz[]) - 1 AS bucket, sum(value) AS sum,
              (array_agg(value ORDER BY bucket_at DESC))[1] AS last, max(bucket_at) AS last_at
         FROM insight_values
        WHERE account_id = $1 AND object_id = $2 AND metric = ANY($3) AND breakdown = '' AND label = ''
          AND bucket_at >= $5::timestamptz - ${NOON} AND bucket_at < $6::timestamptz - ${NOON}
        GROUP BY metric, period, bucket ORDER BY metric, period, bucket`,
      [accountId, id, metrics, bounds, bounds[0], bounds.at(-1)],
    );
    return rows.map(({ last_at: lastAt, ...row }) => ({ ...row, lastAt }));
  }

  /** The parts that figures are split into, over the whole range. */
  async parts(
    { accountId, id }: ObjectKey,
    metrics: readonly string[],
    from: Date,
    until: Date,
  ): Promise<PartFigure[]> {
    const rows: {
      metric: string;
      breakdown: string;
      label: string;
      sum: number;
      last: number;
      last_at: Date;
    }[] = await this.database.query(
      `SELECT metric, breakdown, label, sum(value) AS sum,
              (array_agg(value ORDER BY bucket_at DESC))[1] AS last, max(bucket_at) AS last_at
         FROM insight_values
        WHERE account_id = $1 AND object_id = $2 AND metric = ANY($3) AND breakdown <> ''
          AND bucket_at >= $4::timestamptz - ${NOON} AND bucket_at < $5::timestamptz - ${NOON}
        GROUP BY metric, breakdown, label ORDER BY metric, breakdown, label`,
      [accountId, id, metrics, from, until],
    );
    return rows.map(({ last_at: lastAt, ...row }) => ({ ...row, lastAt }));
  }

  /** The last figure before an instant, of each metric that has one. */
  async before(
    { accountId, id }: ObjectKey,
    metrics: readonly string[],
    instant: Date,
  ): Promise<Map<string, number>> {
    const rows: { metric: string; value: number }[] = await this.database.query(
      `SELECT asked.metric, known.value FROM unnest($3::text[]) AS asked (metric)
        CROSS JOIN LATERAL (
          SELECT value FROM insight_values v
           WHERE v.account_id = $1 AND v.object_id = $2 AND v.metric = asked.metric
             AND v.period = ANY('{day,lifetime}') AND v.breakdown = '' AND v.label = ''
             AND v.bucket_at < $4::timestamptz - ${NOON}
           ORDER BY v.bucket_at DESC LIMIT 1) AS known`,
      [accountId, id, metrics, instant],
    );
    return new Map(rows.map(({ metric, value }) => [metric, value]));
  }

  async series({ accountId, id }: ObjectKey): Promise<Map<string, StoredSeries>> {
    const rows: {
      metric: string;
      state: SeriesState;
      message: string | null;
      read_at: Date | null;
      covered_from: Date | null;
      covered_until: Date | null;
    }[] = await this.database.query(
      `SELECT metric, state, message, read_at, covered_from, covered_until FROM insight_series
        WHERE account_id = $1 AND object_id = $2`,
      [accountId, id],
    );
    return new Map(
      rows.map((row) => [
        row.metric,
        {
          metric: row.metric,
          state: row.state,
          message: row.message,
          readAt: row.read_at,
          coveredFrom: row.covered_from,
          coveredUntil: row.covered_until,
        },
      ]),
    );
  }
}

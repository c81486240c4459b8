import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { AccountId } from '../../database/ids';
import { type DurationMonth, type PackedDurations, monthOf, packedAsSql } from './duration-month';

/** `answers`: how long customers waited. `resolutions`: how long cases took. */
export type DurationRecord = 'answers' | 'resolutions';

/** A table with a row for each duration, and an index that holds all columns that are named here. */
interface DurationSource {
  table: string;
  at: string;
  seconds: string;
  agent: string;
  isFirst: string;
}

const SOURCES: Record<DurationRecord, DurationSource> = {
  answers: {
    table: 'message_metric_facts',
    at: 'answered_at',
    seconds: 'answer_seconds',
    agent: 'agent',
    isFirst: 'is_first_answer',
  },
  resolutions: {
    table: 'conversation_cases',
    at: 'closed_at',
    seconds: 'seconds',
    agent: `coalesce(closed_by, '')`,
    isFirst: 'false',
  },
};

export interface VersionedMonth {
  record: DurationRecord;
  /** Its first day, of UTC: `2026-03-01`. */
  month: string;
  /** Changes with each change of its durations. */
  version: string;
}

@Injectable()
export class DurationMonthsRepository {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** The months that touch a range and may have durations, oldest first. */
  async versions(
    accountId: AccountId,
    { from, until }: { from: Date; until: Date },
  ): Promise<VersionedMonth[]> {
    return this.database.query(
      `SELECT kind AS record, month::text AS month, version::text AS version FROM figure_months
        WHERE account_id = $1 AND month >= date_trunc('month', $2::timestamptz AT TIME ZONE 'UTC')
          AND month < $3::timestamptz AT TIME ZONE 'UTC'
        ORDER BY month`,
      [accountId, from, until],
    );
  }

  /** Each month is a stretch of an index that is read alone. */
  async load(
    accountId: AccountId,
    record: DurationRecord,
    months: readonly string[],
  ): Promise<DurationMonth[]> {
    const { table, at, seconds, agent, isFirst } = SOURCES[record];
    const starts = months.map((month) => new Date(`${month}T00:00:00Z`));
    const packed = packedAsSql({ at, since: 'month.since', seconds, isFirst });
    const rows: (PackedDurations & { place: number })[] = await this.database.query(
      `SELECT month.place::integer - 1 AS place, own.*
         FROM unnest($2::timestamptz[], $3::timestamptz[]) WITH ORDINALITY AS month (since, until, place)
        CROSS JOIN LATERAL (
          SELECT platform, ${agent} AS agent, ${packed} FROM ${table}
           WHERE account_id = $1 AND ${at} >= month.since AND ${at} < month.until GROUP BY 1, 2) AS own`,
      [accountId, starts, starts.map(monthAfter)],
    );
    const parts = months.map((): PackedDurations[] => []);
    for (const { place, ...own } of rows) parts[place]?.push(own);
    return starts.map((start, place) => monthOf(start.getTime() / 1_000, parts[place] ?? []));
  }
}

function monthAfter(month: Date): Date {
  return new Date(Date.UTC(month.getUTCFullYear(), month.getUTCMonth() + 1));
}

import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import type { MetaFigureKind, MetaFigureOwner, MetaWindow } from './meta-figure';
import { type ClaimedPull, MetaPullsRepository } from './meta-pulls.repository';

/** `disabled`: template insights are not switched on. `refused`: Meta does not answer, and says why. */
export type MetaSeriesState = 'pending' | 'read' | 'refused' | 'disabled';

/** One sort of figures of a WhatsApp Business Account, and how far it was read. */
export interface MetaSeries {
  kind: MetaFigureKind;
  /** Digits of the number, for messages; otherwise empty. */
  part: string;
  state: MetaSeriesState;
  message: string | null;
  readAt: Date | null;
  retryAt: Date | null;
  failures: number;
  coveredFrom: Date | null;
  coveredUntil: Date | null;
  /** Meta answers nothing that is older than `coveredFrom`. */
  isPastOver: boolean;
  /** The last template of a round that was broken off. */
  cursor: string | null;
  cursorUntil: Date | null;
}

interface SeriesRow {
  kind: MetaFigureKind;
  part: string;
  state: MetaSeriesState;
  message: string | null;
  read_at: Date | null;
  retry_at: Date | null;
  failures: number;
  covered_from: Date | null;
  covered_until: Date | null;
  is_past_over: boolean;
  cursor: string | null;
  cursor_until: Date | null;
}

/** How far Meta's figures were read. */
@Injectable()
export class MetaSeriesRepository {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly pulls: MetaPullsRepository,
  ) {}

  /** All that there is to be read: messages of each number that is connected, prices, conversations and templates. */
  async wanted({ accountId, assetId }: MetaFigureOwner): Promise<MetaSeries[]> {
    const rows: SeriesRow[] = await this.database.query(
      `WITH wanted AS (
         SELECT 'analytics' AS kind, regexp_replace(n.phone_number, '\\D', '', 'g') AS part, 1 AS position
           FROM whatsapp_phone_numbers n
           JOIN assets a ON a.account_id = n.account_id AND a.id = n.id AND a.released_at IS NULL
          WHERE n.account_id = $1 AND n.whatsapp_business_account_id = $2 AND n.deleted_at IS NULL
            AND n.phone_number ~ '\\d'
          UNION SELECT 'pricing', '', 0 UNION SELECT 'template', '', 2 UNION SELECT 'conversation', '', 3)
       SELECT wanted.kind, wanted.part, coalesce(s.state, 'pending') AS state, s.message, s.read_at, s.retry_at,
              coalesce(s.failures, 0) AS failures, s.covered_from, s.covered_until,
              coalesce(s.is_past_over, false) AS is_past_over, s.cursor, s.cursor_until
         FROM wanted
         LEFT JOIN whatsapp_meta_series s
           ON s.account_id = $1 AND s.waba_id = $2 AND s.kind = wanted.kind AND s.part = wanted.part
        -- What was not read for the longest time comes first: a pull that is broken off must not always read the same.
        ORDER BY s.read_at NULLS FIRST, wanted.position, wanted.part`,
      [accountId, assetId],
    );
    return rows.map(seriesOf);
  }

  /** Templates that there are, or were while Meta still tells of them, in a fixed order. */
  async templateIds(
    { accountId, assetId }: MetaFigureOwner,
    since: Date,
    after: string | null,
  ): Promise<string[]> {
    const rows: { template_id: string }[] = await this.database.query(
      `SELECT DISTINCT template_id FROM whatsapp_templates
        WHERE account_id = $1 AND waba_id = $2 AND (deleted_at IS NULL OR deleted_at >= $3)
          AND template_id ~ '^\\d+$' AND ($4::text IS NULL OR template_id > $4)
        ORDER BY template_id`,
      [accountId, assetId, since, after],
    );
    return rows.map((row) => row.template_id);
  }

  /** In the transaction that stores the figures. */
  async recordRead(
    tx: EntityManager,
    { accountId, assetId }: MetaFigureOwner,
    { kind, part }: MetaSeries,
    { from, until }: MetaWindow,
  ): Promise<void> {
    await tx.query(
      `INSERT INTO whatsapp_meta_series AS s
         (account_id, waba_id, kind, part, state, read_at, covered_from, covered_until)
       VALUES ($1, $2, $3, $4, 'read', now(), $5, $6)
       ON CONFLICT (account_id, waba_id, kind, part) DO UPDATE SET
         state = 'read', message = NULL, read_at = now(), retry_at = NULL, failures = 0, cursor = NULL,
         cursor_until = NULL,
         -- After a silence that was longer than Meta looks back there is a gap: what lies before it is not vouched for.
         covered_from = CASE WHEN s.covered_until < excluded.covered_from THEN excluded.covered_from
                             ELSE least(s.covered_from, excluded.covered_from) END,
         covered_until = greatest(s.covered_until, excluded.covered_until)`,
      [accountId, assetId, kind, part, from, until],
    );
  }

  /** Where a round through templates stands, in the transaction that stores the figures so far. */
  async recordCursor(
    tx: EntityManager,
    { accountId, assetId }: MetaFigureOwner,
    cursor: string,
    until: Date,
  ): Promise<void> {
    await tx.query(
      `INSERT INTO whatsapp_meta_series AS s (account_id, waba_id, kind, part, state, cursor, cursor_until)
       VALUES ($1, $2, 'template', '', 'pending', $3, $4)
       ON CONFLICT (account_id, waba_id, kind, part) DO UPDATE SET
         cursor = excluded.cursor, cursor_until = coalesce(s.cursor_until, excluded.cursor_until)`,
      [accountId, assetId, cursor, until],
    );
  }

  /** What was read stays. */
  async recordRefusal(
    pull: ClaimedPull,
    { kind, part }: MetaSeries,
    state: 'refused' | 'disabled',
    message: string,
    waitMs: number,
  ): Promise<void> {
    await this.database.transaction(async (tx) => {
      await this.pulls.hold(tx, pull);
      await tx.query(
        `INSERT INTO whatsapp_meta_series AS s (account_id, waba_id, kind, part, state, message, retry_at, failures)
         VALUES ($1, $2, $3, $4, $5, $6, now() + $7 * interval '1 millisecond', 1)
         ON CONFLICT (account_id, waba_id, kind, part) DO UPDATE SET
           state = excluded.state, message = excluded.message, retry_at = excluded.retry_at,
           failures = s.failures + 1`,
        [pull.accountId, pull.assetId, kind, part, state, message, waitMs],
      );
    });
  }

  /** Meta answers nothing that is older: it is not asked for again. */
  async endPast(pull: ClaimedPull, { kind, part }: MetaSeries): Promise<void> {
    await this.database.transaction(async (tx) => {
      await this.pulls.hold(tx, pull);
      await tx.query(
        `UPDATE whatsapp_meta_series SET is_past_over = true
          WHERE account_id = $1 AND waba_id = $2 AND kind = $3 AND part = $4`,
        [pull.accountId, pull.assetId, kind, part],
      );
    });
  }
}

export function seriesOf(row: SeriesRow): MetaSeries {
  return {
    kind: row.kind,
    part: row.part,
    state: row.state,
    message: row.message,
    readAt: row.read_at,
    retryAt: row.retry_at,
    failures: row.failures,
    coveredFrom: row.covered_from,
    coveredUntil: row.covered_until,
    isPastOver: row.is_past_over,
    cursor: row.cursor,
    cursorUntil: row.cursor_until,
  };
}
